"""Markdown: the front matter's own label, its neighbours, and labels in every wrong place."""

from __future__ import annotations

import json
import time
from contextlib import suppress

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from colophon.errors import ColophonError, EmptyFile, MalformedFile
from colophon.labels import aigc
from colophon.labels.carriers.markdown import MARKDOWN, front_matter
from tests.labels.carriers.contract import LABEL, OTHER_LABEL, CarrierContract, read, write

PLACE = "markdown:front-matter:AIGC"
FIELDS = json.loads(LABEL)
NEIGHBOURS = """\
---
title: "一 页: 标题"   # why
date: 2026-01-02
tags:
- one
- two
note: |
  AIGC:
    not a label

  ---
list: [a,
  b]
---

# 标题
"""


def labelled(text: str | bytes, label: bytes = LABEL) -> bytes:
    data = text.encode() if isinstance(text, str) else text
    return write(MARKDOWN, data, {"aigc": label})


def matter(data: bytes) -> dict[str, object]:
    """The front matter as PyYAML sees it, and no document after it."""
    text = data.decode().removeprefix("\ufeff")
    assert text.startswith("---")
    return next(iter(yaml.safe_load_all(text.partition("\n")[2].partition("\n---")[0])))


class TestMarkdown(CarrierContract):
    carrier = MARKDOWN
    flips = 60

    def samples(self) -> list[bytes]:
        return [
            b"# Title\n\nwords\n",
            NEIGHBOURS.encode(),
            NEIGHBOURS.replace("\n", "\r\n").encode(),
            b"\xef\xbb\xbf" + NEIGHBOURS.encode(),
            "\ufeff# 标题\n".encode("utf-16-le"),
            "# 标题\n".encode("gb18030"),
            b"---\n---\nempty\n",
            b"no newline",
        ]

    def payload(self, data: bytes) -> object:
        """Everything but the lines of the label and of fences that stand for it alone."""
        if data.startswith(b"\xff\xfe"):
            data = data[2:].decode("utf-16-le").encode()
        data = data.removeprefix(b"\xef\xbb\xbf").replace(b"\r\n", b"\n")
        lines = [line for line in data.split(b"\n") if line not in {b"", b"---"}]
        return [
            line
            for line in lines
            if line.strip().partition(b":")[0].decode("latin-1") not in {"AIGC", *FIELDS}
            or b"not a label" in line
        ]

    def same(self, written: bytes, found: bytes) -> bool:
        return yaml.safe_load(found)["AIGC"] == json.loads(written)

    def test_unlabelled_has_no_label(self) -> None:
        for sample in self.samples():
            assert [p.form for p in read(MARKDOWN, sample)] == ["text"]
            assert aigc.find(sample) == []

    def check_labelled(self, labelled, packets) -> None:
        (packet,) = [p for p in read(MARKDOWN, labelled) if p.form == "aigc"]
        assert packet.place == PLACE
        assert self.same(packets["aigc"], packet.data)
        assert len(aigc.find(labelled)) == 1


def test_a_text_without_front_matter_gets_one_at_the_very_start() -> None:
    out = labelled("# Title\n")
    assert out.startswith(b'---\nAIGC:\n  Label: "1"\n  ContentProducer: "0011')
    assert out.endswith(b'"\n---\n\n# Title\n')
    assert matter(out) == {"AIGC": FIELDS}


def test_fields_come_in_the_order_given() -> None:
    assert list(matter(labelled("x"))["AIGC"]) == list(FIELDS)


def test_neighbours_stay_byte_for_byte() -> None:
    out = labelled(NEIGHBOURS).decode()
    start = out.index("AIGC:\n  Label")
    end = out.index("---\n\n# 标题")
    assert out[:start] + out[end:] == NEIGHBOURS
    assert matter(out.replace("  ---\nlist", "\nlist").encode())["AIGC"] == FIELDS


