"""Subtitles: FFmpeg and pysubs2 show the same cues, and nobody shows the label."""

from __future__ import annotations

import json
import re
import subprocess
from typing import ClassVar

import pysubs2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from colophon.errors import NoLabelPlace
from colophon.labels.carriers.packet import Carrier
from colophon.labels.carriers.subtitles import ASS, SRT, VTT
from tests.labels.carriers.contract import LABEL, OTHER_LABEL, CarrierContract, read, write

HOSTILE = json.dumps(
    {**json.loads(LABEL), "ReservedCode1": "00:00:01,000-->00:00:02.5{\\an8}".replace("\\", "")},
    separators=(",", ":"),
).encode()

SRT_TEXT = """1
00:00:01,000 --> 00:00:02,500
Hello <i>there</i>

2
00:00:03,000 --> 00:00:04,500  X1:10 X2:20 Y1:30 Y2:40
二行
三行
"""
VTT_TEXT = """WEBVTT - a title
X-TIMESTAMP-MAP=LOCAL:00:00:00.000,MPEGTS:0

one
00:01.000 --> 00:02.500 line:0
Hello

00:03.000 --> 00:04.500
NOTE AIGC: {"a":1}
"""
ASS_TEXT = """[Script Info]
; a note
Title: t
ScriptType: v4.00+

[V4+ Styles]
Format: Name, Fontname, Fontsize
Style: Default,Arial,20

[Events]
Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text
Dialogue: 0,0:00:01.00,0:00:02.50,Default,,0,0,0,,{\\an8}Hello
"""


def labelled(carrier: Carrier, text: str, label: bytes = LABEL) -> bytes:
    return write(carrier, text.encode(), {"aigc": label})


def cues(data: bytes, form: str) -> object:
    text = data.decode("utf-16" if data[:1] in {b"\xff", b"\xfe"} else "utf-8-sig")
    found = pysubs2.SSAFile.from_string(text, form)
    return [(one.start, one.end, one.text, one.style) for one in found]


def shown(data: bytes, form: str) -> bytes:
    """What FFmpeg plays, all times and words."""
    command = ["ffmpeg", "-loglevel", "error", "-f", form, "-i", "-", "-f", "srt", "-"]
    return subprocess.run(command, input=data, capture_output=True, check=True).stdout


class Subtitles(CarrierContract):
    form: ClassVar[str]
    cuts = 60
    flips = 80

    def payload(self, data: bytes) -> object:
        return cues(data, self.form)


class TestSrt(Subtitles):
    carrier: ClassVar[Carrier] = SRT
    form = "srt"

    def samples(self) -> list[bytes]:
        return [
            SRT_TEXT.encode("utf-8-sig"),
            SRT_TEXT.replace("\n", "\r\n").strip().encode(),
            ("\ufeff" + SRT_TEXT).encode("utf-16-le"),
        ]


class TestVtt(Subtitles):
    carrier: ClassVar[Carrier] = VTT
    form = "vtt"

    def samples(self) -> list[bytes]:
        plain = VTT_TEXT.replace("NOTE AIGC", "NOTE")
        return [
            plain.encode(),
            plain.replace("\n", "\r\n").encode("utf-8-sig"),
            b"WEBVTT",
            b"WEBVTT\n\nSTYLE\n::cue { color: red }\n\n00:01.000 --> 00:02.000\nx\n",
            b"WEBVTT\n\n00:01.000 --> 00:02.000\nx",
        ]


class TestAss(Subtitles):
    carrier: ClassVar[Carrier] = ASS
    form = "ass"

    def samples(self) -> list[bytes]:
        return [
            ASS_TEXT.encode("utf-8-sig"),
            ASS_TEXT.replace("\n", "\r\n").encode(),
            ("\ufeff" + ASS_TEXT).encode("utf-16-le"),
        ]


@pytest.mark.needs("ffmpeg")
@pytest.mark.parametrize(
    ("carrier", "form", "text"),
    [(SRT, "srt", SRT_TEXT), (VTT, "webvtt", VTT_TEXT), (ASS, "ass", ASS_TEXT)],
)
def test_ffmpeg_plays_the_same(carrier: Carrier, form: str, text: str) -> None:
    out = labelled(carrier, text, HOSTILE)
    assert shown(out, form) == shown(text.encode(), form)
    assert b"Hello" in shown(out, form)
    assert [p.data for p in read(carrier, out) if p.form == "aigc"] == [HOSTILE]


