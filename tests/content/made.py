"""Small real files."""

import io
import wave

from PIL import Image


def png_bytes(size=(320, 240), colour=(30, 90, 150)) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", size, colour).save(file, "PNG")
    return file.getvalue()


def wav_bytes(seconds=0.5, rate=16000) -> bytes:
    file = io.BytesIO()
    with wave.open(file, "wb") as sound:
        sound.setparams((1, 2, rate, 0, "NONE", ""))
        sound.writeframes(b"\x10\x00" * int(rate * seconds))
    return file.getvalue()
