"""The explicit label in code, subtitles, notebooks and RTF: seen by readers, harming nothing."""

from __future__ import annotations

import ast
import json
import subprocess
import time
import tomllib
from pathlib import Path
from xml.etree import ElementTree as ET

import nbformat
import pysubs2
import pytest
import yaml
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from colophon.labels.carriers import rtf_text
from colophon.labels.carriers.languages import BY_MEDIA_TYPE
from colophon.labels.carriers.source_code import SOURCE_CODE
from colophon.labels.explicit import finding, shown, text
from colophon.labels.explicit.limits import STANDARD
from colophon.labels.explicit.text_formats import WRITERS
from colophon.provisions import parameters
from tests.labels.carriers.contract import LABEL as VALUE
from tests.labels.carriers.contract import write as write_metadata

LABEL = "本内容由AI生成"


class Labelled:
    """A file through the door, the metadata written behind it, and the door once more."""

    def __init__(self, folder: Path, data: bytes, media_type: str, position: str = "auto") -> None:
        self.folder, self.media_type = folder, media_type
        self.data = self.once(data, position)
        assert self.once(self.data, position) == self.data
        found = finding.in_words(self.data, media_type)
        assert found is not None
        assert (found.text, found.where) == (LABEL, self.where)

    def once(self, data: bytes, position: str, wording: str | None = None) -> bytes:
        source, target = self.folder / "a", self.folder / "b"
        source.write_bytes(data)
        written = text.apply_file(
            source, target, self.media_type,
            wording=wording, lang="zh", position=position, limits=STANDARD,
        )  # fmt: skip
        assert written is not None
        self.where = written.where
        return target.read_bytes()

    @property
    def text(self) -> str:
        return self.data.decode()


@pytest.mark.parametrize("media_type", sorted(WRITERS))
@pytest.mark.parametrize("position", ["start", "end"])
def test_every_type_finds_its_own(media_type: str, position: str, tmp_path: Path) -> None:
    samples = {
        shown.SRT: b"1\n00:00:05,000 --> 00:00:06,000\nx\n",
        shown.VTT: b"WEBVTT\n\n00:05.000 --> 00:06.000\nx\n",
        shown.ASS: b"[Events]\nFormat: Start, End, Text\nDialogue: 0:00:05.00,0:00:06.00,x\n",
        shown.NOTEBOOK: b'{"cells": [{"cell_type": "code"}], "nbformat": 4, "nbformat_minor": 5}',
        **dict.fromkeys(shown.RTF, b"{\\rtf1\\ansi\\pard words\\par}"),
    }
    Labelled(tmp_path, samples.get(media_type, b"x\n" * 30), media_type, position)


@pytest.mark.parametrize("media_type", sorted(BY_MEDIA_TYPE))
def test_code_is_no_label(media_type: str) -> None:
    words = b'print("AI\xe7\x94\x9f\xe6\x88\x90")\n'
    assert finding.in_words(words, media_type) is None


@pytest.mark.parametrize(
    ("media_type", "source", "expected"),
    [
        ("text/x-python", "#!/bin/py\n# -*- coding: utf-8 -*-\nx\n", "#!/bin/py\n# -*- coding: utf-8 -*-\n# L\nx\n"),
        ("text/x-python", "x = 1\r\n", "# L\r\nx = 1\r\n"),
        ("text/x-ruby", "# frozen_string_literal: true\nx\n", "# frozen_string_literal: true\n# L\nx\n"),
        ("application/yaml", "#cloud-config\na: 1\n", "#cloud-config\n# L\na: 1\n"),
        ("application/xml", "<?xml version='1.0'?><a/>", "<?xml version='1.0'?>\n<!-- L -->\n<a/>"),
        ("text/css", '@charset "utf-8";\na{}\n', '@charset "utf-8";\n/* L */\na{}\n'),
        ("text/x-php", "<?php\ndeclare(strict_types=1);\n", "<?php\n// L\ndeclare(strict_types=1);\n"),
        ("text/x-php", "<?php declare(strict_types=1);", "<?php /* L */ declare(strict_types=1);"),
        ("text/x-php", "<p>x</p>\n", "<?php // L ?>\n<p>x</p>\n"),
        ("text/x-go", "package a\n", "// L\n\npackage a\n"),
        ("text/javascript", "/**\n * @jest-environment jsdom\n */\nx\n", "/**\n * @jest-environment jsdom\n */\n// L\nx\n"),
        ("text/x-msdos-batch", "@echo off\r\ndir\r\n", "@echo off\r\n:: L\r\ndir\r\n"),
        ("text/x-c", "int x;\n", "/* L */\nint x;\n"),
    ],
)  # fmt: skip
def test_code_starts_as_it_must(
    media_type: str, source: str, expected: str, tmp_path: Path
) -> None:
    made = Labelled(tmp_path, source.encode(), media_type)
    assert (
        made.text == expected.replace("L", LABEL, 1)
        or made.data == expected.replace(" L", f" {LABEL}", 1).encode()
    )


