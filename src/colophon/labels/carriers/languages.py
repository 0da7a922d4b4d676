"""How each language of source code writes a comment, and how a value is kept inside one.

A label's value may hold any printable ASCII but space and backslash, so that the end of a block
comment may stand in it: such signs are written as JSON escapes, which no strict value holds
otherwise, and are taken back on reading.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Comment:
    """``before`` and ``after`` what a comment says; ``heading`` comes before a label in it;
    ``escapes``: signs of a label's value that would end it, and what is written for them."""

    before: str
    after: str = ""
    heading: str = "AIGC: "
    escapes: tuple[tuple[str, str], ...] = ()

    def label(self, value: str) -> str:
        """The comment that bears a label."""
        for sign, written in self.escapes:
            value = value.replace(sign, written)
        return f"{self.before}{self.heading}{value}{self.after}"


def plain(written: str) -> str:
    """A label's value in a comment as it was before it was escaped there."""
    for sign, escape in (*_ANGLES, *COLONS.escapes, *BLOCK.escapes):
        written = written.replace(escape, sign)
    return written


_ANGLES = (("<", r"\u003c"), (">", r"\u003e"))
HASH, SLASHES, DASHES = Comment("# "), Comment("// "), Comment("-- ")
SEMICOLON, PERCENT, APOSTROPHE = Comment("; "), Comment("% "), Comment("' ")
COLONS = Comment(":: ", escapes=(("%", r"\u0025"),))
BLOCK = Comment("/* ", " */", escapes=(("*", r"\u002a"),))
MARKUP = Comment("<!-- ", " -->", escapes=_ANGLES)
INSTRUCTION = Comment("<?", "?>", "AIGC ", _ANGLES)
PHP = Comment("// ", escapes=_ANGLES)
PHP_TAG = Comment("<?php // ", " ?>", escapes=_ANGLES)


@dataclass(frozen=True, slots=True)
class Language:
    """``joins``: the sign that continues a line from its end."""

    media_type: str
    comment: Comment
    joins: str = ""


_ROWS = (
    ("application/yaml", HASH, "", "yaml yml"),
    ("application/toml", HASH, "", "toml"),
    ("text/x-ini", SEMICOLON, "", "ini"),
    ("text/x-python", HASH, "\\", "py pyi"),
    ("text/x-shellscript", HASH, "\\", "sh bash"),
    ("text/x-ruby", HASH, "\\", "rb"),
    ("text/x-perl", HASH, "", "pl"),
    ("text/x-r", HASH, "", "r"),
    ("text/x-julia", HASH, "", "jl"),
    ("text/x-elixir", HASH, "", "ex"),
    ("text/x-cmake", HASH, "", "cmake"),
    ("text/x-makefile", HASH, "\\", "mk"),
    ("text/x-powershell", HASH, "", "ps1"),
    ("text/javascript", SLASHES, "", "js mjs cjs"),
    ("text/jsx", SLASHES, "", "jsx"),
    ("text/x-typescript", SLASHES, "", "ts"),
    ("text/x-tsx", SLASHES, "", "tsx"),
    ("text/x-java", SLASHES, "", "java"),
    ("text/x-kotlin", SLASHES, "", "kt"),
    ("text/x-swift", SLASHES, "", "swift"),
    ("text/x-go", SLASHES, "", "go"),
    ("text/x-rust", SLASHES, "", "rs"),
    ("text/x-c++", SLASHES, "\\", "cc cpp cxx hpp"),
    ("text/x-csharp", SLASHES, "", "cs"),
    ("text/x-scala", SLASHES, "", "scala"),
    ("text/x-dart", SLASHES, "", "dart"),
    ("text/x-protobuf", SLASHES, "", "proto"),
    ("text/x-scss", SLASHES, "", "scss"),
    ("text/x-less", SLASHES, "", "less"),
    ("text/x-objective-c", SLASHES, "\\", "m"),
    # C90 knows no other comment.
    ("text/x-c", BLOCK, "\\", "c h"),
    ("text/css", BLOCK, "", "css"),
    ("text/x-php", PHP, "", "php"),
    ("text/x-sql", DASHES, "", "sql"),
    ("text/x-lua", DASHES, "", "lua"),
    ("text/x-haskell", DASHES, "", "hs"),
    ("text/x-vue", MARKUP, "", "vue"),
    ("application/xml", INSTRUCTION, "", "xml"),
    ("text/x-tex", PERCENT, "", "tex"),
    ("text/x-erlang", PERCENT, "", "erl"),
    ("text/x-emacs-lisp", SEMICOLON, "", "el"),
    ("text/x-clojure", SEMICOLON, "", "clj"),
    ("text/x-msdos-batch", COLONS, "^", "bat"),
    ("text/x-vb", APOSTROPHE, "", "vb"),
)
"""Media type, comment, how a line says it goes on, extensions."""

BY_EXTENSION: Mapping[str, Language] = MappingProxyType(
    {
        f".{word}": Language(media_type, comment, joins)
        for media_type, comment, joins, words in _ROWS
        for word in words.split()
    }
)
BY_MEDIA_TYPE: Mapping[str, Language] = MappingProxyType(
    {language.media_type: language for language in BY_EXTENSION.values()}
)
"""So that the explicit label, which hears the media type alone, finds the comment."""

MATLAB = Language("text/x-matlab", PERCENT)
"""The other language of ``.m``, told by its words."""
