"""Pictures, sounds and words to take prints of, and what happens to them on their way."""

import io
import random
from functools import cache

import numpy as np
import skimage.data
from PIL import Image

PHOTOS = (
    "astronaut",
    "camera",
    "coffee",
    "chelsea",
    "moon",
    "coins",
    "retina",
    "hubble_deep_field",
)
RATE_HZ = 22_050


@cache
def photo(name):
    return Image.fromarray(getattr(skimage.data, name)()).convert("RGB")


def pixels(picture):
    return np.asarray(picture.convert("RGB"))


def saved(picture, form, **options):
    out = io.BytesIO()
    picture.save(out, form, **options)
    return io.BytesIO(out.getvalue())


def again(picture, form, **options):
    """Decoded from what was saved."""
    return Image.open(saved(picture, form, **options)).convert("RGB")


def cut(picture, left=0.0, top=0.0, right=0.0, bottom=0.0):
    """Without these shares of its edges."""
    wide, high = picture.size
    box = (left * wide, top * high, wide - right * wide, high - bottom * high)
    return picture.crop(tuple(map(round, box)))


@cache
def music(seed, seconds=12, rate=RATE_HZ):
    """Chords of a few voices with overtones, a beat and some breath; mono −1 … 1."""
    rng = np.random.default_rng(seed)
    out = rng.normal(0, 0.003, int(seconds * rate)).astype(np.float32)
    for _ in range(4):
        at = 0
        while at < len(out):
            length = int(rate * rng.choice([0.2, 0.3, 0.45, 0.7]))
            times = np.arange(length) / rate
            pitch = 220 * 2 ** (int(rng.integers(0, 36)) / 12)
            tones = sum(np.sin(2 * np.pi * pitch * k * times) / k for k in range(1, 6))
            note = tones * np.exp(-times * rng.uniform(2, 9)) * rng.uniform(0.04, 0.12)
            part = out[at : at + length]
            part += note[: len(part)].astype(np.float32)
            at += length
    return out


def english(seed, words=220):
    rng = random.Random(seed)
    letters = "abcdefghijklmnopqrstuvwxyz"
    known = ["".join(rng.choices(letters, k=rng.randint(2, 9))) for _ in range(600)]
    return " ".join(rng.choices(known, k=words))


def chinese(seed, characters=400):
    rng = random.Random(seed)
    parts = []
    while sum(map(len, parts)) < characters:
        parts.append("".join(chr(0x4E00 + rng.randrange(2500)) for _ in range(rng.randint(4, 14))))
    return "，".join(parts) + "。"


def differ(one, other):
    """Bits."""
    return (int.from_bytes(one) ^ int.from_bytes(other)).bit_count()