@pytest.mark.parametrize(
    "entry",
    [
        "AIGC:\n    Label: 1\n    ProduceID: 12e34\n",
        "AIGC:\n  Label: x\n  # a comment\n\n  ProduceID: y\n",
        "AIGC: {Label: 1, ProduceID: x}\n",
        'AIGC: \'{"Label":"1"}\'\n',
        '"AIGC": >-\n  {"Label":\n  "1"}\n',
        "AIGC:\n",
        "AIGC: [\n  a,\n]\n",
    ],
)
@pytest.mark.parametrize("before", ["", "title: x\n"])
@pytest.mark.parametrize("after", ["", "\n# about date\ndate: y\n", "'quoted key': z\n"])
def test_an_entry_of_any_form_is_replaced_where_it_stands(
    entry: str, before: str, after: str
) -> None:
    text = f"---\n{before}{entry}{after}---\nbody\n"
    (packet, _) = read(MARKDOWN, text.encode())
    assert (packet.form, packet.place, packet.data) == ("aigc", PLACE, entry.encode())
    out = labelled(text).decode()
    assert out.startswith(f"---\n{before}AIGC:\n  Label: ")
    assert out.endswith(f'ReservedCode2: ""\n{after}---\nbody\n')
    assert matter(out.encode())["AIGC"] == FIELDS
    assert labelled(out) == out.encode()


def test_duplicates_become_one() -> None:
    out = labelled("---\nAIGC:\n  Label: 1\ntitle: x\nAIGC: {}\n---\n")
    assert out.count(b"AIGC:") == 1
    assert matter(out) == {"AIGC": FIELDS, "title": "x"}


def test_indented_front_matter_and_dotted_end() -> None:
    out = labelled("---\n  title: x\n  AIGC:\n    Label: 1\n  date: y\n...\nbody\n").decode()
    assert out.endswith("  date: y\n...\nbody\n")
    assert yaml.safe_load(out.partition("...")[0])["AIGC"] == FIELDS


def test_newlines_of_the_file_are_used() -> None:
    out = labelled(b"---\r\ntitle: x\r\n---\r\nbody\r\n")
    assert b"\n" not in out.replace(b"\r\n", b"")
    assert b"\n" not in labelled(b"a\rb\r")
    assert labelled(b"---\rtitle: x\r---\rb\r").count(b"---") == 2


def test_ids_of_digits_stay_text() -> None:
    label = LABEL.replace(b"p-1", b"202601020304050607").replace(b'"1"', b'"12e34"')
    assert matter(labelled("x", label))["AIGC"]["Label"] == "12e34"
    assert matter(labelled("x", label))["AIGC"]["ProduceID"] == "202601020304050607"


def test_security_data_is_quoted_so_that_yaml_gives_it_back() -> None:
    code = '{"SecurityData":{"Type":"TC260PG"}}'
    for odd in (code, "it's", "a: b # c", '"\'"'):
        label = json.dumps({**FIELDS, "ReservedCode1": odd}, separators=(",", ":")).encode()
        assert matter(labelled("x", label))["AIGC"]["ReservedCode1"] == odd


@pytest.mark.parametrize(
    "text",
    [
        "---\n\nwords between rules\n\n---\n",
        "---\nno end\n",
        "---\n- a\n- b\n---\n",
        "----\nx: y\n",
    ],
)
def test_rules_are_no_front_matter(text: str) -> None:
    assert front_matter(text) is None
    out = labelled(text)
    assert out.endswith(text.encode())
    assert matter(out) == {"AIGC": FIELDS}


def test_a_flow_mapping_as_front_matter_is_read_but_refused() -> None:
    text = f"---\n{{title: x, AIGC: {JSON}}}\n---\n"
    assert aigc.find(read(MARKDOWN, text.encode())[0].data)[0].produce_id == "another-number-22"
    with pytest.raises(MalformedFile):
        labelled(text)


JSON = OTHER_LABEL.decode()
YAML = "".join(f"  {key}: '{value}'\n" for key, value in json.loads(JSON).items())


