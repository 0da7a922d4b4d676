"""Plain text: one last line, and the source back when it is taken away."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from colophon.errors import EmptyFile, MalformedFile
from colophon.labels import aigc
from colophon.labels.carriers.packet import Keep
from colophon.labels.carriers.plain_text import PLAIN_TEXT
from tests.labels.carriers.contract import LABEL, OTHER_LABEL, CarrierContract, read, write

LINE = b"AIGC: " + LABEL


def labelled(data: bytes, label: bytes = LABEL) -> bytes:
    return write(PLAIN_TEXT, data, {"aigc": label})


def without_last_line(data: str) -> str:
    """What a person does who deletes the last line."""
    if data.endswith(("\n", "\r")):
        return data[: data.rindex("AIGC: {")]
    cut = data[: data.rindex("AIGC: {")]
    return cut[:-2] if cut.endswith("\r\n") else cut[:-1]


class TestPlainText(CarrierContract):
    carrier = PLAIN_TEXT

    def samples(self) -> list[bytes]:
        return [
            b"one line",
            b"two\nlines\n",
            b"two\r\nlines\r\n",
            "标题\n\n\n".encode(),
            b"\xef\xbb\xbfmarked\n",
            "\ufeff标题𝒙\r\nx".encode("utf-16-le"),
            "\ufeff标题\n".encode("utf-16-be"),
            "标题\n".encode("gb18030"),
            b"\n",
        ]

    def payload(self, data: bytes) -> object:
        codec = "utf-16" if data[:2] in {b"\xff\xfe", b"\xfe\xff"} else "latin-1"
        text = data.decode(codec)
        return without_last_line(text) if "AIGC" in text else text


def test_a_text_that_ends_its_line() -> None:
    assert labelled(b"a\r\nb\r\n") == b"a\r\nb\r\n" + LINE + b"\r\n"


def test_a_text_that_does_not() -> None:
    assert labelled(b"a\r\nb") == b"a\r\nb\r\n" + LINE
    assert labelled(b"a") == b"a\n" + LINE


@pytest.mark.parametrize("line", ["AIGC: {}", "# AIGC: {}", "  // AIGC = {}", "AIGC:{}  "])
@pytest.mark.parametrize("end", ["", "\n", "\n\n\n"])
def test_looser_last_lines_are_read_and_replaced(line: str, end: str) -> None:
    data = f"words\n{line.format(OTHER_LABEL.decode())}{end}"
    data = data.replace("{}", OTHER_LABEL.decode()).encode()
    packet = read(PLAIN_TEXT, data)[0]
    assert (packet.form, packet.place, packet.data) == ("aigc", "text:last-line", OTHER_LABEL)
    out = labelled(data)
    assert out.count(LINE) == 1
    assert b"another-number-22" not in out


def test_json_at_the_end_is_read_and_replaced() -> None:
    data = b'words\n{"AIGC":' + OTHER_LABEL + b"}\n"
    (packet,) = read(PLAIN_TEXT, data)
    assert (packet.form, packet.place) == ("text", "text:body")
    assert aigc.find(packet.data)[0].produce_id == "another-number-22"
    out = labelled(data)
    assert out == b"words\n" + LINE + b"\n"


def test_stacked_stale_labels_all_go() -> None:
    data = b"words\n" + OTHER_LABEL + b"\n" + OTHER_LABEL + b"\nAIGC: " + OTHER_LABEL + b"\n"
    assert labelled(data) == b"words\n" + LINE + b"\n"


def test_a_label_within_words_is_content() -> None:
    data = b"see " + OTHER_LABEL + b" for how it looks\n" + b"more words\n" * 50
    assert labelled(data) == data + LINE + b"\n"


def test_a_label_is_not_read_twice() -> None:
    packets = read(PLAIN_TEXT, labelled(b"words\n"))
    assert [p.form for p in packets] == ["aigc", "text"]
    assert aigc.find(packets[1].data) == []


@pytest.mark.parametrize("codec", ["utf-8", "utf-16-le", "utf-16-be"])
def test_a_long_text_costs_its_end_only(codec: str, tmp_path: Path) -> None:
    path = tmp_path / "long.log"
    mark = "" if codec == "utf-8" else "\ufeff"
    with path.open("wb") as out:
        out.write(mark.encode(codec))
        chunk = ("一行文字 𝒙\n" * 65536).encode(codec)
        while out.tell() <= 17 << 20:
            out.write(chunk)
    with path.open("rb") as source:
        pieces = PLAIN_TEXT.write(source, {"aigc": LABEL})
    kept, put = pieces
    assert kept == Keep(0, path.stat().st_size)
    assert put.data.decode(codec) == LINE.decode() + "\n"
    with path.open("ab") as out:
        out.write(put.data)
    with path.open("rb") as source:
        places = [packet.place for packet in PLAIN_TEXT.read(source)]
    assert places == ["text:body", "text:last-line", "text:body"]


def test_binary_and_empty_are_refused() -> None:
    with pytest.raises(EmptyFile):
        read(PLAIN_TEXT, b"")
    with pytest.raises(MalformedFile):
        labelled(b"\x7fELF\0")
    assert PLAIN_TEXT.sniff(b"words") == "text/plain"
    assert PLAIN_TEXT.sniff(b"\0") is None


WORDS = st.text(
    st.characters(exclude_characters="\0", exclude_categories=["Cs"]), min_size=1, max_size=60
)


@given(WORDS, st.sampled_from(["utf-8", "utf-16", "gb18030"]))
def test_taking_the_line_away_gives_the_source_back(text: str, codec: str) -> None:
    try:
        data = text.encode(codec)
    except UnicodeEncodeError:
        return
    if codec != "utf-16" and (b"\0" in data or data[:2] in {b"\xff\xfe", b"\xfe\xff"}):
        return
    out = labelled(data)
    assert without_last_line(out.decode(codec)) == text
    assert labelled(out) == out
    assert PLAIN_TEXT.read(io.BytesIO(out))[0].data == LABEL
