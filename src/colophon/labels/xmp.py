"""XMP packets: what they say of a label, and one label written into them.

Reading takes whatever is met in real files; writing changes only our two properties and
leaves every other byte of the packet as it was.

Source: TC260-PG-20259A (prefix, namespace and property of the label); IPTC Photo Metadata
Standard (Digital Source Type); ISO 16684-1 (XMP).
"""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, TypeVar

from colophon.labels.tolerant.xml_spans import (
    Attribute,
    Element,
    elements,
    escape,
    inner_text,
    is_declaration,
    local_of,
    prefix_of,
    unescape,
)

PREFIX = "TC260"
NAMESPACE = "http://www.tc260.org.cn/ns/AIGC/1.0/"
PROPERTY = "AIGC"
IPTC_NAMESPACE = "http://iptc.org/std/Iptc4xmpExt/2008-02-29/"
IPTC_PROPERTY = "DigitalSourceType"
SYSTEM_PROPERTY, SYSTEM_VERSION_PROPERTY = "AISystemUsed", "AISystemVersionUsed"
"""IPTC Photo Metadata 2025.1: what made the content."""
_IPTC = (IPTC_PROPERTY, SYSTEM_PROPERTY, SYSTEM_VERSION_PROPERTY)
RDF_NAMESPACE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"

Form = Literal["element", "attribute", "structure"]

_PACKET = (
    '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>\n'
    '<x:xmpmeta xmlns:x="adobe:ns:meta/">\n'
    f'<rdf:RDF xmlns:rdf="{RDF_NAMESPACE}">\n'
    "%s"
    "</rdf:RDF>\n</x:xmpmeta>\n"
    '<?xpacket end="w"?>'
)
_ID = "W5M0MpCehiHzreSzNTczkc9d"
_ANY_HEADER = re.compile(r"<\?xpacket begin[^>]{0,200}>")
_HEADER = re.compile(rf"""<\?xpacket\s+begin=("\ufeff?"|'\ufeff?')\s+id=["']{_ID}["'][^?]*\?>""")
_ENCODINGS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
    (b"<\0\0\0", "utf-32-le"),
    (b"\0\0\0<", "utf-32-be"),
    (b"<\0", "utf-16-le"),
    (b"\0<", "utf-16-be"),
)
_REMEMBERED = 1 << 16
"""A packet of at most so many bytes is kept until others are read."""
# By bytes a unit: what keeps ill-formed text as it is, where Python has such a handler.
_HANDLERS = {1: "surrogateescape", 2: "surrogatepass", 4: "replace"}


@dataclass(frozen=True, slots=True)
class XmpProperty:
    """One label found in a packet. ``cut``: its value or its element does not end."""

    value: str
    form: Form
    namespace: str | None
    prefix: str
    cut: bool = False

    @property
    def standard(self) -> bool:
        """Written as TC260-PG-20259A asks: an element of the right namespace."""
        return self.form == "element" and self.namespace == NAMESPACE and not self.cut


@dataclass(frozen=True, slots=True)
class XmpFacts:
    """What a packet says. ``aigc`` is in the packet's order; ``malformed_header`` speaks of the
    ``<?xpacket begin`` instruction, which a packet may also lack altogether.
    """

    aigc: tuple[XmpProperty, ...] = ()
    digital_source_type: str | None = None
    malformed_header: bool = False


def read(packet: bytes) -> XmpFacts:
    """Every label in a packet, in any namespace and form; never raises, expands no entity."""
    # One file's packet is asked for its label, and again for its source type.
    return _remembered(packet) if len(packet) <= _REMEMBERED else _facts(packet)


@lru_cache(maxsize=2)
def _remembered(packet: bytes) -> XmpFacts:
    return _facts(packet)


