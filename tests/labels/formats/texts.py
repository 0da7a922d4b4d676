"""Words of every extension, by its letters."""

from __future__ import annotations

_SVG = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="320" height="240" viewBox="0 0 320 240">'
    '<rect width="320" height="240" fill="#7a9"/></svg>\n'
)
_RTF = "{\\rtf1\\ansi\\deff0{\\fonttbl{\\f0\\fnil Arial;}}\n\\pard Words.\\par\n}"
_NOTEBOOK = (
    '{"cells": [{"cell_type": "markdown", "id": "a", "metadata": {}, "source": ["Words"]}],'
    ' "metadata": {}, "nbformat": 4, "nbformat_minor": 5}\n'
)
_ASS = (
    "[Script Info]\nTitle: t\nScriptType: v4.00+\n\n[V4+ Styles]\nFormat: Name, Fontname, Fontsize\n"
    "Style: Default,Arial,20\n\n[Events]\nFormat: Layer, Start, End, Style, Name, MarginL, MarginR,"
    " MarginV, Effect, Text\nDialogue: 0,0:00:01.00,0:00:02.00,Default,,0,0,0,,Words\n"
)
_HTML = "<!doctype html><html><head><title>A</title></head><body><p>Words</p></body></html>\n"
_CODE = {
    "yaml yml": "a: 1\n",
    "toml": "a = 1\n",
    "ini": "[a]\nb=1\n",
    "py pyi": "def add(a: int, b: int) -> int: ...\n",
    "sh bash": "#!/bin/sh\necho 1\n",
    "rb": "puts 1\n",
    "pl": "print 1;\n",
    "r": "x <- 1\n",
    "jl": "x = 1\n",
    "js mjs cjs jsx ts tsx": "let x = 1;\n",
    "java cs": "class A {}\n",
    "kt": "fun main() {}\n",
    "swift": "let x = 1\n",
    "go": "package a\n",
    "rs": "fn main() {}\n",
    "c h cc cpp cxx hpp": "int x;\n",
    "m": "#import <a.h>\nint x;\n",
    "scala": "object A\n",
    "dart": "void main() {}\n",
    "php": "<?php\necho 1;\n",
    "lua": "x = 1\n",
    "sql": "SELECT 1;\n",
    "hs": "main = print 1\n",
    "css scss less": "a { color: red; }\n",
    "vue": "<template><p>a</p></template>\n",
    "tex": "\\documentclass{article}\n\\begin{document}A\\end{document}\n",
    "bat": "echo 1\r\n",
    "ps1": "Write-Output 1\n",
    "vb": "Dim x\n",
    "xml": "<a><b/></a>\n",
    "el": '(message "a")\n',
    "clj": "(def x 1)\n",
    "ex": "x = 1\n",
    "erl": "-module(a).\n",
    "proto": 'syntax = "proto3";\n',
    "cmake": "set(A 1)\n",
    "mk": "all:\n\techo 1\n",
}
TEXTS = {
    "svg": _SVG,
    "rtf": _RTF,
    "ipynb": _NOTEBOOK,
    "srt": "1\n00:00:01,000 --> 00:00:02,500\nHello\n\n2\n00:00:03,000 --> 00:00:04,500\nWords\n",
    "vtt": "WEBVTT\n\n00:01.000 --> 00:02.000\nHello\n",
    **dict.fromkeys(("ass", "ssa"), _ASS),
    **dict.fromkeys(("md", "markdown", "mdown"), "# Heading\n\nWords.\n"),
    **dict.fromkeys(("html", "htm"), _HTML),
    "xhtml": _HTML.replace("<html>", '<html xmlns="http://www.w3.org/1999/xhtml">').replace(
        "<!doctype html>", '<?xml version="1.0" encoding="UTF-8"?>\n'
    ),
    **dict.fromkeys(("txt", "text", "log"), "Some words.\nMore words.\n"),
    "json": '{"a": 1}\n',
    "geojson": '{"type": "FeatureCollection", "features": []}\n',
    **dict.fromkeys(("jsonl", "ndjson"), '{"a": 1}\n{"a": 2}\n'),
    "csv": "a,b\n1,2\n",
    "tsv": "a\tb\n1\t2\n",
    **{name: words for names, words in _CODE.items() for name in names.split()},
}
