"""What one labelling is to do, settled from the caller's words before the first byte is written."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, TypedDict, TypeVar

from colophon.errors import ExplicitRequired, Lang, UsageError
from colophon.labels import duty
from colophon.labels.credential_assertions import COMPOSITE, GENERATED
from colophon.labels.duty import Action
from colophon.labels.marking.order import Mark
from colophon.labels.model import Acceptance, Applied, Duty, Kind, Label, LabelValue, Medium, Style
from colophon.labels.profiles import Profile, profile

if TYPE_CHECKING:
    from colophon.labels.certificates import Signer
    from colophon.labels.security_data import Sm2Key
    from colophon.labels.watermark.key import MarkKey

Word = TypeVar("Word", bound=StrEnum)
SOURCE_TYPES = {
    Action.CREATED: GENERATED,
    Action.EDITED: COMPOSITE,
    Action.IDENTITY_CHANGED: COMPOSITE,
}


class More(TypedDict, total=False):
    """What a caller may add to ``apply``.

    ``name``: of bytes and streams. ``action``: what the generation did. ``wording``,
    ``position``, ``style``: of the explicit label; ``lang``: of its words, for profiles that leave
    it open.
    ``system``: the generating system's name and version. ``acceptance``: a user's, for a version
    without an explicit label. ``label_key`` signs the label and binds its content (Chinese
    profiles). ``mark_key``: the watermark's, under which the number becomes its payload. ``sidecar``: whether a label may lie in a file beside one that can hold none.
    ``manifest_beside``: what can hold no manifest gets one in a file beside it.
    ``text_manifest``: words get a manifest in invisible characters or a comment (by default where
    the profile asks for two layers). ``prints``: the fingerprints before and after are to be taken
    too. ``replace``: an existing target may go. ``progress`` hears 0.0 to 1.0 and stops the work by
    raising. ``record`` is called with the result before the file gets its name and answers the
    content's id in its register: when it raises, there is no file.
    """

    name: str | None
    action: Action | str
    wording: str | None
    position: str
    style: Style | None
    lang: Lang
    system: tuple[str, str] | None
    acceptance: Acceptance | None
    label_key: Sm2Key | None
    mark_key: MarkKey | None
    sidecar: bool
    manifest_beside: bool
    text_manifest: bool | None
    prints: bool
    replace: bool
    progress: Callable[[float], None] | None
    record: Callable[[Applied], str] | None


@dataclass(frozen=True, slots=True)
class Wish:
    """By whose rules, and which labels: ``auto``, ``on`` or ``off``."""

    profile: str
    explicit: str
    watermark: str


@dataclass(frozen=True, slots=True)
class Order:
    """What one labelling is to do."""

    label: Label
    profile: Profile
    duty: Duty
    action: Action
    explicit: bool
    acceptance: Acceptance | None
    wording: str | None
    position: str
    style: Style
    lang: Lang
    system: tuple[str, str] | None
    signer: Signer | None
    sidecar: bool
    manifest_beside: bool
    text_manifest: bool
    label_key: Sm2Key | None
    mark: Mark | None
    must_mark: bool
    prints: bool
    progress: Callable[[float], None] | None

    @property
    def source_type(self) -> str | None:
        """What metadata says of the making; a platform's labels 2 and 3 do not know it."""
        return SOURCE_TYPES[self.action] if self.label.label == LabelValue.IS else None


def check(wish: Wish, more: More) -> None:
    """Raises UsageError, WordingNotCompliant or StyleNotCompliant for what cannot be done."""
    unknown = sorted(more.keys() - More.__annotations__.keys())
    if unknown:
        raise UsageError(detail=f"apply() knows no option {', '.join(unknown)}")
    chosen = profile(wish.profile)
    if wish.explicit not in ("auto", "on", "off"):
        raise UsageError(detail=f"explicit={wish.explicit}: auto, on or off")
    if wish.watermark not in ("auto", "on", "off"):
        raise UsageError(detail=f"watermark={wish.watermark}: auto, on or off")
    if wish.watermark == "on" and more.get("mark_key") is None:
        raise UsageError(detail="watermark=on needs a mark key; colophon init makes one")
    if chosen.names_system and more.get("system") is None:
        raise UsageError(
            detail=f"profile {wish.profile} names the generating system and its version"
        )
    wording = more.get("wording")
    if wording:
        chosen.check_words(wording)
    style = more.get("style")
    if style is not None:
        if not isinstance(style, Style):
            raise UsageError(detail="style is a Style: height, dress, ink, seconds, sound")
        style.check()


def settle(
    label: Label,
    kind: Kind | str | None,
    medium: Medium,
    *,
    wish: Wish,
    signer: Signer | None,
    more: More,
) -> Order:
    """The order for one file. Raises UsageError, ExplicitRequired."""
    chosen = profile(wish.profile)
    made_by = _word(Kind, kind, "kind") if kind else duty.KIND_OF_MEDIUM[medium]
    action = _word(Action, more.get("action", Action.CREATED), "action")
    due = chosen.decide(made_by, action, label.label)
    acceptance = _acceptance(due, wish.explicit, more.get("acceptance"))
    lang, text_manifest = more.get("lang", "zh"), more.get("text_manifest")
    return Order(
        label=label,
        profile=chosen,
        duty=due,
        action=action,
        explicit=_explicit(due, wish.explicit),
        acceptance=acceptance,
        wording=more.get("wording") or chosen.words(medium, lang),
        position=more.get("position", "auto"),
        style=more.get("style") or Style(),
        # GB 45438-2025 clause 5 asks for Chinese words, whatever the operator's language.
        lang="zh" if chosen.chinese else lang,
        system=more.get("system"),
        signer=signer,
        sidecar=more.get("sidecar", True),
        manifest_beside=more.get("manifest_beside", False),
        text_manifest=chosen.signs_words if text_manifest is None else text_manifest,
        progress=more.get("progress"),
        label_key=more.get("label_key") if chosen.chinese else None,
        mark=_mark(label, wish.watermark, more.get("mark_key")),
        must_mark=wish.watermark == "on",
        prints=more.get("prints", False),
    )


def _explicit(due: Duty, wanted: str) -> bool:
    return wanted == "on" or (wanted == "auto" and due.explicit == duty.REQUIRED)


def _mark(label: Label, wanted: str, key: MarkKey | None) -> Mark | None:
    """The mark to put in. A platform's labels 2 and 3 tell of content that others made: it gets
    one only where that is asked for.
    """
    if key is None or wanted == "off" or (label.label != LabelValue.IS and wanted != "on"):
        return None
    return Mark(key.payload(label.produce_id), key)


def _acceptance(due: Duty, explicit: str, given: Acceptance | None) -> Acceptance | None:
    """Source: Measures for Labelling Art. 9: without the explicit label only for a user who has
    accepted the duties that go with it.
    """
    if explicit != "off":
        if given is not None:
            raise UsageError(detail="an acceptance goes with explicit=off")
        return None
    if due.explicit == duty.REQUIRED and given is None:
        raise ExplicitRequired
    return given


def _word(words: type[Word], value: str, name: str) -> Word:
    try:
        return words(value)
    except ValueError:
        raise UsageError(detail=f"{name}={value}: {', '.join(words)}") from None