@pytest.mark.parametrize(
    ("media_type", "source"),
    [
        ("application/yaml", "a: |\n  no newline"),
        ("text/x-perl", "print 1;\n__END__\nx\n"),
        ("text/x-shellscript", "cat <<EOF\nopen\n"),
        ("text/x-php", "<p>x</p>\n"),
        ("text/x-python", "x = 1"),
    ],
)
def test_an_end_in_doubt_becomes_the_start(media_type: str, source: str, tmp_path: Path) -> None:
    assert Labelled(tmp_path, source.encode(), media_type, "end").where == "start"


def test_data_and_programs_stay_the_same(tmp_path: Path) -> None:
    for position in ("start", "end"):
        made = Labelled(tmp_path, b"a: 1\n---\nb: |\n  x\n", "application/yaml", position)
        assert list(yaml.safe_load_all(made.text)) == [{"a": 1}, {"b": "x\n"}]
        made = Labelled(tmp_path, b"a = 1\n", "application/toml", position)
        assert tomllib.loads(made.text) == {"a": 1}
        made = Labelled(tmp_path, b"<?xml version='1.0'?><a/>\n", "application/xml", position)
        assert ET.fromstring(made.text).tag == "a"  # noqa: S314 made here
        made = Labelled(tmp_path, b'"""doc"""\nx = 1\n', "text/x-python", position)
        assert ast.get_docstring(ast.parse(made.text)) == "doc"


def test_the_words_stand_before_the_metadata(tmp_path: Path) -> None:
    carrier = SOURCE_CODE.of_extension(".py")
    labelled = write_metadata(carrier, b"x = 1\n", {"aigc": VALUE})
    made = Labelled(tmp_path, labelled, "text/x-python", "end")
    assert made.text == f"x = 1\n# {LABEL}\n# AIGC: {VALUE.decode()}\n"
    assert write_metadata(carrier, made.data, {"aigc": VALUE}) == made.data
    plain = Labelled(tmp_path, b"words\nAIGC: " + VALUE + b"\n", "text/plain", "end")
    assert plain.text == f"words\n\n{LABEL}\nAIGC: {VALUE.decode()}\n"


def test_own_words_cannot_end_the_comment(tmp_path: Path) -> None:
    made = Labelled(tmp_path, b"<a/>\n", "application/xml")
    out = made.once(b"<a/>\n", "start", "AI生成 --> <b> -- */")
    assert [one.tag for one in ET.fromstring(out).iter()] == ["a"]  # noqa: S314 made here
    made = Labelled(tmp_path, b"int x;\n", "text/x-c")
    assert made.once(b"int x;\n", "start", "AI生成 */ int y;").count(b"*/") == 1


@pytest.mark.parametrize(
    ("first", "until"), [("00:00:09,000", 3000), ("00:00:02,500", 2500), ("00:00:00,400", 2000)]
)
def test_the_first_cue_can_be_read(first: str, until: int, tmp_path: Path) -> None:
    source = f"1\n{first} --> 00:00:10,000\nHello\n"
    made = Labelled(tmp_path, source.encode(), shown.SRT)
    cues = pysubs2.SSAFile.from_string(made.text, "srt")
    assert [(one.start, one.text) for one in cues[:1]] == [(0, LABEL)]
    assert cues[0].end == until >= 1000 * float(parameters.value("explicit.video.min_seconds"))
    assert [one.text for one in cues[1:]] == ["Hello"]
    assert made.text.endswith(source)


