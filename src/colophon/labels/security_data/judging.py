"""What the reserved codes of a label prove: who signed it, and that the content is the same.

Nothing here raises for any text, and only a few signatures of one label are looked at.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from colophon.errors import ColophonError
from colophon.labels import deviations
from colophon.labels.model import Deviation, Security
from colophon.labels.security_data import der, form, keys
from colophon.labels.security_data.form import Claims, Contents, Signed
from colophon.labels.security_data.keys import PublicKey
from colophon.labels.security_data.trust import EMPTY, TrustStore

Content = Callable[[str], str]
"""The SM3 of the file's content in hex, by a method of `form.METHODS`; raises ColophonError where
it cannot be taken."""
NO_CLAIMS = Claims()
_MOST_KEYS = 8


@dataclass(frozen=True, slots=True)
class Looked:
    """What was found, and what is wrong with it."""

    security: Security
    deviations: tuple[Deviation, ...] = ()


@dataclass(frozen=True, slots=True)
class _Case:
    """One reserved code before the court. ``second``: it is the propagator's."""

    held: Contents
    claims: Claims
    trust: TrustStore
    content: Content | None
    moment: datetime
    second: bool

    @property
    def code(self) -> str:
        """Who is to have signed."""
        return self.claims.propagator if self.second else self.claims.producer


def judge(
    reserved1: str | None = None,
    reserved2: str | None = None,
    *,
    fields: Claims = NO_CLAIMS,
    trust: TrustStore = EMPTY,
    content: Content | None = None,
    moment: datetime | None = None,
) -> Security:
    """As `look`, without the deviations."""
    return look(
        reserved1, reserved2, fields=fields, trust=trust, content=content, moment=moment
    ).security


def look(
    reserved1: str | None = None,
    reserved2: str | None = None,
    *,
    fields: Claims = NO_CLAIMS,
    trust: TrustStore = EMPTY,
    content: Content | None = None,
    moment: datetime | None = None,
) -> Looked:
    """Both reserved codes: the producer's speaks for the label if it is signed, else the
    propagator's. A proof that something was changed outweighs all else.

    ``content`` None: bindings are not checked. ``moment``: when certificates must hold; now.
    """
    at = moment or datetime.now(UTC)
    found = []
    for text, second in ((reserved1, False), (reserved2, True)):
        if not text or not text.strip() or (second and text == reserved1):
            continue
        data = form.parse(text)
        if data is None:
            found.append(Looked(Security(kind="opaque")))
            continue
        case = _Case(form.contents(data), fields, trust, content, at, second)
        found.append(_judged(case))
    return _together(found)


def _together(found: list[Looked]) -> Looked:
    signed = [one for one in found if one.security.signature != "none"]
    told = [one for one in found if one.security.kind == "securitydata"]
    first = (*signed, *told, *found, Looked(Security()))[0]
    bad = next((one for one in found if one.security.signature == "invalid"), None)
    first = bad or first
    named = tuple(dict.fromkeys(each for one in found for each in one.deviations))
    binding = _binding_of([one.security for one in found], first.security.binding)
    altered = deviations.of("security_content_altered")
    if binding != "altered":
        named = tuple(one for one in named if one != altered)
    return Looked(replace(first.security, binding=binding), named)


def _binding_of(found: list[Security], first: str) -> str:
    """A later signer who is trusted and bound the content as it is now has the last word."""
    if any(one.binding == "intact" and one.signature == "valid" for one in found):
        return "intact"
    if any(one.binding == "altered" for one in found):
        return "altered"
    known = next((one.binding for one in found if one.binding == "intact"), first)
    return known if known != "none" else next((o.binding for o in found), "none")


