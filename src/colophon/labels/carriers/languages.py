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
    """``joins``: a backslash at the end of a line continues it."""

    media_type: str
    comment: Comment
    joins: bool = False


def _listed() -> dict[str, Language]:
    rows = (
        ("application/yaml", HASH, False, "yaml yml"),
        ("application/toml", HASH, False, "toml"),
        ("text/x-ini", SEMICOLON, False, "ini"),
        ("text/x-python", HASH, True, "py pyi"),
        ("text/x-shellscript", HASH, True, "sh bash"),
        ("text/x-ruby", HASH, True, "rb"),
        ("text/x-perl", HASH, False, "pl"),
        ("text/x-r", HASH, False, "r"),
        ("text/x-julia", HASH, False, "jl"),
        ("text/x-elixir", HASH, False, "ex"),
        ("text/x-cmake", HASH, False, "cmake"),
        ("text/x-makefile", HASH, True, "mk"),
        ("text/x-powershell", HASH, False, "ps1"),
        ("text/javascript", SLASHES, False, "js mjs cjs"),
        ("text/jsx", SLASHES, False, "jsx"),
        ("text/x-typescript", SLASHES, False, "ts"),
        ("text/x-tsx", SLASHES, False, "tsx"),
        ("text/x-java", SLASHES, False, "java"),
        ("text/x-kotlin", SLASHES, False, "kt"),
        ("text/x-swift", SLASHES, False, "swift"),
        ("text/x-go", SLASHES, False, "go"),
        ("text/x-rust", SLASHES, False, "rs"),
        ("text/x-c++", SLASHES, True, "cc cpp cxx hpp"),
        ("text/x-csharp", SLASHES, False, "cs"),
        ("text/x-scala", SLASHES, False, "scala"),
        ("text/x-dart", SLASHES, False, "dart"),
        ("text/x-protobuf", SLASHES, False, "proto"),
        ("text/x-scss", SLASHES, False, "scss"),
        ("text/x-less", SLASHES, False, "less"),
        ("text/x-objective-c", SLASHES, True, "m"),
        # C90 knows no other comment.
        ("text/x-c", BLOCK, True, "c h"),
        ("text/css", BLOCK, False, "css"),
        ("text/x-php", PHP, False, "php"),
        ("text/x-sql", DASHES, False, "sql"),
        ("text/x-lua", DASHES, False, "lua"),
        ("text/x-haskell", DASHES, False, "hs"),
        ("text/x-vue", MARKUP, False, "vue"),
        ("application/xml", INSTRUCTION, False, "xml"),
        ("text/x-tex", PERCENT, False, "tex"),
        ("text/x-erlang", PERCENT, False, "erl"),
        ("text/x-emacs-lisp", SEMICOLON, False, "el"),
        ("text/x-clojure", SEMICOLON, False, "clj"),
        ("text/x-msdos-batch", COLONS, False, "bat"),
        ("text/x-vb", APOSTROPHE, False, "vb"),
    )
    return {
        f".{word}": Language(media_type, comment, joins)
        for media_type, comment, joins, words in rows
        for word in words.split()
    }


BY_EXTENSION: Mapping[str, Language] = MappingProxyType(_listed())
BY_MEDIA_TYPE: Mapping[str, Language] = MappingProxyType(
    {language.media_type: language for language in BY_EXTENSION.values()}
)
"""So that the explicit label, which hears the media type alone, finds the comment."""

MATLAB = Language("text/x-matlab", PERCENT)
"""The other language of ``.m``, told by its words."""
