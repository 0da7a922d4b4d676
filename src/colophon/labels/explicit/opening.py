"""Opening sound and video: one local file, one named format, nothing else reachable."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, NoReturn

from colophon.errors import (
    DiskFull,
    EmptyFile,
    ExplicitUnsupported,
    MalformedFile,
    TargetUnwritable,
    TruncatedFile,
    UnavailableError,
)
from colophon.labels.explicit.limits import Limits
from colophon.labels.placing import FULL

if TYPE_CHECKING:
    from av.container import InputContainer, OutputContainer

FORMATS = {
    "video/mp4": ("mov", "mp4"),
    "audio/mp4": ("mov", "ipod"),
    "audio/x-m4a": ("mov", "ipod"),
    "video/x-m4v": ("mov", "mp4"),
    "video/quicktime": ("mov", "mov"),
    "video/3gpp": ("mov", "3gp"),
    "video/webm": ("matroska", "webm"),
    "audio/webm": ("matroska", "webm"),
    "video/x-matroska": ("matroska", "matroska"),
    "audio/x-matroska": ("matroska", "matroska"),
    "video/matroska": ("matroska", "matroska"),
    "video/x-msvideo": ("avi", "avi"),
    "video/x-flv": ("flv", "flv"),
    "audio/mpeg": ("mp3", "mp3"),
    "audio/wav": ("wav", "wav"),
    "audio/x-wav": ("wav", "wav"),
    "audio/vnd.wave": ("wav", "wav"),
    "audio/flac": ("flac", "flac"),
    "audio/x-flac": ("flac", "flac"),
    "audio/ogg": ("ogg", "ogg"),
    "video/ogg": ("ogg", "ogg"),
    "audio/opus": ("ogg", "ogg"),
    "audio/aac": ("aac", "adts"),
    "audio/aiff": ("aiff", "aiff"),
    "audio/x-aiff": ("aiff", "aiff"),
}
"""Media type to demuxer and muxer; the demuxer is never guessed, so playlists never open."""

MICROSECONDS = 1_000_000
KEEP_KEYS = "faststart+use_metadata_tags"


def _no_other_files(_url: str, _flags: int, _options: dict[str, str]) -> NoReturn:
    detail = "refers to another file"
    raise PermissionError(detail)


@contextmanager
def reading(stream: BinaryIO, media_type: str, name: str) -> Iterator[InputContainer]:
    """The container, closed afterwards; decoder failures get their names."""
    import av

    if media_type not in FORMATS:
        raise ExplicitUnsupported(media_type=media_type)
    with named_failures(name):
        container = av.open(
            stream,
            "r",
            format=FORMATS[media_type][0],
            io_open=_no_other_files,
            metadata_errors="replace",
        )
        with container:
            yield container


@contextmanager
def writing(target: Path, media_type: str, keys: Any) -> Iterator[OutputContainer]:
    """A new file; ``keys`` is its metadata, kept under the names it had."""
    import av

    muxer = FORMATS[media_type][1]
    options = {}
    if muxer in {"mp4", "mov", "ipod", "3gp"}:
        foreign = any("." in key or key.isupper() for key in keys)
        options["movflags"] = KEEP_KEYS if foreign else "faststart"
    with av.open(str(target), "w", format=muxer, options=options) as container:
        yield container


@contextmanager
def named_failures(name: str) -> Iterator[None]:
    """FFmpeg's errors as ours."""
    import av

    try:
        yield
    except av.error.EOFError as error:
        raise TruncatedFile(file=name, detail="it ends inside a packet") from error
    except av.error.OSError as error:
        if error.errno in FULL:
            raise DiskFull(file=name) from error
        raise MalformedFile(file=name, detail=str(error)[:80]) from error
    except av.error.FFmpegError as error:
        raise MalformedFile(file=name, detail=str(error)[:80]) from error


def check_length(container: InputContainer, limits: Limits, name: str) -> None:
    """The declared length against the limit."""
    if container.duration:
        limits.check("seconds", container.duration / MICROSECONDS, limits.seconds, name)


def not_empty(source: Path) -> None:
    """Raises EmptyFile."""
    if source.stat().st_size == 0:
        raise EmptyFile(file=source.name)


@contextmanager
def clean_target(target: Path) -> Iterator[None]:
    """No half-written target is left behind."""
    try:
        yield
    except BaseException as error:
        target.unlink(missing_ok=True)
        if isinstance(error, OSError) and not isinstance(error, UnavailableError):
            if error.errno in FULL:
                raise DiskFull(file=target.name) from error
            raise TargetUnwritable(file=target.name, detail=error.strerror or "") from error
        raise
