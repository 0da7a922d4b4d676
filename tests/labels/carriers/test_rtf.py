"""RTF: exiftool finds the property, and the words are the same."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from colophon.errors import MalformedFile, TruncatedFile
from colophon.labels import aigc
from colophon.labels.carriers import rtf_text
from colophon.labels.carriers.rtf import RTF
from tests.labels.carriers.contract import LABEL, OTHER_LABEL, CarrierContract, read, write

HEAD = (
    "{\\rtf1\\ansi\\ansicpg1252\\deff0\\uc1\n{\\fonttbl{\\f0\\fnil Arial;}}\n"
    "{\\colortbl;\\red0\\green0\\blue0;}\n{\\*\\generator made;}"
)
BODY = "\\paperw12240\\sectd\\pard\\plain\\f0 Hello \\{x\\} \\u39064?\\'e9\\par\nsecond\\par\n}"
INFO = "{\\info{\\title A \\{title\\}}{\\author nobody}}"
PROPERTIES = "{\\*\\userprops {\\propname Client}\\proptype30{\\staticval x}}"


def labelled(text: str, label: bytes = LABEL) -> str:
    return write(RTF, text.encode("latin-1"), {"aigc": label}).decode("latin-1")


class TestRtf(CarrierContract):
    carrier = RTF

    def samples(self) -> list[bytes]:
        texts = [
            HEAD + BODY,
            HEAD + INFO + BODY,
            HEAD + INFO + PROPERTIES + BODY + "\r\n",
            "{\\rtf1 bare}",
            HEAD + "{\\pict\\bin4 }}{{}" + BODY,
        ]
        return [text.encode() for text in texts]

    def payload(self, data: bytes) -> object:
        return rtf_text.words(data.decode("latin-1"))


def test_the_property_stands_behind_the_info() -> None:
    escaped = LABEL.decode().replace("{", "\\{").replace("}", "\\}")
    one = f"{{\\propname AIGC}}\\proptype30{{\\staticval {escaped}}}"
    assert labelled(HEAD + INFO + BODY) == f"{HEAD}{INFO}{{\\*\\userprops {one}}}{BODY}"
    assert labelled(HEAD + BODY) == f"{HEAD}{{\\*\\userprops {one}}}{BODY}"
    assert labelled(HEAD + INFO + PROPERTIES + BODY) == HEAD + INFO + PROPERTIES[:-1] + one + (
        "}" + BODY
    )


@pytest.mark.needs("exiftool")
@pytest.mark.parametrize("head", [HEAD, HEAD + INFO, HEAD + INFO + PROPERTIES])
def test_exiftool_reads_it(head: str, tmp_path: Path) -> None:
    path = tmp_path / "a.rtf"
    path.write_text(labelled(head + BODY), "latin-1")
    out = subprocess.run(
        ["exiftool", "-j", "-a", str(path)], capture_output=True, check=True, text=True
    )
    (found,) = json.loads(out.stdout)
    value = found.get("AIGC") or found.get("Aigc")
    assert (value if isinstance(value, dict) else json.loads(value)) == json.loads(LABEL)
    assert ("Client" in found) is ("Client" in head)


def test_words_are_read() -> None:
    assert rtf_text.words(HEAD + INFO + BODY) == "Hello {x} 题é\nsecond\n"
    assert rtf_text.words(rtf_text.escaped("题𝒙{\\}")) == "题𝒙{\\}"


def test_a_quotation_in_the_words_is_read_and_kept() -> None:
    quoted = OTHER_LABEL.decode().replace("{", "\\{").replace("}", "\\}")
    text = HEAD + "\\pard AIGC: " + quoted + "\\par}"
    (packet,) = read(RTF, text.encode())
    assert aigc.find(packet.data)[0].produce_id == "another-number-22"
    assert quoted in labelled(text)


def test_pictures_of_any_size_cost_nothing() -> None:
    text = "{\\rtf1\\ansi{\\fonttbl{\\f0 Arial;}}{\\pict " + "00ff" * 2_200_000 + "}\\pard x}"
    out = labelled(text)
    assert out.index("userprops") < 100
    assert labelled(labelled(out, OTHER_LABEL)) == out


def test_a_cut_or_other_file_is_refused() -> None:
    with pytest.raises(TruncatedFile):
        labelled(HEAD + "\\pard words")
    with pytest.raises(MalformedFile):
        labelled("words")


@pytest.mark.parametrize("piece", ["{", "{\\*\\userprops", "{\\info", "\\", "}", "\\bin9999999 "])
def test_hostile_texts_cost_one_pass(piece: str) -> None:
    TestRtf().survive((HEAD + piece * 100_000 + "}").encode())
