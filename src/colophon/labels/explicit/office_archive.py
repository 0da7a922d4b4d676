"""Words on an archive: a text file at its root, whose name and content are the words.

Source: GB 45438-2025 5.1. What the members show is theirs; this is what a reader of the archive
meets on opening it.
"""

from __future__ import annotations

import re

from colophon.errors import MalformedFile
from colophon.labels.explicit.office_package import Package
from colophon.labels.explicit.wording import shorter

_FORBIDDEN = re.compile(r'[\\/:*?"<>|]|^[.\s]|[.\s]$')
_LONGEST = 80
_SUFFIX = ".txt"


def label(package: Package, text: str, place: str) -> tuple[str, float | None]:
    """Adds the file; archives are listed by name, so that its place says nothing."""
    used = {name.casefold() for name in package.directory.names}
    for words in (*shorter(text), "AI生成"):
        name = words + _SUFFIX
        if len(words) <= _LONGEST and not _FORBIDDEN.search(words) and name.casefold() not in used:
            package.changed[name] = f"{text}\r\n".encode("utf-8-sig")
            return place, None
    raise MalformedFile(detail="files of the label's name are there and say something else")


def root_titles(package: Package) -> list[str]:
    """Names of the text files at the root, without their suffix."""
    names = (entry.name for entry in package.directory.entries)
    return [
        name.removesuffix(_SUFFIX) for name in names if "/" not in name and name.endswith(_SUFFIX)
    ]
