"""A content before and after its labels: pictures, players, lines of text, or facts.

The file from before is shown to the account that sent it, and to nobody else. What was made
here has no before to be shown: it leaves with its labels or not at all (Source: Art. 16, 17).
"""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO

from colophon.content.register import released_file
from colophon.content.states import State
from colophon.errors import ContentMissing
from colophon.portal.upload import INLINE_TYPES
from colophon.store import blobs

if TYPE_CHECKING:
    from colophon.content.models import Content
    from colophon.parties.accounts import Account

SHOWN_BYTES = 64 << 20
"""A larger original is not sent back to be looked at."""
HEAD_BYTES = 32 << 10
LINES, LINE_CHARACTERS = 40, 140
AROUND = 3
"""Lines shown on either side of a change."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of text: added, taken away, kept, or a gap where lines are left out."""

    change: str  # added | gone | kept | gap
    text: str


@dataclass(frozen=True, slots=True)
class Compared:
    """How the two are shown side by side."""

    form: str  # image | audio | video | text | facts
    lines: tuple[Line, ...] = ()


def has_original(content: Content, viewer: Account) -> bool:
    """Whether ``viewer`` may see the file from before: who sent it, and only what was sent."""
    return (
        content.account_id == viewer.pk
        and not content.editor
        and bool(content.original_sha256)
        and (content.original_size or 0) <= SHOWN_BYTES
    )


def original(content: Content, viewer: Account) -> BinaryIO:
    """The file from before.

    Raises ContentMissing where ``has_original`` says no, BlobMissing.
    """
    if not has_original(content, viewer):
        raise ContentMissing
    return blobs.open_(content.original_sha256)


def compared(content: Content, viewer: Account) -> Compared | None:
    """The two side by side; None before release, or where there is no before to show."""
    if content.state != State.RELEASED or not has_original(content, viewer):
        return None
    if content.media_type in INLINE_TYPES.get(content.medium, set()):
        return Compared(content.medium)
    with original(content, viewer) as before, released_file(content) as after:
        lines = changes(_lines(before), _lines(after))
    return Compared("text", lines) if lines else Compared("facts")


def changes(before: list[str], after: list[str]) -> tuple[Line, ...]:
    """The first lines of two texts as one: what came, what went, and a little around it."""
    found: list[Line] = []
    matcher = difflib.SequenceMatcher(None, before, after, autojunk=False)
    for number, group in enumerate(matcher.get_grouped_opcodes(AROUND)):
        if number or group[0][1] or group[0][3]:
            found.append(Line("gap", "…"))
        for kind, first, end, first_after, end_after in group:
            if kind == "equal":
                found += [Line("kept", line) for line in after[first_after:end_after]]
                continue
            found += [Line("gone", line) for line in before[first:end]]
            found += [Line("added", line) for line in after[first_after:end_after]]
    return tuple(found)


def _lines(file: BinaryIO) -> list[str]:
    """The first lines; none of a file that is not text."""
    head = file.read(HEAD_BYTES)
    if b"\0" in head:
        return []
    try:
        text = head.decode()
    except UnicodeDecodeError as error:
        # The cut may go through a character; anything earlier is no text of ours.
        if error.start < HEAD_BYTES - 4:
            return []
        text = head[: error.start].decode()
    return [_short(line) for line in text.splitlines()[:LINES]]


def _short(line: str) -> str:
    return line if len(line) <= LINE_CHARACTERS else line[:LINE_CHARACTERS] + " …"