def _judged(case: _Case) -> Looked:
    if not case.held.signed:
        binding = "unsupported" if case.held.binding or case.held.unknown_bindings else "none"
        return Looked(Security(kind="securitydata", binding=binding))
    label = next((one for one in case.held.signed if one.over != form.BOUND), None)
    outcome, how, key = _verified(case, label) if label else ("unsupported", None, None)
    security = Security(kind="securitydata", signature=outcome, form=how)
    if key is None:
        return _with_binding(case, security, None)
    security = replace(security, key=key.fingerprint)
    known = case.trust.knows(key, case.code, case.held.certificates, case.moment)
    if known is None:
        return _with_binding(case, replace(security, signature="unknown_signer"), key)
    security = replace(security, signer=known.name)
    if known.may:
        return _with_binding(case, security, key)
    wrong = deviations.of("security_wrong_producer", known.name)
    judged = _with_binding(case, replace(security, signature="invalid"), key)
    return Looked(judged.security, (wrong, *judged.deviations))


def _verified(case: _Case, signed: Signed) -> tuple[str, str | None, PublicKey | None]:
    """``valid``, how, and whose; else what kept it from being so."""
    if signed.algorithm != keys.SM2_WITH_SM3 and signed.algorithm not in keys.HASHES:
        return "unsupported", None, None
    found = _fitting(case, signed, _messages(case, signed))
    if found is not None:
        return "valid", *found
    # Of what else a propagator's signature may be over nothing is known.
    readable = bool(case.held.keys) and not (case.second and signed.over != form.PROPAGATION)
    return ("invalid" if readable else "unsupported"), None, None


def _messages(case: _Case, signed: Signed) -> tuple[str, ...]:
    claims = case.claims
    if not case.second:
        return (claims.message(),)
    if signed.over == form.PROPAGATION:
        return (claims.propagation(),)
    return claims.propagation(), claims.message(), f"{claims.message()},{claims.propagation()}"


def _fitting(
    case: _Case, signed: Signed, messages: tuple[str, ...]
) -> tuple[str, PublicKey] | None:
    data = der.bytes_of(signed.signature)
    if data is None or case.claims.ambiguous:
        return None
    for key in _candidates(case):
        for message in messages:
            how = key.verifies(signed.algorithm, form.encoded(message), data)
            if how is not None:
                return how, key
    return None


def _candidates(case: _Case) -> Iterator[PublicKey]:
    seen: set[bytes] = set()
    pinned = () if case.held.keys else case.trust.keys_for(case.code)
    for key in (*case.held.keys[:_MOST_KEYS], *pinned[:_MOST_KEYS]):
        if key.info not in seen:
            seen.add(key.info)
            yield key


def _with_binding(case: _Case, security: Security, key: PublicKey | None) -> Looked:
    """The content held against the digest that the label's own signer signed."""
    invalid = (deviations.of("security_signature_invalid"),)
    named = invalid if security.signature == "invalid" and key is None else ()
    bound = next((one for one in case.held.signed if one.over == form.BOUND), None)
    if case.held.binding is None or bound is None or key is None:
        unknown = case.held.binding or bound or case.held.unknown_bindings
        return Looked(replace(security, binding="unsupported" if unknown else "none"), named)
    data = der.bytes_of(bound.signature) or b""
    # At first writing the second code is the first one over again.
    messages = [bound_message(case.claims, case.held.binding, second=False)]
    if case.second:
        messages.append(bound_message(case.claims, case.held.binding, second=True))
    if not any(key.verifies(bound.algorithm, form.encoded(one), data) for one in messages):
        broken = replace(security, signature="invalid", binding="unsupported")
        return Looked(broken, invalid)
    binding = _compared(case)
    if binding == "altered":
        named = (*named, deviations.of("security_content_altered"))
    return Looked(replace(security, binding=binding), named)


def bound_message(claims: Claims, binding: form.Binding, *, second: bool) -> str:
    """What the signature over a label and its content together is over."""
    parts = [claims.message(), binding.message()]
    if second:
        parts.insert(1, claims.propagation())
    return ",".join(parts)


def _compared(case: _Case) -> str:
    if case.held.binding is None or case.content is None:
        return "unsupported"
    try:
        found = case.content(case.held.binding.method)
    except (ColophonError, OSError):
        return "unsupported"
    return "intact" if found == case.held.binding.digest else "altered"