def test_the_last_cue_follows_the_others(tmp_path: Path) -> None:
    source = b"7\r\n00:00:01,000 --> 00:00:10,000\r\nHello\r\n"
    made = Labelled(tmp_path, source, shown.SRT, "end")
    assert made.text.endswith(f"\r\n\r\n8\r\n00:00:10,000 --> 00:00:13,000\r\n{LABEL}\r\n")


@pytest.mark.needs("ffmpeg")
@pytest.mark.parametrize("position", ["start", "end"])
@pytest.mark.parametrize(
    ("media_type", "form", "source"),
    [
        (shown.VTT, "webvtt", "WEBVTT\n\nNOTE x\n\none\n00:01.000 --> 00:02.000\nHello\n"),
        (shown.SRT, "srt", "1\n00:00:01,000 --> 00:00:02,000\nHello\n"),
        (
            shown.ASS,
            "ass",
            "[Script Info]\nScriptType: v4.00+\n\n[V4+ Styles]\nFormat: Name, Fontname, Fontsize\n"
            "Style: Default,Arial,20\n\n[Events]\n"
            "Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text\n"
            "Dialogue: 0,0:00:01.00,0:00:02.00,Default,,0,0,0,,Hello\n",
        ),
    ],
)
def test_ffmpeg_shows_both(
    media_type: str, form: str, source: str, position: str, tmp_path: Path
) -> None:
    made = Labelled(tmp_path, source.encode(), media_type, position)
    command = ["ffmpeg", "-loglevel", "error", "-f", form, "-i", "-", "-f", "srt", "-"]
    out = subprocess.run(command, input=made.data, capture_output=True, check=True).stdout
    cues = pysubs2.SSAFile.from_string(out.decode(), "srt")
    wanted = [LABEL, "Hello"] if position == "start" else ["Hello", LABEL]
    assert [one.plaintext for one in cues] == wanted


@pytest.mark.parametrize("position", ["start", "end"])
@pytest.mark.parametrize("indent", [None, 1])
def test_notebooks_stay_valid(position: str, indent: int | None, tmp_path: Path) -> None:
    whole = new_notebook(cells=[new_code_cell("x = 1"), new_markdown_cell("# 题")])
    source = json.dumps(whole, indent=indent, ensure_ascii=False).encode()
    made = Labelled(tmp_path, source, shown.NOTEBOOK, position)
    notebook = nbformat.reads(made.text, as_version=4)
    nbformat.validate(notebook)
    cell = notebook.cells.pop(0 if position == "start" else -1)
    assert (cell.cell_type, cell.source) == ("markdown", f"> {LABEL}")
    assert notebook.cells == whole.cells


def test_older_notebooks(tmp_path: Path) -> None:
    whole = {"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 4}
    made = Labelled(tmp_path, json.dumps(whole).encode(), shown.NOTEBOOK)
    nbformat.validate(nbformat.reads(made.text, as_version=4))
    assert WRITERS[shown.NOTEBOOK]('{"worksheets": []}', LABEL, "start", "\n") is None


def test_rtf_shows_a_paragraph(tmp_path: Path) -> None:
    source = (
        b"{\\rtf1\\ansi{\\fonttbl{\\f0 Arial;}}{\\info{\\title t}}\\paperw12240\\sectd"
        b"{\\header h\\par}\\pard\\plain Hello \\'e9\\par second}"
    )
    words = "Hello é\nsecond"
    made = Labelled(tmp_path, source, "application/rtf")
    assert rtf_text.words(made.data.decode("latin-1")) == f"h\n{LABEL}\n{words}"
    made = Labelled(tmp_path, source, "application/rtf", "end")
    assert rtf_text.words(made.data.decode("latin-1")) == f"h\n{words}\n{LABEL}\n"


@pytest.mark.parametrize("media_type", ["text/csv", "application/json"])
def test_data_have_no_words_of_their_own(media_type: str) -> None:
    assert media_type not in WRITERS


@pytest.mark.parametrize("media_type", sorted(WRITERS))
@pytest.mark.parametrize("piece", ["\n", "{", "1:1:1 --> 1:1:1\n", "[Events]\nFormat: a\n", "/*"])
def test_hostile_texts_cost_little(media_type: str, piece: str) -> None:
    source = ("{\\rtf1 " if media_type in shown.RTF else "") + piece * 30_000
    began = time.perf_counter()
    finding.in_words(source.encode(), media_type)
    assert time.perf_counter() - began < 2
