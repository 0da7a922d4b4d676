"""The explicit label of subtitles: a cue of its own, before the first or behind the last.

Source: GB 45438-2025 5.1 (words at the start or the end); 5.4 gives the least time that words on
a picture stay to be read. A first cue that leaves that time free is not touched; where it begins
sooner, the label stands with it, in WebVTT and ASS at the top of the picture.
"""

from __future__ import annotations

import re
from html import escape

from colophon.labels.carriers.subtitles import SRT_TIMES
from colophon.provisions import parameters

_WANTED = 3.0
"""Seconds the cue stays where there is room for it."""
_VTT_TIMES = re.compile(
    r"^(?P<from>(?:\d{1,4}:)?\d\d:\d\d\.\d{3})[ \t]+-->[ \t]+(?P<to>(?:\d{1,4}:)?\d\d:\d\d\.\d{3})",
    re.MULTILINE,
)
_CLOCK = re.compile(
    r"(?:(?P<h>[0-9]{1,4}):)?(?P<m>[0-9]{1,3}):(?P<s>[0-9]{1,3})(?:[.,:](?P<rest>[0-9]{1,3}))?"
)
_DIALOGUE = re.compile(r"^[ \t]*Dialogue:[ \t]*(?P<fields>[^\r\n]*)(?:\r\n|\n|\r|\Z)", re.MULTILINE)
_EVENTS = re.compile(
    r"^[ \t]*\[Events\][^\r\n]*(?:\r\n|\n|\r)(?:[ \t]*(?:;[^\r\n]*)?(?:\r\n|\n|\r))*+"
    r"[ \t]*Format:[ \t]*(?P<names>[^\r\n]*)(?:\r\n|\n|\r|\Z)",
    re.MULTILINE | re.IGNORECASE,
)
_BLANK = re.compile(r"(?:\r\n|\n|\r)[ \t]*(?:\r\n|\n|\r)")
_NUMBER = re.compile(r"^[ \t]*(\d{1,9})[ \t\r]*$", re.MULTILINE)
_LOOK_BACK = 400
_ASS_SIGNS = str.maketrans({"{": "(", "}": ")", "\\": "/"})


def srt(text: str, label: str, place: str, newline: str) -> tuple[str, str]:
    """Of SubRip."""
    times = list(SRT_TIMES.finditer(text))
    if place == "end" and times:
        start = max(_seconds(one["to"]) for one in times)
        number = max(len(times), *_numbers(text)) + 1
        cue = _srt_cue(number, start, start + _WANTED, label, newline)
        return f"{text.rstrip()}{newline}{newline}{cue}", "end"
    until, _ = _span(_seconds(times[0]["from"]) if times else None)
    return f"{_srt_cue(0, 0, until, label, newline)}{newline}{text}", "start"


def vtt(text: str, label: str, place: str, newline: str) -> tuple[str, str]:
    """Of WebVTT."""
    times = list(_VTT_TIMES.finditer(text))
    words = escape(label, quote=False)
    if place == "end" and times:
        start = max(_seconds(one["to"]) for one in times)
        line = f"{_clock(start, '.')} --> {_clock(start + _WANTED, '.')}"
        return f"{text.rstrip()}{newline}{newline}{line}{newline}{words}{newline}", "end"
    until, collides = _span(_seconds(times[0]["from"]) if times else None)
    setting = " line:0" if collides else ""
    cue = f"{_clock(0, '.')} --> {_clock(until, '.')}{setting}{newline}{words}{newline}"
    if not times:
        return f"{text.rstrip()}{newline}{newline}{cue}", "start"
    at = _block_start(text, times[0].start())
    return f"{text[:at]}{cue}{newline}{text[at:]}", "start"


def ass(text: str, label: str, place: str, newline: str) -> tuple[str, str] | None:
    """Of ASS and SSA; None without an [Events] section."""
    events = _EVENTS.search(text)
    if events is None:
        return None
    names = [name.strip().lower() for name in events["names"].split(",")]
    lines = list(_DIALOGUE.finditer(text, events.end()))
    rows = [
        dict(zip(names, one["fields"].split(",", len(names) - 1), strict=False)) for one in lines
    ]
    style = rows[0].get("style", "Default") if rows else "Default"
    words = label.translate(_ASS_SIGNS)
    if place == "end" and lines:
        start = max(_seconds(row.get("end", "")) for row in rows)
        line = _dialogue(names, start, start + _WANTED, style, words)
        at = lines[-1].end()
        before = "" if text[at - 1] in "\r\n" else newline
        return f"{text[:at]}{before}{line}{newline}{text[at:]}", "end"
    first = min((_seconds(row.get("start", "")) for row in rows), default=None)
    until, collides = _span(first)
    line = _dialogue(names, 0, until, style, ("{\\an8}" if collides else "") + words)
    at = events.end()
    before = "" if text[at - 1] in "\r\n" else newline
    return f"{text[:at]}{before}{line}{newline}{text[at:]}", "start"


def _span(first: float | None) -> tuple[float, bool]:
    """Until when the label stays, and whether the first cue begins before that."""
    least = float(parameters.value("explicit.video.min_seconds"))
    if first is None or first >= _WANTED:
        return _WANTED, False
    return (first, False) if first >= least else (least, True)


def _srt_cue(number: int, start: float, end: float, label: str, newline: str) -> str:
    times = f"{_clock(start, ',')} --> {_clock(end, ',')}"
    return f"{number}{newline}{times}{newline}{label}{newline}"


def _dialogue(names: list[str], start: float, end: float, style: str, words: str) -> str:
    known = {
        "layer": "0",
        "marked": "Marked=0",
        "start": _short(start),
        "end": _short(end),
        "style": style,
        "text": words,
        "marginl": "0",
        "marginr": "0",
        "marginv": "0",
    }
    return "Dialogue: " + ",".join(known.get(name, "") for name in names)


def _numbers(text: str) -> list[int]:
    return [int(found[1]) for found in _NUMBER.finditer(text, max(0, len(text) - _LOOK_BACK))] or [
        0
    ]


def _block_start(text: str, at: int) -> int:
    """Where the block with a cue's times begins, its name included."""
    low = max(0, at - _LOOK_BACK)
    ends = [found.end() for found in _BLANK.finditer(text, low, at)]
    return ends[-1] if ends else at


def _seconds(clock: str) -> float:
    """What a clock says; nothing where it says nothing that can be understood."""
    time = _CLOCK.match(clock.strip())
    if time is None:
        return 0.0
    hours, minutes, seconds = (int(part or 0) for part in time.group("h", "m", "s"))
    return hours * 3600 + minutes * 60 + seconds + float(f"0.{time['rest'] or 0}")


def _clock(seconds: float, point: str) -> str:
    thousandths = round(seconds * 1000)
    minutes, rest = divmod(thousandths, 60_000)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02}:{minutes:02}:{rest // 1000:02}{point}{rest % 1000:03}"


def _short(seconds: float) -> str:
    hours, rest = divmod(round(seconds * 100), 360_000)
    minutes, rest = divmod(rest, 6_000)
    return f"{hours}:{minutes:02}:{rest // 100:02}.{rest % 100:02}"
