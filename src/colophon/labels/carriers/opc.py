"""Parts of OOXML packages: how one is found, and made known, by content type and relation.

Source: ECMA-376 part 2 (Open Packaging Conventions), 6.5 and 7.2.
"""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass
from typing import BinaryIO

from colophon.errors import MalformedFile, SignedFile
from colophon.labels.carriers.package import CONTENT_TYPES
from colophon.labels.carriers.xml_part import XML_CAP, XmlPart, xml_part
from colophon.labels.carriers.zip_directory import Directory, content
from colophon.labels.tolerant.xml_spans import escape

RELATIONS = "_rels/.rels"
_SIGNATURES = "_xmlsignatures/"
_STRICT = "http://purl.oclc.org/ooxml/"
_RELATION_ID = re.compile(r"rId(\d{1,9})")


@dataclass(frozen=True, slots=True)
class Relation:
    """One line of a relations part; ``target`` is the name of an entry."""

    kind: str
    target: str
    id: str


def xml_of(source: BinaryIO, directory: Directory, name: str) -> XmlPart:
    """An XML part. Raises MalformedFile where it is missing or no XML, and as ``content``."""
    entry = directory.get(name)
    if entry is None:
        raise MalformedFile(detail=f"no {name}")
    return xml_part(content(source, entry, XML_CAP), name)


def relations(part: XmlPart, base: str = "") -> list[Relation]:
    """The relations to parts of the package; ``base``: the folder targets count from."""
    found = []
    for one in part.children(part.root, "Relationship"):
        target = part.attribute(one, "Target") or ""
        if part.attribute(one, "TargetMode") != "External":
            place = posixpath.normpath(posixpath.join("/", base, target)).lstrip("/")
            kind, name = (part.attribute(one, key) or "" for key in ("Type", "Id"))
            found.append(Relation(kind, place, name))
    return found


def actual(directory: Directory, name: str) -> str:
    """The entry a part's name means: names are the same whatever their case."""
    if name in directory.names:
        return name
    return next((one for one in directory.names if one.lower() == name.lower()), name)


def is_strict(found: list[Relation]) -> bool:
    """Whether relations are named as ISO/IEC 29500 Strict names them."""
    return any(one.kind.startswith(_STRICT) for one in found)


def with_relation(part: XmlPart, kind: str, target: str) -> bytes:
    """The relations part with one more."""
    used = [_RELATION_ID.fullmatch(one.id) for one in relations(part)]
    number = max((int(found[1]) for found in used if found), default=0) + 1
    tag = f"{part.same_prefix(part.root)}Relationship"
    new = f'<{tag} Id="rId{number}" Type="{kind}" Target="{escape(target)}"/>'
    return part.edited([part.append(part.root, new)])


def has_type(part: XmlPart, name: str, kind: str) -> bool:
    """Whether [Content_Types].xml names the type of a part."""
    for one in part.children(part.root, "Override"):
        if (part.attribute(one, "PartName") or "").lower() == f"/{name}".lower():
            return (part.attribute(one, "ContentType") or "").lower() == kind.lower()
    return False


def with_type(part: XmlPart, name: str, kind: str) -> bytes:
    """[Content_Types].xml with one more part named."""
    tag = f"{part.same_prefix(part.root)}Override"
    new = f'<{tag} PartName="/{escape(name)}" ContentType="{kind}"/>'
    wrong = [
        one
        for one in part.children(part.root, "Override")
        if (part.attribute(one, "PartName") or "").lower() == f"/{name}".lower()
    ]
    if wrong:
        return part.edited([part.replace(wrong[0], new)])
    return part.edited([part.append(part.root, new)])


def check_unsigned(directory: Directory) -> None:
    """Raises SignedFile where a change would break a digital signature."""
    if any(entry.name.startswith(_SIGNATURES) for entry in directory.entries):
        raise SignedFile


def check_whole(directory: Directory) -> None:
    """Raises MalformedFile where a name stands twice: two readers would see two documents."""
    if len(directory.names) != len(directory.entries):
        raise MalformedFile(detail="two entries have one name")
    if CONTENT_TYPES not in directory.names:
        raise MalformedFile(detail=f"no {CONTENT_TYPES}")
