"""Fingerprints: how fast they are taken and looked up, and what they survive."""

from __future__ import annotations

import io
import random
import subprocess
import wave
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import faiss
import numpy as np
import rensa
import skimage.data
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from benchmarks import varied
from benchmarks.measuring import Row, milliseconds, processor
from colophon.labels import explicit
from colophon.labels.fingerprint import audio, image, pictures, recordings, text
from colophon.labels.fingerprint.codes import Codes
from colophon.labels.fingerprint.print import MATCH
from colophon.labels.fingerprint.sounds import Sounds
from colophon.labels.fingerprint.words import Texts

TITLE = "Fingerprints"
KNOWN_CODES, KNOWN_TEXTS, NEW_CODES = 1_000_000, 5_000, 2_000
PHOTOS = (
    *("astronaut", "camera", "coffee", "chelsea", "moon", "coins", "retina", "rocket"),
    *("hubble_deep_field", "immunohistochemistry", "grass", "gravel"),
)
RATE_HZ, CLIPS, CLIP_SECONDS = 22_050, 8, 12
PDQ_MS, TEXTS_A_SECOND, SOUND_MS = 45, 10_000, 20
Picture = Image.Image
Sound = NDArray[np.float32]


def rows(folder: Path) -> Iterator[Row]:
    yield from _picture_times()
    yield from _look_ups(folder)
    yield from _text_times()
    yield from _sound_times()
    yield from _picture_ways()
    yield _strange_pictures()
    yield from _sound_ways()
    yield from _text_ways()


def _picture_times() -> Iterator[Row]:
    grid = np.asarray(_photo("astronaut").resize((4000, 3000), Image.Resampling.BICUBIC))
    file = io.BytesIO()
    Image.fromarray(grid).save(file, "JPEG", quality=90)
    yield _at_most(
        "PDQ of 12 megapixels at hand, all eight turns of it",
        processor(lambda: image.of_pixels(grid), 9),
        PDQ_MS,
    )
    yield _at_most(
        "PDQ of a 12-megapixel JPEG file",
        processor(lambda: pictures.of_file(file, "image/jpeg", "photo"), 9),
        PDQ_MS,
    )


def _at_most(what: str, seconds: float, bar_ms: float) -> Row:
    return Row(what, milliseconds(seconds), bar=f"≤ {bar_ms:g} ms", held=seconds * 1000 <= bar_ms)


def _look_ups(folder: Path) -> Iterator[Row]:
    rng = np.random.default_rng(1)
    codes = rng.integers(0, 256, (KNOWN_CODES, 32), dtype=np.uint8)
    known, flat = _filled(codes, folder), faiss.IndexBinaryFlat(256)
    flat.add(codes)
    faiss.omp_set_num_threads(1)
    asked = codes[rng.integers(0, KNOWN_CODES, 64)]
    asked = asked ^ (rng.random((64, 256)) < 0.08).astype(np.uint8).reshape(64, 32, 8).dot(
        1 << np.arange(8)
    ).astype(np.uint8)
    yield _exact(known, flat, asked)
    for count, what in ((1, "one print"), (8, "a picture in all eight turns")):
        yield _search(f"search of {KNOWN_CODES:,} for {what}", known, flat, asked, count)
    for number in range(NEW_CODES):
        known.add(1 << 40 | number, [rng.bytes(32)])
    yield _search(f"the same with {NEW_CODES:,} added since", known, flat, asked, 1)


def _filled(codes: NDArray[np.uint8], folder: Path) -> Codes:
    known = Codes()
    for start in range(0, len(codes), 1000):
        part = [row.tobytes() for row in codes[start : start + 1000]]
        known.add(start, part, range(start, start + 1000))
    known.save(folder / "codes")
    return Codes(folder / "codes")


def _exact(known: Codes, flat: Any, asked: NDArray[np.uint8]) -> Row:
    same = 0
    for code in asked:
        _ends, distances, _rows = flat.range_search(code[None], MATCH + 1)
        found = [hit.distance for hit in known.within([code.tobytes()])]
        same += found == sorted(distances.astype(int).tolist())
    return Row(
        f"searches that find exactly what FAISS finds, distance ≤ {MATCH}",
        f"{same} of {len(asked)}",
        bar="all",
        held=same == len(asked),
    )


