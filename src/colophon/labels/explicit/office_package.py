"""A package being given an explicit label: its parts as text, and what is to be written."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import BinaryIO

from colophon.errors import MalformedFile, TooLarge
from colophon.labels.carriers import opc
from colophon.labels.carriers.edits import applied
from colophon.labels.carriers.stale_labels import Change
from colophon.labels.carriers.text_file import TextFile, decoded
from colophon.labels.carriers.xml_part import XmlPart, check_well_formed
from colophon.labels.carriers.zip_directory import Directory, content, directory_of
from colophon.labels.explicit.limits import STANDARD
from colophon.labels.tolerant.xml_spans import escape

PARTS = 4
OFFICE_DOCUMENT = "/officeDocument"
_QUOTED = r"""(?:[^<>"']++|"[^"]*+"|'[^']*+')*+"""
_PASSED = r"<!--.*?(?:-->|\Z)|<!\[CDATA\[.*?(?:\]\]>|\Z)|<\?.*?(?:\?>|\Z)"


@dataclass(frozen=True, slots=True)
class Tag:
    """One tag of a text: ``prefix`` with its colon, and the words of its attributes."""

    prefix: str
    start: int
    end: int
    closing: bool
    attributes: str

    @property
    def empty(self) -> bool:
        return self.attributes.endswith("/")


@dataclass(slots=True)
class Package:
    """``changed`` holds the parts to write, new ones among them."""

    source: BinaryIO
    directory: Directory
    cap: int = STANDARD.text_bytes
    changed: dict[str, bytes | None] = field(default_factory=dict)
    unpacked: int = 0

    def text(self, name: str) -> TextFile:
        """A part as text. Raises MalformedFile where it is missing, TooLarge where all parts
        looked at are over PARTS times the cap, and as ``content``."""
        entry = self.directory.get(name)
        if entry is None:
            raise MalformedFile(detail=f"no {name}")
        self.unpacked += entry.size
        if self.unpacked > PARTS * self.cap:
            raise TooLarge(detail=f"parts of over {PARTS * self.cap} bytes")
        return decoded(content(self.source, entry, self.cap))

    def xml(self, name: str) -> XmlPart:
        return opc.xml_of(self.source, self.directory, name)

    def change(self, name: str, file: TextFile, changes: Iterable[Change]) -> None:
        """Writes a part with some changes. Raises MalformedFile where that is no XML."""
        edits = [file.edit(change.start, change.end, change.new) for change in changes]
        data = applied(file.data, edits)
        check_well_formed(data, name)
        self.changed[name] = data

    def relations(self, name: str = "") -> list[opc.Relation]:
        """The relations of a part, or of the package."""
        return opc.relations(self.xml(relations_of(name)), posixpath.dirname(name))

    def main_part(self) -> str:
        """The part an OOXML package is about. Raises MalformedFile without one."""
        for one in self.relations():
            if one.kind.endswith(OFFICE_DOCUMENT):
                return one.target
        raise MalformedFile(detail="no main part")


def package_of(source: BinaryIO, cap: int = STANDARD.text_bytes) -> Package:
    """Raises as ``directory_of``."""
    return Package(source, directory_of(source), cap)


def relations_of(name: str) -> str:
    """The part that holds a part's relations."""
    folder, base = posixpath.split(name)
    return posixpath.join(folder, "_rels", f"{base}.rels")


def tags(text: str, *names: str, start: int = 0) -> Iterator[Tag]:
    """Tags of some local names in order; those in comments and CDATA do not count."""
    for found in _pattern(names).finditer(text, start):
        if found["tag"]:
            yield Tag(
                found["prefix"], found.start(), found.end(), bool(found["close"]), found["rest"]
            )


def first_tag(text: str, name: str, what: str) -> Tag:
    """The first opening tag of a name. Raises MalformedFile without one."""
    for tag in tags(text, name):
        if not tag.closing and not tag.empty:
            return tag
    raise MalformedFile(detail=f"no {name} in {what}")


def xml_words(text: str) -> str:
    """Words for an XML text of any encoding: what is not ASCII by number."""
    return escape(text).encode("ascii", "xmlcharrefreplace").decode("ascii")


@cache
def _pattern(names: tuple[str, ...]) -> re.Pattern[str]:
    named = "|".join(map(re.escape, names))
    return re.compile(
        rf"{_PASSED}|(?P<tag><(?P<close>/?)(?P<prefix>(?:[\w.-]+:)?)(?:{named})"
        rf"(?=[\s/>])(?P<rest>{_QUOTED})>)",
        re.DOTALL,
    )
