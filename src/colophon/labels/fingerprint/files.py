"""A file's print, whatever its medium: as a register keeps it, as it is looked for, and as found."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO

import numpy as np

from colophon.errors import InputError
from colophon.labels.carriers.ranges import size_of
from colophon.labels.fingerprint import image, pictures, recordings, text, video
from colophon.labels.fingerprint.audio import SoundPrint, SoundQuery
from colophon.labels.fingerprint.image import PicturePrint
from colophon.labels.fingerprint.print import Print
from colophon.labels.fingerprint.text import TextPrint
from colophon.labels.fingerprint.video import FilmPrint, FilmQuery

if TYPE_CHECKING:
    from colophon.labels.fingerprint.index import Index

MOST_CHANCE = 1e-6
"""A match that chance gives more often than this is none."""
TEXT_CAP = 16 << 20
"""Bytes of a text that are read."""
_CODE, _WORD, _WEAK, _TIME = 32, 4, 32, 4
_FRAME = _TIME + 1 + _CODE * len(image.VARIANTS)
_SIGNATURE = 4 * text.HASHES


@dataclass(frozen=True, slots=True)
class Hit:
    """``distance``: of pictures and films bits of 256, else per cent of what was compared.
    ``false_match``: an upper bound on the probability that chance gave as much."""

    id: int
    distance: int
    false_match: float


def kept(source: BinaryIO, media_type: str, medium: str, name: str) -> Print | None:
    """The print to keep of a file; None where there is too little in it, or it has none."""
    return _made(_KEPT, source, media_type, medium, name)


def asked(source: BinaryIO, media_type: str, medium: str, name: str) -> Print | None:
    """What is looked for; other than what is kept, so that a part of the content finds it too."""
    return _made(_ASKED, source, media_type, medium, name)


def add(index: Index, id_: int, print_: Print) -> None:
    """Found by every search from now on."""
    if print_.medium == "image":
        index.pictures.add(id_, _codes(print_.data))
    elif print_.medium == "video":
        index.films.add(id_, FilmPrint(print_.data))
    elif print_.medium == "audio":
        index.sounds.add(id_, SoundPrint(print_.data))
    elif print_.medium == "text":
        index.texts.add(id_, _text_of(print_.data))


def find(index: Index, query: Print) -> list[Hit]:
    """What is known of it, the nearest first."""
    hits = _FINDERS[query.medium](index, query.data)
    return sorted(
        (hit for hit in hits if hit.false_match <= MOST_CHANCE), key=lambda hit: hit.distance
    )


def _made(
    makers: dict[str, _Maker], source: BinaryIO, media_type: str, medium: str, name: str
) -> Print | None:
    if medium not in makers:
        return None
    with suppress(InputError):
        data = makers[medium](source, media_type, name)
        return Print(medium, data) if data else None
    return None


def _picture(source: BinaryIO, media_type: str, name: str) -> bytes | None:
    grey = pictures.grey(source, media_type, name)
    found = image.of_grey(grey)
    if found is None or not found.usable:
        return None
    return b"".join((found.bits, *image.cuts(grey)))


def _picture_asked(source: BinaryIO, media_type: str, name: str) -> bytes | None:
    found = pictures.of_file(source, media_type, name)
    return b"".join(found.variants) if found and found.usable else None


def _sound(source: BinaryIO, media_type: str, name: str) -> bytes | None:
    found = recordings.of_file(source, media_type, name)
    return found.data if found else None


def _sound_asked(source: BinaryIO, media_type: str, name: str) -> bytes | None:
    found = recordings.asked(source, media_type, name)
    return found.words.astype("<u4").tobytes() + found.weak.tobytes() if found else None


def _film(source: BinaryIO, media_type: str, name: str) -> bytes | None:
    found = video.of_file(source, media_type, name)
    return found.data if found else None


def _film_asked(source: BinaryIO, media_type: str, name: str) -> bytes | None:
    found = video.asked(source, media_type, name)
    return b"".join(
        time.to_bytes(_TIME, "little")
        + bytes([min(print_.quality, 255), *b"".join(print_.variants)])
        for time, print_ in (found.frames if found else ())
    )


def _words(source: BinaryIO, _media_type: str, _name: str) -> bytes | None:
    size = min(size_of(source), TEXT_CAP)
    source.seek(0)
    found = text.of_text(source.read(size).decode(errors="replace"))
    return found.signature + found.shingles.to_bytes(_WORD, "little") if found else None


def _codes(data: bytes) -> list[bytes]:
    return [data[at : at + _CODE] for at in range(0, len(data), _CODE)]


def _text_of(data: bytes) -> TextPrint:
    return TextPrint(data[:_SIGNATURE], int.from_bytes(data[_SIGNATURE:], "little"), "", "")


def _find_picture(index: Index, data: bytes) -> list[Hit]:
    codes = _codes(data)
    # The wide search takes longer, and is for pictures whose edges were cut off.
    hits = index.pictures.within(codes) or index.pictures.within(codes, image.POSSIBLE)
    return [Hit(hit.id, hit.distance, hit.false_match) for hit in hits]


def _find_sound(index: Index, data: bytes) -> list[Hit]:
    count = len(data) // (_WORD + _WEAK)
    words = np.frombuffer(data, "<u4", count).astype(np.uint32)
    weak = np.frombuffer(data, np.uint8, offset=count * _WORD).reshape(count, _WEAK)
    hits = index.sounds.find(SoundQuery(words, weak))
    return [Hit(hit.id, round(100 * hit.error), hit.false_match) for hit in hits]


def _find_film(index: Index, data: bytes) -> list[Hit]:
    frames = []
    for at in range(0, len(data), _FRAME):
        time, codes = data[at : at + _TIME], _codes(data[at + _TIME + 1 : at + _FRAME])
        print_ = PicturePrint(tuple(codes), data[at + _TIME])
        frames.append((int.from_bytes(time, "little"), print_))
    hits = index.films.find(FilmQuery(tuple(frames)))
    return [Hit(hit.id, hit.distance, hit.false_match) for hit in hits]


def _find_text(index: Index, data: bytes) -> list[Hit]:
    hits = index.texts.find(_text_of(data))
    return [Hit(hit.id, round(100 * (1 - hit.alike)), hit.false_match) for hit in hits]


_Maker = Callable[[BinaryIO, str, str], bytes | None]
_KEPT: dict[str, _Maker] = {"image": _picture, "audio": _sound, "video": _film, "text": _words}
_ASKED: dict[str, _Maker] = {
    "image": _picture_asked,
    "audio": _sound_asked,
    "video": _film_asked,
    "text": _words,
}
_FINDERS: dict[str, Callable[[Index, bytes], list[Hit]]] = {
    "image": _find_picture,
    "audio": _find_sound,
    "video": _find_film,
    "text": _find_text,
}
