"""Folders of mixed files: reports, resuming, several at a time, and nothing held in memory."""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path

import pytest

from tests.cli.conftest import colophon
from tests.labels import made

BY_HAND = ("--producer", made.PRODUCER, "--kind", "image", "--action", "edited")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = tmp_path / "archive"
    (place / "deeper").mkdir(parents=True)
    for name, form in (("a.png", "PNG"), ("b.jpg", "JPEG"), ("deeper/c.webp", "WEBP")):
        (place / name).write_bytes(made.picture(form))
    (place / "d.txt").write_text("words\n")
    (place / "broken.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    (place / "strange.xyz").write_bytes(b"\0\1\2")
    return place


@pytest.fixture
def labelled(folder: Path) -> Path:
    out = folder / "labelled"
    colophon("label", folder, "-d", out, *BY_HAND)
    return out


def rows(path: Path) -> dict[str, dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return {Path(row["file"]).name: row for row in csv.DictReader(file)}


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_report_of_a_labelled_folder(folder: Path, tmp_path: Path, jobs: int) -> None:
    report = tmp_path / "report.csv"
    ran = colophon(
        "label", folder, "-d", tmp_path / "out", "--jobs", jobs, "--report", report, *BY_HAND
    )
    assert ran.code == 3
    assert "4 labelled, 0 already there, 1 failed, 1 left out" in ran.err
    told = rows(report)
    assert {name: row["result"] for name, row in told.items()} == {
        "a.png": "labelled",
        "b.jpg": "labelled",
        "c.webp": "labelled",
        "d.txt": "labelled",
        "broken.png": "failed",
    }
    assert told["a.png"]["content_producer"] == made.PRODUCER
    assert told["a.png"]["duty"] == "offered Art. 17.2"
    assert told["broken.png"]["error"] == "truncated_file"


def test_it_goes_on_where_it_stopped(folder: Path, labelled: Path) -> None:
    (labelled / "b.jpg").unlink()
    before = (labelled / "a.png").stat().st_mtime_ns
    ran = colophon("label", folder, "-d", labelled, *BY_HAND)
    assert "1 labelled, 3 already there, 1 failed" in ran.err
    assert (labelled / "a.png").stat().st_mtime_ns == before
    assert not (labelled / "labelled").exists()


@pytest.mark.parametrize("jobs", [1, 2])
def test_what_was_labelled_is_told_apart(labelled: Path, tmp_path: Path, jobs: int) -> None:
    shutil.copy(labelled / "a.png", labelled / "=cmd.png")
    (labelled / "plain.png").write_bytes(made.picture("PNG"))
    report = tmp_path / "found.csv"
    ran = colophon("inspect", labelled, "--jobs", jobs, "--report", report)
    assert ran.code == 1
    told = rows(report)
    assert told["plain.png"]["verdict"] == "unlabelled"
    assert told["c.webp"]["verdict"] == "labelled"
    assert told["c.webp"]["produce_id"] == told["c.webp"]["propagate_id"] != ""
    assert "no label was found 1" in ran.err


def test_json_is_a_list_in_order_and_lines_are_lines(labelled: Path, tmp_path: Path) -> None:
    lines, whole = tmp_path / "found.jsonl", tmp_path / "found.json"
    ran = colophon("inspect", labelled, "--json", "--jobs", 2, "--report", lines)
    colophon("inspect", labelled, "--report", whole)
    names = [Path(one["file"]).name for one in ran.json]
    assert names == ["a.png", "b.jpg", "d.txt", "c.webp"]
    each = [json.loads(line) for line in lines.read_text().splitlines()]
    assert [one["sha256"] for one in each] == [one["sha256"] for one in ran.json]
    assert [one["sha256"] for one in json.loads(whole.read_text())] == [x["sha256"] for x in each]


@pytest.mark.parametrize("name", ["found.doc", "nowhere/found.csv"])
def test_a_report_that_cannot_be_written(labelled: Path, tmp_path: Path, name: str) -> None:
    ran = colophon("inspect", labelled, "--report", tmp_path / name)
    assert ran.code in (2, 3, 5)
    assert "Traceback" not in ran.err


def test_a_report_takes_no_word_for_a_formula(tmp_path: Path) -> None:
    (tmp_path / "-2+3.png").write_bytes(made.picture("PNG"))
    report = tmp_path / "r.csv"
    colophon("inspect", "--report", report, "--", "-2+3.png", cwd=tmp_path)
    assert "\n'-2+3.png," in report.read_text()


def test_a_trust_list_makes_a_signer_trusted(tmp_path: Path, operator: Path) -> None:
    source = tmp_path / "a.png"
    source.write_bytes(made.picture("PNG"))
    colophon("label", source, data=operator)
    signed = tmp_path / "a.labelled.png"
    listed = tmp_path / "list"
    listed.mkdir()
    stranger = colophon("verify", signed, "--json", "--trust-list", listed)
    assert stranger.json["layers"]["credential"]["trusted"] is False
    shutil.copy(operator / "signing" / "root.pem", listed / "anchors.pem")
    known = colophon("verify", signed, "--json", "--trust-list", listed)
    assert known.json["layers"]["credential"]["trusted"] is True


def test_a_second_demonstration_keeps_what_was_chosen(tmp_path: Path) -> None:
    folder, source = tmp_path / "data", tmp_path / "a.png"
    first = ("init", "--demonstration", "--yes", "--no-admin")
    colophon(*first, data=folder)
    change = "from colophon.parties.models import Operator as O; O.objects.update(wording='AI合成')"
    colophon("manage", "shell", "-c", change, data=folder)
    assert colophon(*first, data=folder).code == 0
    source.write_bytes(made.picture("PNG"))
    ran = colophon("label", source, "--json", data=folder)
    assert ran.json["written"]["explicit"]["text"] == "AI合成"
