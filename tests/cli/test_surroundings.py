"""Commands where the surroundings fail: no streams, a full output, a database that is none."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import colophon
from tests.labels import made


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    path = tmp_path / "picture.png"
    path.write_bytes(made.picture("PNG"))
    return path


def _by_shell(redirection: str, *arguments: object) -> subprocess.CompletedProcess[bytes]:
    script = f'exec "$@" {redirection}'
    command = ["sh", "-c", script, "sh", sys.executable, "-m", "colophon.cli"]
    environment = {**os.environ, "COLOPHON_DATA": "/nonexistent/colophon"}
    return subprocess.run(
        [*command, *map(str, arguments)], capture_output=True, env=environment, check=False
    )


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
def test_closed_streams_do_not_matter(closed, picture) -> None:
    ran = _by_shell(closed, "label", picture, "--producer", made.PRODUCER)
    assert (ran.returncode, ran.stderr) == (0, b"")
    assert picture.with_name("picture.labelled.png").exists()


@pytest.mark.parametrize("form", [(), ("--json",)])
def test_no_room_for_the_answer_is_told(form, picture) -> None:
    ran = _by_shell("> /dev/full", "inspect", picture, *form)
    assert ran.returncode == 5
    assert b"disk is full" in ran.stderr
    assert b"Traceback" not in ran.stderr


def test_a_database_that_was_never_made_is_none(picture, tmp_path) -> None:
    folder = tmp_path / "data"
    folder.mkdir()
    (folder / "colophon.sqlite3").touch()
    assert colophon("label", picture, "--json", data=folder).json["error"]["code"] == (
        "operator_missing"
    )
    ran = colophon("label", picture, "--producer", made.PRODUCER, "--json", data=folder)
    assert (ran.code, ran.json["recorded"]) == (0, False)


@pytest.mark.parametrize("command", ["label", "verify", "init", "serve"])
def test_a_database_that_is_no_database(command, picture, tmp_path) -> None:
    folder = tmp_path / "data"
    folder.mkdir()
    (folder / "colophon.sqlite3").write_bytes(os.urandom(5000))
    ran = colophon(*_call(command, picture), "--json", data=folder)
    assert ran.code == 5
    assert ran.json["error"]["code"] == "database_unusable"
    assert "Traceback" not in ran.err


@pytest.mark.parametrize("command", ["label", "verify", "init", "serve"])
def test_a_database_of_a_later_version_is_not_touched(command, operator, picture, tmp_path) -> None:
    folder = tmp_path / "data"
    shutil.copytree(operator, folder)
    with sqlite3.connect(folder / "colophon.sqlite3") as connection:
        connection.execute(
            "INSERT INTO django_migrations (app, name, applied) "
            "VALUES ('content', '9999_later', '2099-01-01')"
        )
    ran = colophon(*_call(command, picture), "--json", data=folder)
    assert (ran.code, ran.json["error"]["code"]) == (5, "database_newer")
    assert not picture.with_name("picture.labelled.png").exists()


def _call(command: str, picture: Path) -> tuple[object, ...]:
    return {
        "label": ("label", picture),
        "verify": ("verify", picture),
        "init": ("init", "--demonstration", "--yes"),
        "serve": ("serve", "--port", 0),
    }[command]


def test_a_name_that_is_no_unicode_is_recorded_all_the_same(operator, picture) -> None:
    odd = picture.with_name(os.fsdecode(b"b\xff\xfe.png"))
    picture.rename(odd)
    ran = colophon("label", odd, "--json", data=operator)
    assert (ran.code, ran.json["recorded"]) == (0, True)
    assert ran.json["output"].endswith(os.fsdecode(b"b\xff\xfe.labelled.png"))