def _search(what: str, known: Codes, flat: Any, asked: NDArray[np.uint8], count: int) -> Row:
    groups = [asked[at : at + count] for at in range(0, len(asked), count)]
    lists = [[row.tobytes() for row in group] for group in groups]
    ours = processor(lambda: [known.within(one) for one in lists], 7)
    theirs = processor(lambda: [flat.range_search(one, MATCH + 1) for one in groups], 7)
    ours, theirs = ours / len(groups), theirs / len(groups)
    return Row(
        what,
        f"{ours * 1000:.2f} ms",
        f"FAISS binary flat: {theirs * 1000:.2f} ms",
        f"{ours / theirs:.2f}",
        "≤ 1",
        ours <= theirs,
    )


def _text_times() -> Iterator[Row]:
    for name, texts in (
        ("English, 200 words", [_english(number) for number in range(KNOWN_TEXTS)]),
        ("Chinese, 500 characters", [_chinese(number) for number in range(KNOWN_TEXTS)]),
    ):
        ours = KNOWN_TEXTS / processor(lambda texts=texts: text.of_texts(texts), 3)
        theirs = KNOWN_TEXTS / processor(lambda texts=texts: _by_rensa(texts), 3)
        yield Row(
            f"prints of texts from words to signature and digests ({name})",
            f"{ours:,.0f} a second",
            f"rensa on its own shingles alone: {theirs:,.0f}",
            f"{ours / theirs:.2f}",
            f"≥ {TEXTS_A_SECOND:,}",
            ours >= TEXTS_A_SECOND,
        )


def _by_rensa(texts: list[str]) -> None:
    """Words of three, or characters of five, cut in Python."""
    for one in texts:
        made = rensa.RMinHash(128, 1)
        words = one.split()
        runs = zip(words, words[1:], words[2:], strict=False)
        cut = map(" ".join, runs) if len(words) > 20 else (one[i : i + 5] for i in range(len(one)))
        made.update(list(cut))
        made.digest()


def _sound_times() -> Iterator[Row]:
    clip = np.concatenate([_music(number) for number in range(5)])
    seconds = len(clip) / RATE_HZ
    for what, work in (
        ("print of sound, to keep it", lambda: audio.of_samples(clip, RATE_HZ)),
        ("print of sound, to look for it", lambda: audio.asked(clip, RATE_HZ)),
    ):
        yield _at_most(f"{what}, for each second", processor(work, 5) / seconds, SOUND_MS)