@pytest.mark.parametrize(
    ("text", "place", "left"),
    [
        (f"<!-- {JSON} -->\n# t\n", "markdown:comment", "# t\n"),
        (f"<!--\nAIGC: {JSON}\n-->\n# t\n", "markdown:comment", "# t\n"),
        (f"# t\n\n---\nAIGC:\n{YAML}---\n", "markdown:late-front-matter", "# t\n\n"),
        (f"# t\n\n{JSON}\n", "markdown:tail", "# t\n\n"),
    ],
)
def test_a_label_that_stands_alone_elsewhere_is_read_and_replaced(
    text: str, place: str, left: str
) -> None:
    (packet,) = read(MARKDOWN, text.encode())
    assert (packet.form, packet.place) == ("text", place)
    out = labelled(text)
    assert b"another-number-22" not in out
    assert out.endswith(b"---\n\n" + left.encode())
    (reading,) = aigc.find(out)
    assert reading.produce_id == "p-1"
    assert labelled(out) == out


@pytest.mark.parametrize("fence", ["```json", "```", "~~~"])
def test_an_example_in_a_code_block_is_content(fence: str) -> None:
    text = f'# t\n\n{fence}\n{{"AIGC":{JSON}}}\n{fence[:3]}\n'
    assert labelled(text).endswith(text.encode())


def test_stacked_stale_labels_all_go() -> None:
    """Taking the last one away is what shows that the one before stood at the end too."""
    text = f"# t\n\n---\nAIGC:\n{YAML}---\n\n{JSON}\n\n<!-- {JSON} -->\n\n{JSON}\n"
    out = labelled(text)
    assert b"another-number-22" not in out
    assert labelled(out) == out
    kept = labelled(f"---\ntitle: x\n---\nAIGC:\n{YAML}---\nwords\n")
    assert matter(kept) == {"title": "x", "AIGC": FIELDS}
    assert kept.endswith(b"words\n")


def test_a_nested_label_is_read_and_moved_up() -> None:
    inner = "".join(f"  {line}\n" for line in YAML.splitlines())
    text = f"---\ntitle: x\nextra:\n  AIGC:\n{inner}other: y\n---\n"
    (packet,) = read(MARKDOWN, text.encode())
    assert (packet.form, packet.place) == ("text", "markdown:front-matter:nested")
    out = labelled(text)
    assert matter(out) == {"title": "x", "extra": None, "other": "y", "AIGC": FIELDS}


def test_a_label_within_words_is_content_and_stays() -> None:
    text = f"# How a label looks\n\nIt is `{JSON}` as in this line.\n\nMore words follow here.\n"
    assert labelled(text).endswith(text.encode())


def test_binary_and_empty_are_refused() -> None:
    with pytest.raises(MalformedFile):
        labelled(b"\0\1\2")
    with pytest.raises(EmptyFile):
        labelled(b"")
    with pytest.raises(MalformedFile):
        labelled(b"\xff\xfeabc")


KEYS = st.text("abcdefgh", min_size=1, max_size=5)
VALUES = st.recursive(
    st.text(max_size=12) | st.integers() | st.none() | st.booleans(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=6,
)


@given(st.dictionaries(KEYS, VALUES, max_size=4), st.booleans(), st.text(max_size=40))
def test_any_front_matter_keeps_its_values(
    values: dict[str, object], styled: bool, body: str
) -> None:
    dumped = yaml.safe_dump(
        values, allow_unicode=True, default_flow_style=None if styled else False
    )
    if not values or "\x85" in dumped or "\u2028" in dumped or "\u2029" in dumped:
        return
    text = f"---\n{dumped}---\n{body}"
    try:
        data = text.encode()
        out = labelled(data)
    except (UnicodeEncodeError, ColophonError):
        return
    inside = front_matter(out.decode("latin-1")).inside
    assert yaml.safe_load(out[slice(*inside)]) == {**values, "AIGC": FIELDS}
    assert out.endswith(f"---\n{body}".encode())
    assert labelled(out) == out


@pytest.mark.parametrize(
    "text",
    [
        f"---\na{' ' * 500_000}x\n---\n# w\n",
        f"# w\n\n<!-- {LABEL.decode()}{' ' * 500_000}x\n",
        f"# w\n\n{' ' * 60_000}x {LABEL.decode()} -->\n",
    ],
    ids=["key", "behind a label", "before a label"],
)
def test_long_runs_of_spaces_are_read_once(text: str) -> None:
    started = time.process_time()
    with suppress(ColophonError):
        write(MARKDOWN, text.encode(), {"aigc": OTHER_LABEL})
    assert time.process_time() - started < 2
