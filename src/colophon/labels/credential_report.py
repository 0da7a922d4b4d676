"""From the SDK's report on a manifest store to the layer that `inspect` shows."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

from colophon.labels import credential_chain
from colophon.labels.credential_assertions import AIGC_ASSERTION, LABEL_DRAWN
from colophon.labels.model import CredentialLayer
from colophon.labels.trust_list import TrustList

_ACTIONS = "c2pa.actions"
_UNTRUSTED = "signingCredential.untrusted"
_MOST_INGREDIENTS = 32
_MOST_ISSUES = 32


def layer(report: dict[str, Any], aigc_json: str | None) -> CredentialLayer:
    """The layer of the active manifest, with its ingredients one level deep."""
    manifests = _dict(report.get("manifests"))
    active = _dict(manifests.get(str(report.get("active_manifest"))))
    state = report.get("validation_state")
    signature = _dict(active.get("signature_info"))
    copy = _aigc(active)
    return CredentialLayer(
        present=True,
        valid=state in {"Valid", "Trusted"},
        trusted=state == "Trusted",
        signer=_text(signature.get("issuer")) or _text(signature.get("common_name")),
        digital_source_type=_source_type(active),
        generator=_generator(active),
        signed_at=_text(signature.get("time")),
        issues=_issues(report),
        ingredients=tuple(_ingredients(active, manifests)),
        aigc_matches=_matches(copy.get("implicit"), aigc_json),
        explicit=_text(copy.get("explicit")),
        manifest=_text(report.get("active_manifest")),
    )


def with_allowed(
    report: dict[str, Any], trust: TrustList, store: Callable[[str], bytes]
) -> dict[str, Any]:
    """The report, trusted where its valid signature is of a certificate trusted by itself.

    ``store`` gives the manifest store for the active manifest's name.
    """
    label = _text(report.get("active_manifest"))
    if not (trust.allowed and label and report.get("validation_state") == "Valid"):
        return report
    trusted = trust.allows(credential_chain.leaf(store(label), label))
    return {**report, "validation_state": "Trusted"} if trusted else report


def _issues(report: dict[str, Any]) -> tuple[str, ...]:
    """Failure codes in order, once each; that the signer is unknown is said by ``trusted``."""
    results = _dict(report.get("validation_results"))
    failures = _list(_dict(results.get("activeManifest")).get("failure"))
    for delta in _list(results.get("ingredientDeltas")):
        deltas = _dict(_dict(delta).get("validationDeltas"))
        failures = [*failures, *_list(deltas.get("failure"))]
    return _codes(failures)


def _source_type(manifest: dict[str, Any]) -> str | None:
    """Of the content: what drew a label on it says nothing of how it came to be."""
    actions = (one for one in _actions(manifest) if one.get("description") != LABEL_DRAWN)
    found = (_text(action.get("digitalSourceType")) for action in actions)
    return next((kind for kind in found if kind), None)


def _actions(manifest: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for assertion in _list(manifest.get("assertions")):
        body = _dict(assertion)
        if str(body.get("label")).startswith(_ACTIONS):
            yield from (_dict(action) for action in _list(_dict(body.get("data")).get("actions")))


def _aigc(manifest: dict[str, Any]) -> dict[str, Any]:
    for assertion in _list(manifest.get("assertions")):
        body = _dict(assertion)
        if body.get("label") == AIGC_ASSERTION:
            return _dict(body.get("data"))
    return {}


def _generator(manifest: dict[str, Any]) -> str | None:
    infos = _list(manifest.get("claim_generator_info"))
    first = _dict(infos[0]) if infos else {}
    words = [_text(first.get("name")), _text(first.get("version"))]
    return " ".join(word for word in words if word) or _text(manifest.get("claim_generator"))


def _ingredients(active: dict[str, Any], manifests: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for found in _list(active.get("ingredients"))[:_MOST_INGREDIENTS]:
        body = _dict(found)
        own = _dict(manifests.get(str(body.get("active_manifest"))))
        signature = _dict(own.get("signature_info"))
        issues = _found_when_added(body)
        yield {
            "title": _text(body.get("title")) or _text(own.get("title")),
            "relationship": _text(body.get("relationship")),
            "media_type": _text(body.get("format")),
            "signer": _text(signature.get("issuer")),
            "digital_source_type": _source_type(own),
            "generator": _generator(own),
            "valid": not issues if own else None,
            "issues": list(issues),
        }


def _found_when_added(ingredient: dict[str, Any]) -> tuple[str, ...]:
    """What was wrong with an ingredient's own manifest when it became one. That does not make
    the manifest that holds it invalid, and stays to be told.
    """
    results = _dict(_dict(ingredient.get("validation_results")).get("activeManifest"))
    failures = [*_list(results.get("failure")), *_list(ingredient.get("validation_status"))]
    return _codes(failures)


def _codes(failures: list[Any]) -> tuple[str, ...]:
    codes = [_text(_dict(failure).get("code")) for failure in failures]
    named = dict.fromkeys(code for code in codes if code and code != _UNTRUSTED)
    return tuple(named)[:_MOST_ISSUES]


def _matches(copy: Any, aigc_json: str | None) -> bool | None:
    if not isinstance(copy, dict) or aigc_json is None:
        return None
    try:
        return bool(json.loads(aigc_json) == copy)
    except (ValueError, RecursionError):
        return False


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None


def _dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
