"""The look of labels by the command: what is given, else the operator's, else the usual."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.cli.conftest import colophon
from tests.labels import made


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    path = tmp_path / "picture.png"
    path.write_bytes(made.picture("PNG"))
    return path


def labelled(picture: Path, *options: object, data: Path | None = None) -> dict[str, object]:
    producer = () if data else ("--producer", made.PRODUCER)
    ran = colophon("label", picture, "--force", "--json", *producer, *options, data=data)
    assert ran.code == 0, ran.err
    explicit: dict[str, object] = ran.json["written"]["explicit"]
    return explicit


def test_the_options_draw_the_label(picture: Path) -> None:
    written = labelled(
        picture, "--height", "0.1", "--dress", "plate", "--ink", "dark",
        "--seconds", "whole", "--sound", "rhythm", "--position", "left",
    )  # fmt: skip
    assert written["where"] == "left"
    assert 0.1 <= float(str(written["height_ratio"])) < 0.12
    before = np.asarray(Image.open(picture).convert("RGB")).astype(int)
    after = np.asarray(Image.open(picture.with_name("picture.labelled.png")).convert("RGB"))
    rows, columns = np.nonzero((after != before).any(axis=-1))
    room = after[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1].astype(int)
    # The plate is the larger part, and it is the lighter one.
    assert np.median(room) > room.min() + 100


@pytest.mark.parametrize(
    ("option", "value"),
    [("--height", "0.01"), ("--height", "x"), ("--seconds", "1"), ("--seconds", "forever"),
     ("--dress", "none"), ("--ink", "red"), ("--sound", "silence")],
)  # fmt: skip
def test_what_may_not_be_is_refused(picture: Path, option: str, value: str) -> None:
    ran = colophon("label", picture, "--producer", made.PRODUCER, option, value)
    assert ran.code == 2
    assert not picture.with_name("picture.labelled.png").exists()


def test_the_operators_choice_stands_unless_another_is_given(picture: Path, tmp_path: Path) -> None:
    data = tmp_path / "data"
    assert colophon("init", "--demonstration", "--yes", "--no-admin", data=data).code == 0
    code = (
        "import dataclasses\n"
        "from colophon.parties import operator\n"
        "from colophon.store import clock\n"
        "known = operator.profile_of(operator.current())\n"
        "chosen = dataclasses.replace(known, height=0.12, position='top')\n"
        "operator.establish(chosen, by='test', now=clock.now())\n"
    )
    ran = colophon("manage", "shell", "-c", code, data=data)
    assert ran.code == 0, ran.err
    written = labelled(picture, data=data)
    assert (written["where"], float(str(written["height_ratio"])) >= 0.12) == ("top", True)
    written = labelled(picture, "--height", "0.06", "--position", "bottom", data=data)
    assert (written["where"], float(str(written["height_ratio"])) < 0.1) == ("bottom", True)