def _facts(packet: bytes) -> XmpFacts:
    text = _decode(packet)[0].encode("utf-8", "replace").decode()
    survey = _surveyed(text)
    return XmpFacts(
        tuple(value for found in survey.labels for value in _values(text, found)),
        next((_source_type(text, found) for found in survey.source_types), None),
        "<?xpacket begin" in text and not _HEADER.search(text),
    )


def write(
    packet: bytes | None,
    aigc_json: str,
    digital_source_type: str | None = None,
    *,
    system: tuple[str, str] | None = None,
) -> bytes:
    """The packet with exactly one label, and with the source type and the generating system's
    name and version when they are given.

    A malformed packet header is mended. A packet that no XML parser takes (cut, broken, with a
    document type) gives way to a fresh one, since a label inside it would be read by nobody.
    """
    wanted = {PROPERTY: aigc_json}
    if digital_source_type is not None:
        wanted[IPTC_PROPERTY] = digital_source_type
    if system is not None:
        wanted |= zip((SYSTEM_PROPERTY, SYSTEM_VERSION_PROPERTY), system, strict=True)
    edited = None if packet is None else _edited(packet, wanted)
    return edited if edited is not None else _fresh(wanted)


def blanked(packet: bytes) -> bytes:
    """The packet with spaces where its labels stood: as long as it was, all else byte for byte."""
    text, encoding = _decode(packet)
    edits = [
        (found.start, found.end, " " * (found.end - found.start))
        for found in _surveyed(text).labels
    ]
    blank = _encode(_applied(text, edits), encoding) if edits else packet
    return blank + packet[len(blank) :]


_Found = Element | Attribute
_Edit = tuple[int, int, str]


@dataclass(slots=True)
class _Survey:
    """Where the things that concern us lie. ``about``: what the packet says it describes, as
    written, quotes included; all descriptions must agree on it.
    """

    labels: list[_Found]
    source_types: list[_Found]
    own_iptc: list[_Found]
    root: Element | None = None
    about: str | None = None