def _picture_ways() -> Iterator[Row]:
    ways: dict[str, Callable[[Picture], Picture]] = {
        "JPEG 50": lambda one: _saved(one, "JPEG", quality=50),
        "JPEG 20": lambda one: _saved(one, "JPEG", quality=20),
        "WebP 40": lambda one: _saved(one, "WEBP", quality=40),
        "half the size": lambda one: one.resize((one.width // 2, one.height // 2)),
        "128 pixels wide": lambda one: one.resize((128, 128 * one.height // one.width)),
        "other proportions": lambda one: one.resize((one.width, one.height * 2 // 3)),
        "grey": lambda one: one.convert("L").convert("RGB"),
        "blurred": lambda one: one.filter(ImageFilter.GaussianBlur(1.5)),
        "gamma 0.7": lambda one: one.point(lambda value: int(255 * (value / 255) ** 0.7)),
        "turned by 90°": lambda one: one.transpose(Image.Transpose.ROTATE_90),
        "mirrored": lambda one: one.transpose(Image.Transpose.FLIP_LEFT_RIGHT),
        "turned by 1°": lambda one: one.rotate(1),
        "explicit label drawn on": _labelled,
        "2 % cut off at each edge": lambda one: _cut(one, 0.02, 0.02),
        "5 % cut off below": lambda one: _cut(one, 0, 0.05, sides=False),
        "5 % cut off at each edge": lambda one: _cut(one, 0.05, 0.05),
    }
    photos = {name: _photo(name) for name in PHOTOS}
    known = Codes()
    for number, photo in enumerate(photos.values()):
        file = io.BytesIO()
        photo.save(file, "PNG")
        grey = pictures.grey(file, "image/png", "photo")
        print_ = image.of_grey(grey)
        if print_ is not None:
            codes = [print_.bits, *image.cuts(grey)]
            known.add(number, codes, range(len(codes)))
    for way, change in ways.items():
        found = {MATCH: 0, image.POSSIBLE: 0}
        for number, photo in enumerate(photos.values()):
            asked = image.of_pixels(np.asarray(change(photo)))
            for radius in found:
                hits = known.within(asked.variants, radius) if asked else []
                found[radius] += bool(hits) and hits[0].id == number
        yield Row(
            f"pictures found: {way}",
            f"{found[MATCH]} of {len(photos)}",
            f"within {image.POSSIBLE} bits: {found[image.POSSIBLE]}",
        )


def _strange_pictures() -> Row:
    """Every one of two hundred against every other, in all turns."""
    prints = []
    for one in varied.pictures(200):
        made = image.of_pixels(np.asarray(Image.open(io.BytesIO(one.data)).convert("RGB")))
        if made is not None and made.usable:
            prints.append(made)
    known, found = Codes(), 0
    for number, made in enumerate(prints):
        hits = known.within(made.variants, image.POSSIBLE)
        found += len(hits)
        known.add(number, [made.bits])
    pairs = len(prints) * (len(prints) - 1) // 2 * len(image.VARIANTS)
    return Row(
        f"strangers within {image.POSSIBLE} bits, of {pairs:,} pairs",
        str(found),
        bar="none",
        held=not found,
    )


def _sound_ways() -> Iterator[Row]:
    ways = {
        "MP3 64 kbit/s": (("-b:a", "64k"), "mp3", "audio/mpeg"),
        "MP3 32 kbit/s": (("-b:a", "32k"), "mp3", "audio/mpeg"),
        "AAC 48 kbit/s": (("-c:a", "aac", "-b:a", "48k"), "adts", "audio/aac"),
        "Opus 16 kbit/s": (("-c:a", "libopus", "-b:a", "16k"), "ogg", "audio/ogg"),
        "8 kHz": (("-ar", "8000"), "wav", "audio/wav"),
        "telephone": (("-af", "highpass=f=300,lowpass=f=3400", "-ar", "8000"), "wav", "audio/wav"),
        "a tenth as loud": (("-af", "volume=0.1"), "wav", "audio/wav"),
        "echo": (("-af", "aecho=0.8:0.7:60:0.4"), "wav", "audio/wav"),
    }
    clips, known = [_music(number) for number in range(CLIPS)], Sounds()
    for number, clip in enumerate(clips):
        print_ = audio.of_samples(clip, RATE_HZ)
        if print_ is not None:
            known.add(number, print_)
    for way, (options, form, media_type) in ways.items():
        found = 0
        for number, clip in enumerate(clips):
            start = int((0.4 + 0.77 * number) * RATE_HZ)
            data = _through(clip[start : start + 5 * RATE_HZ], *options, form=form)
            asked = recordings.asked(io.BytesIO(data), media_type, "clip")
            hits = known.find(asked) if asked else []
            found += [hit.id for hit in hits] == [number]
        yield _all(f"sounds found by 5 seconds: {way}", found, CLIPS)
    strange = [audio.asked(_music(1000 + number), RATE_HZ) for number in range(4 * CLIPS)]
    wrong = sum(bool(known.find(one)) for one in strange if one)
    yield Row(f"strangers found, of {len(strange)} sounds", str(wrong), bar="none", held=not wrong)


def _text_ways() -> Iterator[Row]:
    makers: tuple[Callable[[int], str], ...] = (_english, _chinese)
    texts = [makers[number % 2](number) for number in range(200)]
    known = Texts()
    for number, print_ in enumerate(text.of_texts(texts)):
        if print_ is not None:
            known.add(number, print_)
    ways: dict[str, Callable[[str], str]] = {
        "zero-width characters between all letters": "\u200b".join,
        "one word, or character, in thirty changed": lambda one: _edited(one, 30),
        "one in fifteen changed": lambda one: _edited(one, 15),
        "the last quarter cut off": lambda one: one[: len(one) * 3 // 4],
        "halves exchanged": lambda one: f"{one[len(one) // 2 :]} {one[: len(one) // 2]}",
    }
    for way, change in ways.items():
        prints = text.of_texts([change(one) for one in texts])
        found = sum(
            [hit.id for hit in known.find(print_)] == [number]
            for number, print_ in enumerate(prints)
            if print_ is not None
        )
        yield _all(f"texts found: {way}", found, len(texts))
    strange = text.of_texts([makers[number % 2](number) for number in range(5_000, 6_000)])
    wrong = sum(bool(known.find(one)) for one in strange if one is not None)
    yield Row(f"strangers found, of {len(strange)} texts", str(wrong), bar="none", held=not wrong)


def _all(what: str, found: int, count: int) -> Row:
    return Row(what, f"{found} of {count}")


def _photo(name: str) -> Picture:
    return Image.fromarray(getattr(skimage.data, name)()).convert("RGB")


def _saved(picture: Picture, form: str, **options: int) -> Picture:
    out = io.BytesIO()
    picture.save(out, form, **options)
    return Image.open(out).convert("RGB")


def _labelled(picture: Picture) -> Picture:
    out = io.BytesIO()
    picture.save(out, "PNG")
    data, _written = explicit.image.apply(out.getvalue(), "image/png")
    return Image.open(io.BytesIO(data)).convert("RGB")


def _cut(picture: Picture, above: float, below: float, *, sides: bool = True) -> Picture:
    wide, high = picture.size
    side = above * wide if sides else 0
    box = (side, above * high, wide - side, high - below * high)
    return picture.crop((round(box[0]), round(box[1]), round(box[2]), round(box[3])))


def _music(seed: int) -> Sound:
    """Four voices of notes with overtones, and some breath."""
    rng = np.random.default_rng(seed)
    out = rng.normal(0, 0.003, CLIP_SECONDS * RATE_HZ).astype(np.float32)
    for _ in range(4):
        at = 0
        while at < len(out):
            times = np.arange(int(RATE_HZ * rng.choice([0.2, 0.3, 0.45, 0.7]))) / RATE_HZ
            turns = 2 * np.pi * 220 * 2 ** (int(rng.integers(0, 36)) / 12) * times
            tones = sum(np.sin(turns * k) / k for k in range(1, 6))
            note = tones * np.exp(-times * rng.uniform(2, 9)) * rng.uniform(0.04, 0.12)
            part = out[at : at + len(note)]
            part += note[: len(part)].astype(np.float32)
            at += len(note)
    return out


def _through(samples: Sound, *options: str, form: str) -> bytes:
    given = io.BytesIO()
    with wave.open(given, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE_HZ)
        file.writeframes((np.clip(samples, -1, 1) * 32767).astype("<i2").tobytes())
    command = ["ffmpeg", "-v", "error", "-f", "wav", "-i", "-", *options, "-f", form, "-"]
    return subprocess.run(command, input=given.getvalue(), capture_output=True, check=True).stdout


_WORDS = random.Random(0)
_VOCABULARY = ["".join(_WORDS.choices("etaoinshrdlu", k=_WORDS.randint(2, 9))) for _ in range(4000)]


def _english(seed: int) -> str:
    return " ".join(random.Random(seed).choices(_VOCABULARY, k=200))


def _chinese(seed: int) -> str:
    rng = random.Random(seed)
    return "".join(
        "，" if number % 13 == 12 else chr(0x4E00 + rng.randrange(2500)) for number in range(500)
    )


def _edited(one: str, every: int) -> str:
    spaced = " " in one
    parts = one.split(" ") if spaced else list(one)
    parts[every // 2 :: every] = ["X"] * len(parts[every // 2 :: every])
    return (" " if spaced else "").join(parts)
