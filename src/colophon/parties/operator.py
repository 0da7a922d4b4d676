"""The operator's profile: who answers for this service, and how its labels are worded."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, Literal

from django.db import transaction

from colophon.errors import OperatorMissing, ProducerCodeInvalid, ProfileIncomplete
from colophon.labels import profiles
from colophon.labels import provider_code as codes
from colophon.labels.model import Style
from colophon.labels.style import WHOLE
from colophon.parties.models import Operator
from colophon.store import events

__all__ = [
    "Operator",
    "Profile",
    "check",
    "check_label",
    "current",
    "establish",
    "find",
    "label_options",
    "profile_of",
    "provider_code",
    "style",
    "system",
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
    (generation) or ``2`` (propagation) and four characters (Source: TC260-PG-20252A). From
    ``wording`` to ``sound``: the explicit label; ``seconds`` is a number, ``whole`` or empty.
    ``profile`` is one of `labels.profiles.ALL`, some of which name the generating system.
    """

    name: str
    uscc: str
    service: str
    extension: str = "10000"
    contact: str = ""
    wording: str = ""
    position: str = "auto"
    demonstration: bool = False
    height: float | None = None
    dress: str = "auto"
    ink: str = "auto"
    seconds: str = ""
    sound: str = "auto"
    profile: str = "cn"
    system_name: str = ""
    system_version: str = ""


@transaction.atomic
def establish(profile: Profile, *, by: str, now: datetime) -> Operator:
    """Writes the one profile, or changes it; an unchanged one leaves no event.

    Raises ProducerCodeInvalid or WordingNotCompliant, as ``check`` does.
    """
    check(profile)
    code = _code(profile.uscc, profile.extension)
    known = Operator.objects.select_for_update().filter(pk=Operator.ONLY).first()
    if known is not None and profile_of(known) == profile:
        return known
    operator = known or Operator(established=now)
    for name in Profile.__slots__:
        setattr(operator, name, getattr(profile, name))
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


def profile_of(operator: Operator) -> Profile:
    """What ``establish`` was given last."""
    return Profile(**{field.name: getattr(operator, field.name) for field in fields(Profile)})


def style(shown: Operator | Profile) -> Style:
    """How the operator's explicit labels look and sound.

    Raises StyleNotCompliant for what the standard does not allow.
    """
    chosen = Style(
        height=shown.height,
        dress=shown.dress,
        ink=shown.ink,
        seconds=_seconds(shown.seconds),
        sound=shown.sound,
    )
    chosen.check()
    return chosen


def system(shown: Operator | Profile) -> tuple[str, str] | None:
    """The generating system's name and version, where both are known."""
    named = (shown.system_name, shown.system_version)
    return named if all(named) else None


def label_options(shown: Operator) -> dict[str, Any]:
    """What ``labels.apply`` is told of the operator's labels, beside the label itself."""
    return {
        "wording": shown.wording or None,
        "position": shown.position,
        "profile": shown.profile,
        "system": system(shown),
        "style": style(shown),
    }


def check(profile: Profile) -> None:
    """Raises ProducerCodeInvalid, WordingNotCompliant, StyleNotCompliant, ProfileIncomplete or
    UsageError for a profile labels cannot be made of.

    Source: GB 45438-2025 clause 5: the words of an explicit label are Chinese.
    """
    _code(profile.uscc, profile.extension)
    check_label(profile)


def check_label(profile: Profile) -> None:
    """Raises as ``check`` does, for the label's words, its style and the rules alone."""
    rules = profiles.profile(profile.profile)
    if profile.wording:
        rules.check_words(profile.wording)
    style(profile)
    if rules.names_system and system(profile) is None:
        raise ProfileIncomplete(missing="system_name, system_version")


def _seconds(written: str) -> float | Literal["whole"] | None:
    """What a style takes for the written time; what is no time is left for it to refuse."""
    if not written:
        return None
    if written == WHOLE:
        return "whole"
    try:
        return float(written)
    except ValueError:
        return float("nan")


def _code(uscc: str, extension: str) -> str:
    if not codes.uscc_valid(uscc):
        raise ProducerCodeInvalid(detail=f"USCC {uscc[:40]} (GB 32100)")
    return codes.build(uscc, extension)
