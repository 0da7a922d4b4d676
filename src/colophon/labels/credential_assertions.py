"""What a manifest claims: the definition that the SDK makes into a claim and signs.

Source: C2PA 2.4, 10.2 (claim), 18.10 (soft binding), 18.15 (actions), 18.17 (metadata),
18.28 (AI disclosure); the program for conforming products asks for the specification's version
and for ``allActionsIncluded`` on top.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Literal

from colophon import __version__
from colophon.errors import UsageError

Action = Literal["created", "opened"]
Oversight = Literal["fully_autonomous", "prompt_guided", "human_validated"]

SPECIFICATION = "2.4.0"
SOURCE_TYPES = "http://cv.iptc.org/newscodes/digitalsourcetype/"
GENERATED = SOURCE_TYPES + "trainedAlgorithmicMedia"
COMPOSITE = SOURCE_TYPES + "compositeWithTrainedAlgorithmicMedia"
ALGORITHMIC = SOURCE_TYPES + "algorithmicMedia"
"""What drew the explicit label: a program, no model."""

AIGC_ASSERTION = "cn.tc260.aigc"
"""Our assertion: ``{"implicit": {the seven fields}, "explicit": "the words"}``."""
AIGC_METADATA = "cn.tc260.metadata"
"""The label as metadata. ``c2pa.metadata`` allows the fields of its annex B alone, ours is none;
a label of one's own that ends in ``.metadata`` allows any (Source: C2PA 2.4, 18.17)."""
LABEL_DRAWN = "explicit label added"
"""Describes the action by which an explicit label came into the content."""
PARENT, PARENT_STORE = "parent", "parent.c2pa"

_CONTEXTS = {
    "dc": "http://purl.org/dc/elements/1.1/",
    "Iptc4xmpExt": "http://iptc.org/std/Iptc4xmpExt/2008-02-29/",
}
_AIGC_CONTEXT = {"TC260": "http://www.tc260.org.cn/ns/AIGC/1.0/"}
_OURS = ("Colophon", __version__)


@dataclass(frozen=True, slots=True)
class Model:
    """The model that made the content. ``kind``: a value of C2PA 2.4 table 12. ``identifier``:
    a URI or the like. ``oversight``: what a person did to the output, where that is known.
    """

    name: str | None = None
    identifier: str | None = None
    kind: str = "c2pa.types.model"
    oversight: Oversight | None = None


@dataclass(frozen=True, slots=True)
class Claims:
    """What is said of one file; see credential.sign for the fields."""

    title: str
    media_type: str
    software_agent: tuple[str, str]
    digital_source_type: str | None
    aigc_json: str | None = None
    explicit: str | None = None
    model: Model | None = None
    soft_bindings: tuple[tuple[str, str], ...] = ()


def definition(claims: Claims, action: Action) -> dict[str, Any]:
    """The manifest's definition in the SDK's form. Raises UsageError: what was created has a
    digital source type.
    """
    made: dict[str, Any] = {
        "claim_generator_info": [
            {"name": _OURS[0], "version": _OURS[1], "specVersion": SPECIFICATION}
        ],
        "title": claims.title,
        "assertions": [_actions(claims, action), *_statements(claims)],
    }
    for assertion in made["assertions"]:
        # All of it is our own statement; "gathered" would mean that somebody else told us.
        assertion["created"] = True
    return made


def parent(media_type: str, report: dict[str, Any] | None) -> dict[str, Any]:
    """The ingredient for a parent whose manifest the SDK cannot find itself: ``report`` is what
    was found in it, None for a parent without one. The store goes by the name PARENT_STORE.
    """
    made: dict[str, Any] = {"relationship": "parentOf", "label": PARENT, "format": media_type}
    if report is not None:
        made["active_manifest"] = report["active_manifest"]
        made["validation_results"] = report["validation_results"]
        made["manifest_data"] = {"format": "application/c2pa", "identifier": PARENT_STORE}
    return made


