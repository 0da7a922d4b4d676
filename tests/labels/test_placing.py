"""A file appears whole or not at all, and every disk's refusal has a name."""

from __future__ import annotations

import hashlib
import io
import os
import resource
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from colophon.errors import DiskFull, SourceChanged, TargetExists, TargetUnwritable
from colophon.labels.carriers.packet import Keep, Piece, Put
from colophon.labels.placing import STALE_SECONDS, clear_stale, staging, write_pieces
from tests.unprivileged import unprivileged


def _place(target: Path, data: bytes = b"new", *, replace: bool = False) -> None:
    with staging(target) as stage:
        made = stage.path()
        write_pieces(io.BytesIO(data), [Keep(0, len(data))], made)
        stage.commit(made, replace=replace)


def _only(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@given(st.binary(max_size=64), st.data())
def test_pieces_are_joined_in_order(tmp_path_factory, source: bytes, data: st.DataObject) -> None:
    pieces: list[Piece] = []
    wanted = b""
    for _ in range(data.draw(st.integers(0, 5))):
        start = data.draw(st.integers(0, len(source)))
        end = data.draw(st.integers(start, len(source)))
        put = data.draw(st.binary(max_size=8))
        pieces += [Keep(start, end), Put(put)]
        wanted += source[start:end] + put
    path = tmp_path_factory.mktemp("pieces") / "out"
    assert write_pieces(io.BytesIO(source), pieces, path) == hashlib.sha256(wanted).hexdigest()
    assert path.read_bytes() == wanted


def test_the_digest_of_a_large_file_is_of_what_lies_on_the_disk(tmp_path: Path) -> None:
    source = os.urandom(1 << 20) * 19 + b"end"
    pieces = [Put(b"head"), Keep(5, len(source)), Put(b"middle"), Keep(0, 9 << 20)]
    path = tmp_path / "out"
    digest = write_pieces(io.BytesIO(source), pieces, path)
    wanted = b"head" + source[5:] + b"middle" + source[: 9 << 20]
    assert path.read_bytes() == wanted
    assert digest == hashlib.sha256(wanted).hexdigest()


def test_a_source_that_shrank_is_noticed(tmp_path: Path) -> None:
    with pytest.raises(SourceChanged):
        write_pieces(io.BytesIO(b"short"), [Keep(0, 9)], tmp_path / "out")


def test_a_new_target(tmp_path: Path) -> None:
    _place(tmp_path / "out")
    assert _only(tmp_path) == ["out"]


def test_an_existing_target_is_left_alone(tmp_path: Path) -> None:
    target = tmp_path / "out"
    target.write_bytes(b"old")
    with pytest.raises(TargetExists):
        _place(target)
    assert target.read_bytes() == b"old"
    assert _only(tmp_path) == ["out"]


def test_an_existing_target_is_replaced_when_told(tmp_path: Path) -> None:
    target = tmp_path / "out"
    target.write_bytes(b"old")
    _place(target, replace=True)
    assert target.read_bytes() == b"new"


def test_nothing_stays_after_a_failure(tmp_path: Path) -> None:
    def fail() -> None:
        with staging(tmp_path / "out") as stage:
            write_pieces(io.BytesIO(b"half"), [Keep(0, 4)], stage.path())
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fail()
    assert _only(tmp_path) == []


def test_a_full_disk(tmp_path: Path) -> None:
    def fill() -> None:
        # The kernel refuses to write past this size as it refuses on a full disk.
        resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 16, 1 << 16))
        _place(tmp_path / "out", b"x" * (1 << 20))

    tmp_path.chmod(0o777)
    assert unprivileged(fill, tmp_path) is DiskFull
    assert _only(tmp_path) == []


def test_a_folder_that_may_not_be_written(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(0o555)
    assert unprivileged(lambda: _place(closed / "out"), tmp_path) is TargetUnwritable
    assert _only(closed) == []


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(TargetUnwritable):
        _place(tmp_path / "no" / "out")


def test_a_name_with_a_newline(tmp_path: Path) -> None:
    _place(tmp_path / "two\nlines")
    assert _only(tmp_path) == ["two\nlines"]


def test_what_is_replaced_leaves_its_permissions(tmp_path: Path) -> None:
    target = tmp_path / "a.txt"
    target.write_bytes(b"old")
    target.chmod(0o640)
    if os.getuid() == 0:
        os.chown(target, 65534, 65534)
    before = target.stat()
    _place(target, replace=True)
    after = target.stat()
    assert after.st_ino != before.st_ino
    assert (after.st_mode, after.st_uid, after.st_gid) == (
        before.st_mode,
        before.st_uid,
        before.st_gid,
    )


def test_what_is_no_file_is_never_replaced(tmp_path: Path) -> None:
    pipe = tmp_path / "a.txt"
    os.mkfifo(pipe)
    with pytest.raises(TargetUnwritable):
        _place(pipe, replace=True)
    assert pipe.is_fifo()
    assert _only(tmp_path) == ["a.txt"]


def test_a_link_is_replaced_and_not_what_it_points_to(tmp_path: Path) -> None:
    (tmp_path / "real.txt").write_bytes(b"real")
    link = tmp_path / "a.txt"
    link.symlink_to("real.txt")
    _place(link, replace=True)
    assert not link.is_symlink()
    assert (tmp_path / "real.txt").read_bytes() == b"real"


def test_a_suffix_as_long_as_a_name_may_be(tmp_path: Path) -> None:
    target = tmp_path / f"a.{'b' * 253}"
    _place(target)
    assert target.read_bytes() == b"new"


def test_only_our_own_old_leftovers_are_cleared(tmp_path: Path) -> None:
    old, fresh = ".colophon-0123456789abcdef.part.png", ".colophon-fedcba9876543210.part"
    kept = [fresh, ".colophon-notes.part", "a.colophon-0123456789abcdef.part", "photo.png"]
    for name in (old, *kept):
        (tmp_path / name).write_bytes(b"x")
        if name != fresh:
            long_ago = time.time() - STALE_SECONDS - 60
            os.utime(tmp_path / name, (long_ago, long_ago))
    clear_stale(tmp_path)
    clear_stale(tmp_path / "missing")
    assert _only(tmp_path) == sorted(kept)
