"""CSV and TSV: one row more, as wide as the others, and every other row the same."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from colophon.errors import MalformedFile
from colophon.labels.carriers.csv_text import CSV
from tests.labels.carriers.contract import LABEL, OTHER_LABEL, CarrierContract, read, write

FIELD = "AIGC: " + LABEL.decode()


def labelled(data: bytes, label: bytes = LABEL) -> bytes:
    return write(CSV, data, {"aigc": label})


def rows(data: bytes, mark: str = ",") -> list[list[str]]:
    text = data.decode("utf-16" if data[:2] in {b"\xff\xfe", b"\xfe\xff"} else "utf-8-sig")
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=mark))


class TestCsv(CarrierContract):
    carrier = CSV
    cuts = 60
    flips = 80

    def samples(self) -> list[bytes]:
        return [
            b'a,b,c\r\n1,"x, y\r\nz",3\r\n',
            b"a,b\n1,2",
            "\ufeff名,值\n春,1\n".encode(),
            "\ufeff名\t值\r\n春\t1\r\n".encode("utf-16-le"),
            b"alone\n1\n2\n",
        ]

    def payload(self, data: bytes) -> object:
        return [row for row in rows(data) if "AIGC" not in "".join(row)]


@pytest.mark.parametrize(
    ("source", "mark", "width"),
    [
        ("a,b,c\n1,2,3\n", ",", 3),
        ('"a,a";b\n1;2\n', ";", 2),
        ("sep=|\na|b|c,d,e,f\n", "|", 3),
        ("a\n1\n", ",", 1),
        ('"a\nb",c\n1,2\n', ",", 2),
    ],
)
def test_the_row_is_one_field_and_as_wide_as_the_first(source: str, mark: str, width: int) -> None:
    found = rows(labelled(source.encode()), mark)
    assert found[-1] == [FIELD, *[""] * (width - 1)]
    assert found[:-1] == rows(source.encode(), mark)


def test_tabs_need_no_quotes() -> None:
    out = labelled(b'a\tb\n5"\t2\n')
    assert out == b'a\tb\n5"\t2\n# ' + FIELD.encode() + b"\t\n"
    assert rows(out, "\t")[-1] == ["# " + FIELD, ""]
    assert read(CSV, out)[0].data == LABEL


def test_an_open_quote_is_refused() -> None:
    with pytest.raises(MalformedFile):
        labelled(b'a,b\n1,"never closed\n')
    assert rows(labelled(b'a,b\n1,5" wide\n'))[1] == ["1", '5" wide']


@pytest.mark.parametrize(
    "row", ["# AIGC: {}", "AIGC: {}", '"AIGC: {}",,', '"# AIGC: {}"', "AIGC={}\t\t"]
)
def test_looser_and_stacked_rows_become_one(row: str) -> None:
    value = OTHER_LABEL.decode()
    value = value.replace('"', '""') if row.startswith('"') else value
    data = ("a,b\n1,2\n" + (row.replace("{}", value) + "\n\n") * 2).encode()
    assert [p.data for p in read(CSV, data) if p.form == "aigc"] == [OTHER_LABEL] * 2
    out = labelled(data)
    assert out.count(b"AIGC") == 1
    assert labelled(labelled(out, OTHER_LABEL)) == out


def test_a_label_in_the_data_is_kept() -> None:
    quoted = b'"' + OTHER_LABEL.replace(b'"', b'""') + b'"'
    source = b"a,b\n1," + quoted + b"\n2,x\n"
    assert rows(labelled(source))[:-1] == rows(source)


@pytest.mark.parametrize("piece", ['"', '",', "\n", ",", '""\n"', "AIGC: {", "\r"])
def test_hostile_texts_cost_one_pass(piece: str) -> None:
    TestCsv().survive(b"a,b\n" + piece.encode() * 100_001)


CELLS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=8)


@given(st.lists(st.lists(CELLS, min_size=2, max_size=2), min_size=1, max_size=5), st.booleans())
def test_any_table_keeps_its_rows(table: list[list[str]], ended: bool) -> None:
    out = io.StringIO(newline="")
    csv.writer(out, quoting=csv.QUOTE_ALL).writerows(table)
    source = out.getvalue().encode()
    source = source if ended else source.removesuffix(b"\r\n")
    once = labelled(source)
    assert rows(once) == [*table, [FIELD, ""]]
    assert labelled(labelled(once, OTHER_LABEL)) == once


PARTS = st.sampled_from(
    ["\n", "\r\n", "\r", ",", ";", "\t", '"', "x", " ", "# AIGC: {}", '"AIGC: {}"']
)


@given(st.lists(PARTS, min_size=1, max_size=9))
def test_any_mixture_is_written_once(parts: list[str]) -> None:
    try:
        once = labelled("".join(parts).encode())
    except MalformedFile:
        return
    assert [p.data for p in read(CSV, once) if p.form == "aigc"] == [LABEL]
    assert labelled(labelled(once, OTHER_LABEL)) == once
