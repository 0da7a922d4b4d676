"""``labels.watermark``: arrays in, arrays out, with a key or in public."""

import subprocess
import sys

import numpy as np
from skimage import data

from colophon import labels
from colophon.labels.watermark.key import MarkKey


def test_a_picture_and_a_sound_in_public_and_under_a_key():
    picture = data.astronaut()
    key = MarkKey(bytes(32))
    assert labels.watermark.detect(labels.watermark.embed(picture, 7)).payload == 7
    marked = labels.watermark.embed(picture, 8, key)
    assert labels.watermark.detect(marked, key).payload == 8
    sound = np.random.default_rng(1).normal(0, 0.1, (12 * 16000, 1)).astype(np.float32)
    marked = labels.watermark.embed(sound, 9, rate_hz=16000)
    assert labels.watermark.detect(marked, rate_hz=16000).payload == 9


def test_the_door_alone_loads_nothing_heavy():
    code = "import sys; from colophon.labels import watermark; print('numpy' in sys.modules)"
    out = subprocess.check_output([sys.executable, "-c", code], text=True)
    assert out.strip() == "False"
