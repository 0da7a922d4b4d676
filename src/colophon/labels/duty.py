"""What content must bear, decided by one table (Source: Art. 16, 17).

Article 16 asks an implicit label of everything. Article 17 asks an explicit one of five kinds
of service that may mislead the public; of the rest, that the function is offered.
"""

from __future__ import annotations

from enum import StrEnum

from colophon.labels.model import Duty, Kind, LabelValue, Medium


class Action(StrEnum):
    """What the generation did to the content."""

    CREATED = "created"
    EDITED = "edited"
    IDENTITY_CHANGED = "identity-changed"


REQUIRED, OFFERED, NONE = "required", "offered", "none"

_ALWAYS = {
    # 17¶1(1) and (4) name generating *or editing*.
    Kind.TEXT: "17.1.1",
    Kind.SCENE: "17.1.4",
}
_WHEN_CREATED_OR_IDENTITY_CHANGED = {
    Kind.SPEECH: "17.1.2",
    Kind.FACE: "17.1.3",
}
_OTHER = "17.1.5"
_REST = "17.2"

KIND_OF_MEDIUM = {
    Medium.TEXT: Kind.TEXT,
    Medium.DOCUMENT: Kind.TEXT,
    Medium.IMAGE: Kind.IMAGE,
    # Sound of unknown making is taken for speech, the stricter of the two.
    Medium.AUDIO: Kind.SPEECH,
    Medium.VIDEO: Kind.VIDEO,
    Medium.SCENE: Kind.SCENE,
}


def decide(kind: Kind, action: Action = Action.CREATED, value: str = LabelValue.IS) -> Duty:
    """The duty of explicit labelling for content of ``kind`` that ``action`` made.

    A platform's labels 2 and 3 put the duty on the notice beside the content, not on the
    file (Source: Measures for Labelling Art. 6).
    """
    if value != LabelValue.IS:
        return Duty(NONE, "Measures Art. 6", "16.1")
    if kind in _ALWAYS:
        return _duty(REQUIRED, _ALWAYS[kind])
    if kind in _WHEN_CREATED_OR_IDENTITY_CHANGED:
        if action is Action.EDITED:
            return _duty(OFFERED, _REST)
        return _duty(REQUIRED, _WHEN_CREATED_OR_IDENTITY_CHANGED[kind])
    if action is Action.EDITED:
        return _duty(OFFERED, _REST)
    return _duty(REQUIRED, _OTHER)


def _duty(explicit: str, clause: str) -> Duty:
    return Duty(explicit, f"Art. {clause}", clause)
