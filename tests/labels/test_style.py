"""A style is refused before anything is drawn in it that the standard would not have."""

import pytest

from colophon.errors import StyleNotCompliant, UsageError
from colophon.labels import Label, apply, style
from colophon.labels.apart import Worker
from colophon.labels.model import Style
from colophon.provisions import parameters
from tests.labels import made

LABEL = Label(made.PRODUCER, "style-1")
WISH = Style(height=0.1, dress="plate", ink="dark", seconds="whole", sound="rhythm")


def test_the_usual_style_is_in_order():
    Style().check()


@pytest.mark.parametrize(
    "wish",
    [
        {"height": 0.05, "dress": "plate", "ink": "dark", "seconds": 2.0, "sound": "rhythm"},
        {"height": 0.15, "dress": "outline", "ink": "light", "seconds": 10, "sound": "speech"},
        {"seconds": "whole"},
    ],
)
def test_what_may_be_chosen(wish):
    Style(**wish).check()


@pytest.mark.parametrize(
    ("field", "given"),
    [
        ("height", 0.0499),
        ("height", 0.1501),
        ("height", float("nan")),
        ("height", True),
        ("height", "0.05"),
        ("dress", "invisible"),
        ("ink", "transparent"),
        ("seconds", 1.99),
        ("seconds", 10.1),
        ("seconds", float("inf")),
        ("seconds", "always"),
        ("sound", "silence"),
    ],
)
def test_what_may_not(field, given):
    with pytest.raises(StyleNotCompliant) as refused:
        Style(**{field: given}).check()
    assert isinstance(refused.value, UsageError)
    for lang in ("zh", "en"):
        assert field in refused.value.cause(lang)
        assert "45438" in refused.value.remedy(lang)


def test_the_least_is_the_standards():
    assert style.least_height() == parameters.number("explicit.image.min_height_ratio")
    assert style.least_seconds() == parameters.number("explicit.video.min_seconds")


def test_what_was_drawn_stands_beside_what_is_asked_for():
    height, contrast, seconds = style.measured(
        "video", height_ratio=0.049, contrast=4.5, seconds=2.0
    )
    assert (height.name, height.least, height.met) == ("height", 0.05, False)
    assert (contrast.name, contrast.met) == ("contrast", True)
    assert (seconds.least, seconds.met) == (2, True)
    assert style.measured("text") == ()
    (spoken,) = style.measured("audio", seconds=1.2)
    assert spoken.least is None and spoken.met


def test_a_style_goes_the_whole_road_in_this_process_and_in_another(tmp_path):
    source = tmp_path / "a.png"
    source.write_bytes(made.picture("PNG"))
    here = apply(source, label=LABEL, style=WISH, position="left")
    worker = Worker()
    try:
        there = worker.apply(
            source, tmp_path / "b.png", label=LABEL, style=WISH, position="left",
        )  # fmt: skip
        named = worker.apply(
            source, tmp_path / "d.png", label=LABEL, style=WISH, profile="all",
            system=("Example", "1"),
        )  # fmt: skip
        usual = worker.apply(source, tmp_path / "c.png", label=LABEL)
    finally:
        worker.close()
    assert here.written["explicit"] == there.written["explicit"]
    assert here.written["explicit"]["where"] == "left"
    assert named.written["explicit"]["text"] != here.written["explicit"]["text"]
    assert here.written["explicit"]["height_ratio"] >= 0.1
    assert usual.written["explicit"]["height_ratio"] < 0.08
    plain = apply(source, label=LABEL)
    assert apply(source, label=LABEL, style=Style()).data == plain.data
    assert (tmp_path / "c.png").read_bytes() == plain.data


@pytest.mark.parametrize("wish", [Style(height=0.01), {"height": 0.1}, "large"])
def test_the_road_refuses_another_style_before_it_reads(tmp_path, wish):
    source = tmp_path / "a.png"
    source.write_bytes(b"not looked at")
    with pytest.raises(UsageError):
        apply(source, tmp_path / "b.png", label=LABEL, style=wish)
    assert not (tmp_path / "b.png").exists()
