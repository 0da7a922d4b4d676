"""Where the code of a source file ends, so that a comment put there is one and nothing more.

Behind ``__END__`` a program reads data; an open here-document, a continued line or PHP's text
outside its tags would swallow a comment. What cannot be told is refused, never guessed.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from colophon.errors import NoLabelPlace, SignedFile

_END_MARK = re.compile(r"^__(?:END|DATA)__[ \t]*\r?$", re.MULTILINE)
_POD = re.compile(r"^=([a-zA-Z]\w*)", re.MULTILINE)
_HERE = re.compile(r"<<[~-]?[ \t]*(?:[\"'`A-Z_])")
_SHELL_HERE = re.compile(
    r"^[^#\n](?:(?!<<)[^\n#])*?(?<!<)<<-?[ \t]*([\"']?\\?)([A-Za-z_]\w*)[\"']?(?!<)", re.MULTILINE
)
_ARITHMETIC = re.compile(r"\(\(|\blet\b")
_ARCHIVE = re.compile(r"^__[A-Z_]{2,40}__[ \t]*\r?$", re.MULTILINE)
_SIGNATURES = ("# SIG # Begin signature block", "http://www.w3.org/2000/09/xmldsig#")
_OPENING = re.compile(r"<\?(?!xml)(?:php\b|=)?", re.IGNORECASE)
_PHP = re.compile(
    r"'(?:[^'\\]++|\\.)*+(?:'|\Z)|\"(?:[^\"\\]++|\\.)*+(?:\"|\Z)|`(?:[^`\\]++|\\.)*+(?:`|\Z)"
    r"|/\*.*?(?:\*/|\Z)|(?://|\#(?!\[))[^\r\n]*?(?=\?>|[\r\n]|\Z)"
    r"|<<<[ \t]*[\"']?(?P<here>[A-Za-z_]\w*)[\"']?\r?\n|(?P<halt>__halt_compiler\b)|(?P<close>\?>)",
    re.DOTALL | re.IGNORECASE,
)
_BLOCK_SCALAR = re.compile(r"(?:^|[ \t:-])[|>][0-9+-]{0,2}[ \t]*(?:#[^\n]*)?\r?$", re.MULTILINE)
_TOP_SCALAR = re.compile(
    r"^[ \t]*(?:---[ \t]+)?(?:[!&]\S*[ \t]+)*[|>][0-9+-]{0,2}[ \t]*(?:#[^\n]*)?\r?$", re.MULTILINE
)


def joined(text: str, sign: str) -> bool:
    """Whether the last line goes on in a next one, by a sign at its end that is not doubled."""
    last = text[-4096:].removesuffix("\n").removesuffix("\r")
    return bool(sign) and (len(last) - len(last.rstrip(sign))) % 2 == 1


def unsigned(text: str) -> int:
    """The end of a text that nobody signed."""
    if any(mark in text for mark in _SIGNATURES):
        raise SignedFile
    return len(text)


def perl(text: str) -> int:
    """Before ``__END__``, and before documentation that runs to the end."""
    mark = _END_MARK.search(text)
    end = mark.start() if mark else len(text)
    opened = None
    for command in _POD.finditer(text, 0, end):
        if command[1] == "cut":
            opened = None
        elif opened is None:
            opened = command.start()
    end = end if opened is None else opened
    if end < len(text) and _HERE.search(text, 0, end):
        raise NoLabelPlace(detail="here-documents beside data behind the code")
    return end


def ruby(text: str) -> int:
    """Before ``__END__``."""
    mark = _END_MARK.search(text)
    if mark and _HERE.search(text, 0, mark.start()):
        raise NoLabelPlace(detail="here-documents beside data behind the code")
    return mark.start() if mark else len(text)


def shell(text: str) -> int:
    """The end, where no here-document is open and no archive follows the code."""
    if _ARCHIVE.search(text):
        raise NoLabelPlace(detail="an archive behind the script")
    at = 0
    while found := _SHELL_HERE.search(text, at):
        at = found.end()
        if _ARITHMETIC.search(found[0]):
            continue
        closing = re.compile(rf"^\t*{found[2]}\r?$", re.MULTILINE).search(text, at)
        if closing is None:
            raise NoLabelPlace(detail="an open here-document")
        at = closing.end()
    return len(text)


def yaml(text: str) -> int | None:
    """The end; None where a comment there might become part of a scalar."""
    if _TOP_SCALAR.search(text):
        return None
    if not text.endswith(("\n", "\r")) and _BLOCK_SCALAR.search(text):
        return None
    return len(text)


def in_php(text: str) -> bool:
    """Whether PHP's end is in code, not in the text around it. Raises NoLabelPlace."""
    at, code = 0, False
    while True:
        if not code:
            opening = _OPENING.search(text, at)
            if not opening:
                return False
            at, code = opening.end(), True
        token = _PHP.search(text, at)
        if not token:
            return True
        at = token.end()
        if token["halt"]:
            raise NoLabelPlace(detail="data behind __halt_compiler")
        if token["close"]:
            code = False
        elif token["here"]:
            closing = re.compile(rf"^[ \t]*{token['here']}\b", re.MULTILINE).search(text, at)
            if closing is None:
                raise NoLabelPlace(detail="an open here-document")
            at = closing.end()


ENDS: dict[str, Callable[[str], int]] = {
    "text/x-perl": perl,
    "text/x-ruby": ruby,
    "text/x-shellscript": shell,
    "text/x-powershell": unsigned,
    "application/xml": unsigned,
}
"""By media type; elsewhere the code ends with the text."""