def test_the_label_stands_behind_the_last_times() -> None:
    out = labelled(SRT, SRT_TEXT).decode()
    assert f"00:00:04,500  X1:10 X2:20 Y1:30 Y2:40 AIGC:{LABEL.decode()}\n二行" in out


def test_no_value_looks_like_a_time() -> None:
    line = next(x for x in labelled(SRT, SRT_TEXT, HOSTILE).decode().splitlines() if "AIGC" in x)
    assert len(re.findall(r"\d{1,2}:\d{1,2}:\d{1,2}[.,]\d{1,3}", line)) == 2
    assert line.count("-->") == 1


def test_words_of_a_cue_are_no_note() -> None:
    out = labelled(VTT, VTT_TEXT)
    assert out.decode().startswith(
        "WEBVTT - a title\nX-TIMESTAMP-MAP=LOCAL:00:00:00.000,MPEGTS:0\n\nNOTE AIGC: {"
    )
    assert out.decode().endswith('NOTE AIGC: {"a":1}\n')


def test_the_editor_keeps_the_label() -> None:
    kept = pysubs2.SSAFile.from_string(labelled(ASS, ASS_TEXT).decode(), "ass").to_string("ass")
    assert [p.data for p in read(ASS, kept.encode()) if p.form == "aigc"] == [LABEL]


@pytest.mark.parametrize(
    ("carrier", "data"),
    [
        (SRT, f"1\n00:00:01,000 --> 00:00:02,000 AIGC: {OTHER_LABEL.decode()}\nx\n" * 2),
        (VTT, f"WEBVTT\n\nNOTE\nAIGC: {OTHER_LABEL.decode()}\n\nNOTE AIGC: {{}}\n\n00:01.000 --> "),
        (ASS, f"[Script Info]\n; AIGC: {OTHER_LABEL.decode()}\nAIGC: {{}}\nTitle: t\n"),
    ],
)
def test_looser_and_stacked_labels_become_one(carrier: Carrier, data: str) -> None:
    found = [p.data for p in read(carrier, data.encode()) if p.form == "aigc"]
    assert found[0] == OTHER_LABEL
    assert len(found) == 2
    out = labelled(carrier, data)
    assert out.count(b"AIGC") == 1
    assert labelled(carrier, labelled(carrier, out.decode(), OTHER_LABEL).decode()) == out


@pytest.mark.parametrize(
    ("carrier", "data"), [(SRT, "words\n"), (VTT, "words\n"), (ASS, "[Events]\n")]
)
def test_what_is_no_subtitle_is_refused(carrier: Carrier, data: str) -> None:
    assert carrier.sniff(data.encode()) is None
    with pytest.raises(NoLabelPlace):
        labelled(carrier, data)


@pytest.mark.parametrize("piece", ["\n", " ", "1:1:1 --> 1:1:1 AIGC:{", "NOTE AIGC: {\n\n", "["])
def test_hostile_texts_cost_one_pass(piece: str) -> None:
    for case, text in ((TestSrt(), SRT_TEXT), (TestVtt(), VTT_TEXT), (TestAss(), ASS_TEXT)):
        case.survive((text + piece * 50_000 + "x").encode())
        case.survive((text[:14] + piece * 50_000 + text[14:]).encode())


PARTS = st.sampled_from(
    [
        "\n",
        "\r\n",
        "\r",
        " ",
        "x",
        "NOTE ",
        "[A]",
        "1",
        "AIGC:" + LABEL.decode(),
        "\n\n",
        "Title: t",
    ]
    + ["00:00:01,000 --> 00:00:02,000", "00:01.000 --> 00:02.000", "AIGC: " + LABEL.decode()]
)


@given(
    st.sampled_from([(SRT, SRT_TEXT[:32]), (VTT, "WEBVTT"), (ASS, "[Script Info]")]),
    st.lists(PARTS, max_size=8),
)
def test_any_mixture_is_written_once(kind: tuple[Carrier, str], parts: list[str]) -> None:
    carrier, beginning = kind
    once = labelled(carrier, beginning + " " + "".join(parts))
    assert [p.data for p in read(carrier, once) if p.form == "aigc"] == [LABEL]
    other = write(carrier, once, {"aigc": OTHER_LABEL})
    assert write(carrier, other, {"aigc": LABEL}) == once
