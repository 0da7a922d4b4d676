"""Small sound and film by FFmpeg, and what FFmpeg says of a file: tags and decoded frames."""

from __future__ import annotations

import hashlib
import io
import json
import subprocess
import tempfile
from functools import cache
from pathlib import Path

import av

from tests.labels.carriers.contract import LABEL

TONE = ("-f", "lavfi", "-i", "sine=frequency=330:duration=0.4:sample_rate=16000")
PICTURE = ("-f", "lavfi", "-i", "testsrc=duration=0.4:size=64x48:rate=10")
EXACT = ("-fflags", "+bitexact", "-flags", "+bitexact")
MOVING = {"AIGC", "lastkeyframelocation"}
"""Tags that writing a label changes."""
LONG_LABEL = LABEL.replace(b'"ReservedCode1":""', b'"ReservedCode1":"%s"' % (b"x" * 70_000))


@cache
def made(suffix: str, *options: str, sources: tuple[str, ...] = TONE) -> bytes:
    """A file that FFmpeg makes with these options."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"made{suffix}"
        command = ["ffmpeg", "-v", "error", "-y", *sources, *options, *EXACT, str(path)]
        subprocess.run(command, check=True, stdin=subprocess.DEVNULL)
        return path.read_bytes()


@cache
def decoded(data: bytes, suffix: str) -> str:
    """Every frame's checksum and time, of all streams."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"file{suffix}"
        path.write_bytes(data)
        command = ["ffmpeg", "-v", "error", "-i", str(path), "-map", "0", "-f", "framemd5", "-"]
        done = subprocess.run(command, check=True, capture_output=True, text=True)
        assert not done.stderr
        return done.stdout


@cache
def heard_and_seen(data: bytes) -> tuple[list[tuple[object, ...]], list[dict[str, str]]]:
    """Every frame's checksum and time, and all tags that stay, as FFmpeg's libraries read them."""
    with av.open(io.BytesIO(data)) as container:
        frames = [
            (packet.stream.index, frame.pts, hashlib.md5(frame.to_ndarray().tobytes()).hexdigest())
            for packet in container.demux()
            for frame in packet.decode()
        ]
        assert frames
        tags = [container.metadata, *(stream.metadata for stream in container.streams)]
        kept = [{k: v for k, v in found.items() if k not in MOVING} for found in tags]
        return frames, kept


@cache
def tags_of(data: bytes, suffix: str) -> dict[str, str]:
    """The tags of the whole file and of its streams, as FFmpeg reads them."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"file{suffix}"
        path.write_bytes(data)
        command = ["ffprobe", "-v", "error", "-show_format", "-show_streams", "-of", "json"]
        done = subprocess.run([*command, str(path)], check=True, capture_output=True, text=True)
        assert not done.stderr
        told = json.loads(done.stdout)
        tags = dict(told["format"].get("tags", {}))
        for stream in told["streams"]:
            tags |= stream.get("tags", {})
        return tags


def exiftool_says(data: bytes, suffix: str, *options: str) -> dict[str, str]:
    """All that exiftool finds."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"file{suffix}"
        path.write_bytes(data)
        done = subprocess.run(
            ["exiftool", "-j", *options, str(path)], check=True, capture_output=True
        )
        found: dict[str, str] = json.loads(done.stdout)[0]
        return found
