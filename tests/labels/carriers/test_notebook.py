"""Notebooks: valid by nbformat's own schema, every cell the same."""

from __future__ import annotations

import json
from typing import Any

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from colophon.errors import MalformedFile
from colophon.labels.carriers.notebook import NOTEBOOK
from tests.labels.carriers.contract import LABEL, OTHER_LABEL, CarrierContract, read, write


def notebook(**metadata: Any) -> Any:
    cells = [new_markdown_cell("# 题"), new_code_cell("print('}')\nx = \"AI\"")]
    return new_notebook(cells=cells, metadata=metadata)


def labelled(data: bytes, label: bytes = LABEL) -> bytes:
    return write(NOTEBOOK, data, {"aigc": label})


class TestNotebook(CarrierContract):
    carrier = NOTEBOOK
    cuts = 60
    flips = 60

    def samples(self) -> list[bytes]:
        whole = notebook(kernelspec={"name": "python3", "display_name": "Python 3"})
        return [
            nbformat.writes(whole).encode(),
            json.dumps(notebook()).encode(),
            nbformat.writes(whole, indent=None).encode() + b"\n",
        ]

    def payload(self, data: bytes) -> object:
        read_back = nbformat.reads(data.decode(), as_version=4)
        nbformat.validate(read_back)
        read_back["metadata"].pop("AIGC", None)
        return read_back


def test_the_label_is_a_string_in_the_metadata() -> None:
    source = nbformat.writes(notebook(title="x")).encode()
    out = json.loads(labelled(source))
    assert out["metadata"] == {"title": "x", "AIGC": LABEL.decode()}


def test_missing_metadata_are_made() -> None:
    source = b'{"cells": [], "nbformat": 4, "nbformat_minor": 5}'
    out = labelled(source)
    assert json.loads(out)["metadata"] == {"AIGC": LABEL.decode()}
    assert labelled(labelled(out, OTHER_LABEL)) == out


def test_a_label_in_a_cell_is_read_and_kept() -> None:
    cell = new_markdown_cell("AIGC: " + OTHER_LABEL.decode())
    source = nbformat.writes(new_notebook(cells=[cell])).encode()
    assert [packet.form for packet in read(NOTEBOOK, source)] == ["text"]
    out = labelled(source)
    assert json.loads(out)["cells"] == json.loads(source)["cells"]


@pytest.mark.parametrize("source", [b"[]", b'{"a": 1}', b'{"cells": [], "metadata": 3}'])
def test_what_is_no_notebook_is_refused(source: bytes) -> None:
    with pytest.raises(MalformedFile):
        labelled(source)
