"""What arrives is checked before it is read, and shown without being kept."""

import io
import wave

import pytest
from hypothesis import given
from hypothesis import strategies as st

from colophon.portal import upload


def sound(seconds=1.0, rate=8000, width=2):
    """A WAV that grows louder."""
    out = io.BytesIO()
    with wave.open(out, "wb") as target:
        target.setnchannels(1)
        target.setsampwidth(width)
        target.setframerate(rate)
        frames = int(seconds * rate)
        for at in range(frames):
            level = int(30000 * at / frames) * (1 if at % 2 else -1)
            target.writeframesraw(level.to_bytes(2, "little", signed=True)[:width])
    out.seek(0)
    return out


def test_a_wave_is_drawn_as_loud_as_it_sounds():
    bars = upload.wave_bars(sound())
    assert len(bars) == upload.WAVE_BARS
    assert bars[0][1] < bars[48][1] < bars[-1][1] == 88


@pytest.mark.parametrize("data", [b"", b"RIFF", b"RIFF\x10\x00\x00\x00WAVEfmt ", b"x" * 4000])
def test_what_is_no_wave_is_not_drawn(data):
    assert upload.wave_bars(io.BytesIO(data)) == ()


def test_a_wave_of_another_width_is_not_drawn():
    assert upload.wave_bars(sound(width=1)) == ()


@given(st.binary(max_size=400))
def test_no_bytes_break_the_drawing(data):
    head = sound(0.05).getvalue()[:44]
    upload.wave_bars(io.BytesIO(head + data))
    upload.wave_bars(io.BytesIO(data))


def test_a_picture_comes_back_as_an_address():
    found = upload.preview(io.BytesIO(b"\x89PNG"), "image/png", "image")
    assert found.address == "data:image/png;base64,iVBORw=="


@pytest.mark.parametrize("media_type", ["image/svg+xml", "text/html", "application/pdf"])
def test_what_could_run_is_never_an_address(media_type):
    found = upload.preview(io.BytesIO(b"<svg/>"), media_type, media_type.split("/")[0])
    assert found.address == ""


def test_a_large_picture_is_not_sent_back():
    source = io.BytesIO(bytes(upload.INLINE_BYTES + 1))
    assert upload.preview(source, "image/png", "image").address == ""


def test_a_text_is_shown_from_where_a_reader_begins():
    text = '---\nAIGC:\n  Label: "1"\n---\n\n山居 ' + "x" * 5000
    found = upload.preview(io.BytesIO(text.encode()), "text/markdown", "text")
    assert found.text.startswith("山居")
    assert len(found.text) == upload.TEXT_CHARACTERS


@given(st.text())
def test_a_shown_name_is_one_short_line_without_a_path(name):
    shown = upload.safe_name(name)
    assert 0 < len(shown) <= 120
    assert shown.isprintable()
    assert "\\" not in shown
    assert "/" not in shown
