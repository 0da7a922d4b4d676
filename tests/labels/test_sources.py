"""What a source may be, and the named error for each thing it may not."""

from __future__ import annotations

import io
import os
from pathlib import Path

import pytest

from colophon.errors import (
    DiskFull,
    EmptyFile,
    FileMissing,
    NotAFile,
    SourceChanged,
    TooLarge,
    Unreadable,
    UsageError,
)
from colophon.labels import sources
from colophon.labels.sources import opened
from tests.unprivileged import unprivileged


class Pipe(io.RawIOBase):
    """A stream that cannot seek, as a socket's is."""

    def __init__(self, data: bytes) -> None:
        self.data = io.BytesIO(data)

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        return self.data.read(size)


def test_path_bytes_and_files_read_the_same(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(b"words")
    for source in (path, str(path), b"words", io.BytesIO(b"words"), Pipe(b"words")):
        with opened(source) as given:
            assert (given.head(), given.size) == (b"words", 5)


@pytest.mark.parametrize("empty", [b"", io.BytesIO(), Pipe(b"")])
def test_empty(empty: object) -> None:
    with pytest.raises(EmptyFile), opened(empty):
        pass


def test_empty_path(tmp_path: Path) -> None:
    (tmp_path / "a").touch()
    with pytest.raises(EmptyFile), opened(tmp_path / "a"):
        pass


@pytest.mark.parametrize("name", ["none", "none/below", "x" * 300, "nul\0byte"])
def test_missing(tmp_path: Path, name: str) -> None:
    with pytest.raises(FileMissing), opened(f"{tmp_path}/{name}"):
        pass


def test_folders_pipes_and_loops_are_no_files(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "a").symlink_to(tmp_path / "b")
    (tmp_path / "b").symlink_to(tmp_path / "a")
    for name in (".", "pipe", "a"):
        with pytest.raises(NotAFile), opened(tmp_path / name):
            pass


def test_no_permission(tmp_path: Path) -> None:
    path = tmp_path / "secret"
    path.write_bytes(b"x")
    path.chmod(0)

    def look() -> None:
        with opened(path):
            pass

    assert unprivileged(look, tmp_path) is Unreadable


def test_changed_while_read(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"before")
    with opened(path) as given:
        given.check_unchanged()
        path.write_bytes(b"after that")
        with pytest.raises(SourceChanged):
            given.check_unchanged()


def test_replaced_while_read(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"before")
    with opened(path) as given:
        path.unlink()
        path.write_bytes(b"before")
        with pytest.raises(SourceChanged):
            given.check_unchanged()


def test_an_endless_stream_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sources, "STREAM_CAP", 3 << 20)
    with open("/dev/zero", "rb") as zero, pytest.raises(TooLarge), opened(Unseekable(zero)):
        pass


class Unseekable:
    def __init__(self, file: io.BufferedReader) -> None:
        self.read = file.read


def test_no_source_at_all() -> None:
    with pytest.raises(UsageError), opened(7):  # type: ignore[arg-type]
        pass


def test_errors_name_the_source_and_no_hidden_file_of_ours(tmp_path: Path) -> None:
    path = tmp_path / "a{detail}.txt"
    path.write_bytes(b"words")
    with pytest.raises(DiskFull) as met, opened(path):
        raise DiskFull(file=f"{sources.HIDDEN}0011.part.txt", detail="x")
    assert met.value.cause("en") == "The disk is full; a{detail}.txt was not written."


def test_views_of_memory_are_read_as_their_bytes() -> None:
    for view in (memoryview(b"wxoxrxdxsx")[::2], memoryview(bytearray(8)).cast("I")):
        with opened(view) as given:
            assert given.head() == view.tobytes()
            assert given.size == len(view.tobytes())


@pytest.mark.parametrize("mode", ["r", "w", "wb", "closed"])
def test_file_objects_that_give_no_bytes(mode: str, tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(b"words")
    with open(path, "rb" if mode == "closed" else mode) as file:  # noqa: PLW1514
        if mode == "closed":
            file.close()
        with pytest.raises(UsageError), opened(file):  # type: ignore[arg-type]
            pass


def test_a_folder_is_called_by_what_was_given() -> None:
    for folder in (".", "/"):
        with pytest.raises(NotAFile) as met, opened(folder):
            pass
        assert met.value.details["file"] == folder
