"""An XML part of a package, edited as text: every byte outside the changes stays."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from xml.parsers import expat

from colophon.errors import MalformedFile, TooLarge
from colophon.labels.carriers.edits import applied
from colophon.labels.carriers.label_field import looks_like_label
from colophon.labels.carriers.stale_labels import Change
from colophon.labels.carriers.text_file import TextFile, decoded
from colophon.labels.tolerant.xml_spans import (
    Element,
    elements,
    inner_text,
    is_declaration,
    local_of,
    prefix_of,
    unescape,
)

XML_CAP = 4 << 20
"""The most bytes an XML part may have that a label is looked for in."""
MOST_MARKS = 100_000
"""Tags, comments and the like of one part."""


@dataclass(frozen=True)
class XmlPart:
    """The text of a part and its elements in document order; the first is the root."""

    file: TextFile
    elements: tuple[Element, ...]
    what: str

    @property
    def root(self) -> Element:
        return self.elements[0]

    @cached_property
    def _children(self) -> dict[int, list[Element]]:
        found: dict[int, list[Element]] = {}
        for element in self.elements:
            if element.parent is not None:
                found.setdefault(id(element.parent), []).append(element)
        return found

    def children(self, parent: Element, name: str | None = None) -> list[Element]:
        """The elements right below one, or those of this local name."""
        below = self._children.get(id(parent), [])
        return [one for one in below if name is None or local_of(one.name) == name]

    def below(self, *names: str) -> list[Element]:
        """The elements of the last local name on this path from the root."""
        found = [self.root]
        for name in names:
            found = [child for parent in found for child in self.children(parent, name)]
        return found

    def text(self, element: Element) -> str:
        """All words in an element, markup left out."""
        return inner_text(self._between(element.inner_start, element.inner_end))

    def attribute(self, element: Element, name: str, *, qualified: bool = False) -> str | None:
        """By local name; ``qualified``: only one with a prefix (``r:id`` beside ``id``)."""
        for one in element.attributes:
            if qualified and ":" not in one.name:
                continue
            if local_of(one.name) == name and not is_declaration(one.name):
                return unescape(self._between(one.value_start, one.value_end))
        return None

    def leaves(self) -> Iterator[Element]:
        """Elements with no others in them."""
        return (one for one in self.elements if id(one) not in self._children)

    def labels_in_fields(self) -> list[tuple[Element, str]]:
        """Leaves below the root whose words are, as a whole, a label's JSON."""
        if "Produc" not in self.file.text and "Propagat" not in self.file.text:
            return []
        named = ((leaf, self.text(leaf)) for leaf in self.leaves() if leaf is not self.root)
        return [(leaf, words) for leaf, words in named if looks_like_label(words)]

    def prefix_for(self, uri: str) -> str | None:
        """The prefix the root binds to a namespace: ``a:``, or empty for the default one."""
        for one in self.root.attributes:
            if is_declaration(one.name) and self._between(one.value_start, one.value_end) == uri:
                return f"{local_of(one.name)}:" if ":" in one.name else ""
        return None

    def same_prefix(self, element: Element) -> str:
        """The prefix of an element's own name, with its colon."""
        prefix = prefix_of(element.name)
        return f"{prefix}:" if prefix else ""

    def append(self, parent: Element, new: str) -> Change:
        """``new`` as the last child of an element, right behind the one before it."""
        if not parent.closed:
            raise MalformedFile(detail=f"{self.what}: an element is not closed")
        if parent.empty:
            tag = self.file.text[parent.start : parent.end - 2].rstrip()
            return Change(parent.start, parent.end, f"{tag}>{new}</{parent.name}>")
        below = self.children(parent)
        at = below[-1].end if below else parent.inner_start
        return Change(at, at, new)

    def replace(self, element: Element, new: str) -> Change:
        """``new`` in an element's place."""
        if not element.closed:
            raise MalformedFile(detail=f"{self.what}: an element is not closed")
        return Change(element.start, element.end, new)

    def edited(self, changes: Iterable[Change]) -> bytes:
        """The part with some changes. Raises MalformedFile where that is no well-formed XML:
        two readers of a broken part may see two documents."""
        edits = [self.file.edit(change.start, change.end, change.new) for change in changes]
        data = applied(self.file.data, edits)
        check_well_formed(data, self.what)
        return data

    def _between(self, start: int, end: int) -> str:
        return self.file.bytes_of((start, end)).decode("utf-8", "replace")


def xml_part(data: bytes, what: str) -> XmlPart:
    """Raises MalformedFile where there is no element, TooLarge above MOST_MARKS, naming
    ``what``."""
    file = decoded(data)
    if file.text.count("<") > MOST_MARKS:
        raise TooLarge(detail=f"{what}: over {MOST_MARKS} tags")
    found = sorted(elements(file.text), key=lambda one: (one.start, -one.end))
    if not found:
        raise MalformedFile(detail=f"{what} is no XML")
    return XmlPart(file, tuple(found), what)


def check_well_formed(data: bytes, what: str) -> None:
    """Raises MalformedFile, naming ``what``; also where entities are declared."""
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.EntityDeclHandler = _no_entities
    try:
        parser.Parse(data, True)
    except (expat.ExpatError, ValueError, LookupError) as wrong:
        raise MalformedFile(detail=f"{what}: {wrong}") from wrong


def _no_entities(*_: object) -> None:
    detail = "entities are declared"
    raise ValueError(detail)