def binding(digest: bytes, gap: tuple[int, int] | None = None) -> dict[str, Any]:
    """The hard binding to a SHA-256 over all bytes but those of ``gap``: start, length."""
    data: dict[str, Any] = {
        "alg": "sha256",
        "name": "jumbf manifest",
        "hash": list(digest),
        "pad": [],
    }
    if gap is not None:
        data["exclusions"] = [{"start": gap[0], "length": gap[1]}]
    return {"label": "c2pa.hash.data", "data": data, "created": True}


def _actions(claims: Claims, action: Action) -> dict[str, Any]:
    actions = _created(claims) if action == "created" else _opened(claims)
    if claims.explicit:
        drawn = _by("c2pa.edited", _OURS, ALGORITHMIC)
        actions.append({**drawn, "description": LABEL_DRAWN})
    if claims.soft_bindings:
        actions.append(_by("c2pa.watermarked.bound", _OURS))
    # What a generating system did to the content it opened we know in sum only.
    complete = action == "created" or claims.digital_source_type is None
    data = {"actions": actions, "allActionsIncluded": complete}
    return {"label": "c2pa.actions.v2", "data": data}


def _created(claims: Claims) -> list[dict[str, Any]]:
    if claims.digital_source_type is None:
        raise UsageError(detail="a manifest for created content needs its digital source type")
    return [_by("c2pa.created", claims.software_agent, claims.digital_source_type)]


def _opened(claims: Claims) -> list[dict[str, Any]]:
    """The opening says nothing of the source type (Source: C2PA 2.4, 18.15.4.5): the edit does.
    Without one, only the metadata changed, as on a platform that adds its propagation fields.
    """
    opened = {"action": "c2pa.opened", "parameters": {"ingredientIds": [PARENT]}}
    if claims.digital_source_type is None:
        return [opened, _by("c2pa.edited.metadata", _OURS)]
    return [opened, _by("c2pa.edited", claims.software_agent, claims.digital_source_type)]


def _by(action: str, agent: tuple[str, str], source_type: str | None = None) -> dict[str, Any]:
    made: dict[str, Any] = {
        "action": action,
        "softwareAgent": {"name": agent[0], "version": agent[1]},
    }
    if source_type:
        made["digitalSourceType"] = source_type
    return made


def _statements(claims: Claims) -> list[dict[str, Any]]:
    return [
        *_disclosure(claims),
        *_metadata(claims),
        *_aigc(claims),
        *(_soft_binding(alg, value) for alg, value in claims.soft_bindings),
    ]


def _disclosure(claims: Claims) -> list[dict[str, Any]]:
    if claims.digital_source_type not in (GENERATED, COMPOSITE):
        return []
    model = claims.model or Model()
    told = {
        "modelType": model.kind,
        "modelName": model.name,
        "modelIdentifier": model.identifier,
        "contentProfile": {"humanOversightLevel": model.oversight} if model.oversight else None,
    }
    data = {key: value for key, value in told.items() if value}
    return [{"label": "c2pa.ai-disclosure", "data": data, "kind": "Cbor"}]


def _metadata(claims: Claims) -> list[dict[str, Any]]:
    data: dict[str, Any] = {"@context": _CONTEXTS, "dc:format": claims.media_type}
    if claims.digital_source_type:
        data["Iptc4xmpExt:DigitalSourceType"] = claims.digital_source_type
    made = [{"label": "c2pa.metadata", "data": data, "kind": "Json"}]
    if claims.aigc_json:
        label = {"@context": _AIGC_CONTEXT, "TC260:AIGC": claims.aigc_json}
        made.append({"label": AIGC_METADATA, "data": label, "kind": "Json"})
    return made


def _aigc(claims: Claims) -> list[dict[str, Any]]:
    data: dict[str, Any] = {}
    if claims.aigc_json:
        data["implicit"] = json.loads(claims.aigc_json)
    if claims.explicit:
        data["explicit"] = claims.explicit
    return [{"label": AIGC_ASSERTION, "data": data}] if data else []


def _soft_binding(alg: str, value: str) -> dict[str, Any]:
    data = {"alg": alg, "blocks": [{"scope": {}, "value": value}]}
    return {"label": "c2pa.soft-binding", "data": data, "kind": "Cbor"}