def _decode(packet: bytes) -> tuple[str, str]:
    """The text, byte order mark included, and the encoding that gives the same bytes back."""
    encoding = next((name for mark, name in _ENCODINGS if packet.startswith(mark)), "utf-8")
    unit = int(encoding.split("-")[1]) // 8
    whole = packet[: len(packet) // unit * unit]
    return whole.decode(encoding, _HANDLERS[unit]), encoding


def _encode(text: str, encoding: str) -> bytes:
    return text.encode(encoding, _HANDLERS[int(encoding.split("-")[1]) // 8])


def _surveyed(text: str) -> _Survey:
    survey = _Survey([], [], [])
    for element in elements(text):
        _note(survey, element, _is_top(element.parent))
        for attribute in element.attributes:
            if not is_declaration(attribute.name):
                _note(survey, attribute, _is_top(element))
        if survey.root is None and _is_root(element):
            survey.root = element
        if survey.about is None and _is_top(element):
            survey.about = _about(text, element)
    survey.labels = _outermost(survey.labels)
    survey.source_types = _outermost(survey.source_types)
    survey.own_iptc = _outermost(survey.own_iptc)
    return survey


def _note(survey: _Survey, found: _Found, own: bool) -> None:
    local = local_of(found.name)
    if local == PROPERTY:
        survey.labels.append(found)
    elif local in _IPTC:
        if local == IPTC_PROPERTY:
            survey.source_types.append(found)
        # A source type deeper down speaks of an ingredient, not of the file itself.
        if own and found.uri == IPTC_NAMESPACE:
            survey.own_iptc.append(found)


def _is_root(element: Element) -> bool:
    return element.uri == RDF_NAMESPACE and local_of(element.name) == "RDF" and element.closed


def _is_top(element: Element | None) -> bool:
    """A property's holder: a description directly under the root."""
    parent = element.parent if element else None
    return parent is not None and parent.uri == RDF_NAMESPACE and local_of(parent.name) == "RDF"


def _about(text: str, element: Element) -> str | None:
    for attribute in element.attributes:
        if attribute.uri == RDF_NAMESPACE and local_of(attribute.name) == "about":
            return text[attribute.value_start - 1 : attribute.end]
    return None


_Span = TypeVar("_Span", Element, Attribute, _Found)


def _outermost(found: list[_Span]) -> list[_Span]:
    """In the text's order, none inside another."""
    outer: list[_Span] = []
    for one in sorted(found, key=lambda f: f.start):
        if not outer or one.start >= outer[-1].end:
            outer.append(one)
    return outer


def _values(text: str, found: _Found) -> Iterator[XmpProperty]:
    prefix = prefix_of(found.name)
    if isinstance(found, Attribute):
        value = unescape(text[found.value_start : found.value_end])
        yield XmpProperty(value, "attribute", found.uri, prefix, found.cut)
        return
    cut = not found.closed
    inner = text[found.inner_start : found.inner_end]
    children = list(elements(inner))
    items = [inner_text(inner[c.inner_start : c.inner_end]) for c in _items(children)]
    fields = {} if items else _fields(text, found, inner, children)
    if fields:
        value = json.dumps(fields, ensure_ascii=False)
        yield XmpProperty(value, "structure", found.uri, prefix, cut)
        return
    for value in items or [inner_text(inner)]:
        yield XmpProperty(value.strip(), "element", found.uri, prefix, cut)


def _items(children: list[Element]) -> list[Element]:
    """The items of an array; of alternatives only the first."""
    items = _outermost([c for c in children if local_of(c.name) == "li"])
    return items[:1] if any(local_of(c.name) == "Alt" for c in children) else items


def _fields(text: str, found: Element, inner: str, children: list[Element]) -> dict[str, str]:
    """The fields of a label written as an RDF structure, as elements or as attributes."""
    prefix = prefix_of(found.name)
    fields = {
        local_of(c.name): inner_text(inner[c.inner_start : c.inner_end]).strip()
        for c in children
        if prefix_of(c.name) == prefix and _is_field(c)
    }
    for attribute in found.attributes:
        if attribute.uri == found.uri and prefix_of(attribute.name) == prefix:
            raw = text[attribute.value_start : attribute.value_end]
            fields[local_of(attribute.name)] = unescape(raw)
    return fields


def _is_field(element: Element) -> bool:
    """Directly in the structure, or in the one description that holds it."""
    holder = element.parent
    held = holder is None or (holder.parent is None and local_of(holder.name) == "Description")
    return held and element.closed


def _source_type(text: str, found: _Found) -> str:
    if isinstance(found, Element):
        resource = _resource(found)
        if resource is None:
            return inner_text(text[found.inner_start : found.inner_end]).strip()
        found = resource
    return unescape(text[found.value_start : found.value_end])


def _resource(element: Element) -> Attribute | None:
    return next((a for a in element.attributes if local_of(a.name) == "resource"), None)


def _fresh(wanted: dict[str, str]) -> bytes:
    return (_PACKET % _description('""', wanted, "rdf")).encode()


def _description(about: str, wanted: dict[str, str], rdf_prefix: str) -> str:
    names = dict.fromkeys(_IPTC, ("Iptc4xmpExt", IPTC_NAMESPACE))
    names[PROPERTY] = (PREFIX, NAMESPACE)
    declared = "" if rdf_prefix == "rdf" else f' xmlns:rdf="{RDF_NAMESPACE}"'
    for prefix, uri in dict.fromkeys(names[name] for name in wanted):
        declared += f' xmlns:{prefix}="{uri}"'
    body = "".join(
        f"<{names[name][0]}:{name}>{escape(value)}</{names[name][0]}:{name}>\n"
        for name, value in wanted.items()
    )
    return f"<rdf:Description rdf:about={about}{declared}>\n{body}</rdf:Description>\n"


def _edited(packet: bytes, wanted: dict[str, str]) -> bytes | None:
    text, encoding = _decode(packet)
    survey = _surveyed(text)
    if survey.root is None:
        return None
    missing = dict(wanted)
    edits = [_label_edit(text, found, missing) for found in survey.labels]
    edits += [
        _iptc_edit(text, found, missing)
        for found in survey.own_iptc
        if local_of(found.name) in wanted
    ]
    if missing:
        edits.append(_insertion(text, survey.root, survey.about or '""', missing))
    edited = _headed(_applied(text, edits))
    # In a packet that lies within another, the label's place may have gone with the outer one.
    kept = escape(wanted[PROPERTY]) in edited
    return _encode(edited, encoding) if kept and _well_formed(edited) else None


def _headed(text: str) -> str:
    """A malformed packet header is written as it should be; what is right stays."""
    if "<?xpacket begin" not in text or _HEADER.search(text):
        return text
    return _ANY_HEADER.sub(f'<?xpacket begin="\ufeff" id="{_ID}"?>', text, count=1)


def _label_edit(text: str, found: _Found, missing: dict[str, str]) -> _Edit:
    """A label as the standard asks takes the new value in its place; any other goes."""
    if PROPERTY in missing and isinstance(found, Element) and _is_plain(text, found):
        return (found.inner_start, found.inner_end, escape(missing.pop(PROPERTY)))
    return _removal(text, found)


def _is_plain(text: str, element: Element) -> bool:
    return (
        element.uri == NAMESPACE
        and prefix_of(element.name) == PREFIX
        and element.closed
        and not element.empty
        and all(is_declaration(a.name) for a in element.attributes)
        and "<" not in text[element.inner_start : element.inner_end]
        and _is_top(element.parent)
    )


def _iptc_edit(text: str, found: _Found, missing: dict[str, str]) -> _Edit:
    name = local_of(found.name)
    if name not in missing:
        return _removal(text, found)
    place = found if isinstance(found, Attribute) else _resource(found)
    if place is not None:
        return (place.value_start, place.value_end, _attribute_value(missing.pop(name)))
    if isinstance(found, Attribute) or found.empty or not found.closed:
        return _removal(text, found)
    return (found.inner_start, found.inner_end, escape(missing.pop(name)))


def _attribute_value(value: str) -> str:
    return escape(value).replace("'", "&apos;")


def _removal(text: str, found: _Found) -> _Edit:
    start = found.start
    if isinstance(found, Attribute):
        start -= len(text[:start]) - len(text[:start].rstrip())
    return (start, found.end, "")


def _insertion(text: str, root: Element, about: str, missing: dict[str, str]) -> _Edit:
    block = _description(about, missing, prefix_of(root.name))
    if not root.empty:
        return (root.inner_end, root.inner_end, block)
    slash = text.rindex("/", root.start, root.end)
    return (slash, root.end, f">\n{block}</{root.name}>")


def _applied(text: str, edits: list[_Edit]) -> str:
    parts, at = [], 0
    for start, end, new in sorted(edits):
        if start >= at:
            parts += [text[at:start], new]
            at = end
    return "".join([*parts, text[at:]])


class _Nothing:
    """Takes what a parser finds and keeps none of it."""

    def start(self, tag: str, attributes: dict[str, str]) -> None: ...

    def end(self, tag: str) -> None: ...

    def data(self, data: str) -> None: ...

    def close(self) -> None: ...


def _well_formed(text: str) -> bool:
    from defusedxml import DefusedXmlException
    from defusedxml.ElementTree import DefusedXMLParser, ParseError

    # Bytes that are not UTF-8 stay as they are; the structure is what is judged here.
    plain = text.lstrip("\ufeff").rstrip("\0").encode("utf-8", "replace").decode()
    parser = DefusedXMLParser(target=_Nothing(), forbid_dtd=True)
    try:
        parser.feed(plain)
        parser.close()
    except (ParseError, DefusedXmlException, ValueError):
        return False
    return True
