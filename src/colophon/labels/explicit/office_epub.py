"""Words in a book: a paragraph in the first (or the last) document of its reading order.

Source: GB 45438-2025 5.1; EPUB 3.3 5.7 (spine).
"""

from __future__ import annotations

import posixpath
from urllib.parse import unquote

from colophon.errors import MalformedFile
from colophon.labels.carriers import epub
from colophon.labels.explicit import text as texts
from colophon.labels.explicit.office_package import Package

_XHTML = "application/xhtml+xml"


def label(package: Package, text: str, place: str) -> tuple[str, float | None]:
    """Puts the paragraph in; where it stands."""
    name = documents(package)[-1 if place == "end" else 0]
    epub.check_open(package.source, package.directory, name)
    data = package.text(name).data
    where: texts.Place = "end" if place == "end" else "start"
    package.changed[name], written = texts.apply_bytes(data, "html", text, where, name=name)
    return written.where, None


def documents(package: Package) -> list[str]:
    """The XHTML documents of the spine in order. Raises MalformedFile where there are none."""
    name = epub.package_document(package.source, package.directory)
    part = package.xml(name)
    items = {
        part.attribute(one, "id"): part.attribute(one, "href") or ""
        for one in part.below("manifest", "item")
        if part.attribute(one, "media-type") == _XHTML
    }
    found = []
    for one in part.below("spine", "itemref"):
        href = items.get(part.attribute(one, "idref"), "").partition("#")[0]
        path = posixpath.normpath(posixpath.join(posixpath.dirname(name), unquote(href)))
        linear = (part.attribute(one, "linear") or "yes") != "no"
        if href and linear and path in package.directory.names:
            found.append(path)
    if not found:
        raise MalformedFile(detail="no document in the reading order")
    return found
