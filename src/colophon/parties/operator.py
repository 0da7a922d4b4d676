"""The operator's profile: who answers for this service, and how its labels are worded."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from colophon import terms
from colophon.errors import OperatorMissing, ProducerCodeInvalid, WordingNotCompliant
from colophon.labels import provider_code as codes
from colophon.parties.models import Operator
from colophon.store import events

__all__ = [
    "Operator",
    "Profile",
    "check",
    "current",
    "establish",
    "find",
    "provider_code",
]

ESTABLISHED = events.kind(
    "operator.established", zh="运营者信息已建立", en="The operator's profile was established"
)
CHANGED = events.kind(
    "operator.changed", zh="运营者信息已变更", en="The operator's profile was changed"
)


@dataclass(frozen=True, slots=True)
class Profile:
    """What ``establish`` is given. ``extension`` ends the provider code: ``00000``, or ``1``
    (generation) or ``2`` (propagation) and four characters (Source: TC260-PG-20252A).
    """

    name: str
    uscc: str
    service: str
    extension: str = "10000"
    contact: str = ""
    wording: str = ""
    position: str = "auto"
    demonstration: bool = False


@transaction.atomic
def establish(profile: Profile, *, by: str, now: datetime) -> Operator:
    """Writes the one profile, or changes it; an unchanged one leaves no event.

    Raises ProducerCodeInvalid or WordingNotCompliant, as ``check`` does.
    """
    check(profile)
    code = _code(profile.uscc, profile.extension)
    values = {name: getattr(profile, name) for name in Profile.__slots__}
    known = Operator.objects.select_for_update().filter(pk=Operator.ONLY).first()
    if known is not None and all(getattr(known, name) == values[name] for name in values):
        return known
    operator = known or Operator(established=now)
    for name, value in values.items():
        setattr(operator, name, value)
    operator.save()
    body = {"provider_code": code, "demonstration": profile.demonstration}
    events.append(CHANGED if known else ESTABLISHED, "operator", body, by=by, now=now)
    return operator


def current() -> Operator:
    """The operator.

    Raises OperatorMissing before ``colophon init``.
    """
    operator = find()
    if operator is None:
        raise OperatorMissing
    return operator


def find() -> Operator | None:
    """The operator, or None before ``colophon init``."""
    return Operator.objects.filter(pk=Operator.ONLY).first()


def provider_code(operator: Operator) -> str:
    """The 27 characters that labels carry as ContentProducer."""
    return _code(operator.uscc, operator.extension)


def check(profile: Profile) -> None:
    """Raises ProducerCodeInvalid or WordingNotCompliant for a profile labels cannot be made of.

    Source: GB 45438-2025 clause 5: the words of an explicit label are Chinese.
    """
    _code(profile.uscc, profile.extension)
    if profile.wording and not terms.has_required_elements(profile.wording):
        raise WordingNotCompliant(text=profile.wording[:40])


def _code(uscc: str, extension: str) -> str:
    if not codes.uscc_valid(uscc):
        raise ProducerCodeInvalid(detail=f"USCC {uscc[:40]} (GB 32100)")
    return codes.build(uscc, extension)
