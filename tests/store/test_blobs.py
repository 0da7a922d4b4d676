"""Blobs: whole or not there, once, in constant memory, and checked on demand."""

import errno
import hashlib
import io
import os
import signal
import subprocess
import sys
import time

import pytest

from colophon.errors import BlobDamaged, BlobMissing, DiskFull, TargetUnwritable
from colophon.store import blobs
from tests.unprivileged import unprivileged


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    settings.DATA = tmp_path / "data"
    return settings.DATA


def files(folder):
    return sorted(path for path in folder.rglob("*") if path.is_file())


class Source(io.RawIOBase):
    """Gives ``size`` zero bytes, then does what it is told."""

    def __init__(self, size, then=None):
        self.left, self.then = size, then

    def read(self, size=-1):
        assert 0 < size <= 1 << 20, "read in bounded pieces"
        if self.left == 0 and self.then:
            raise self.then
        part = min(size, self.left)
        self.left -= part
        return bytes(part)


@pytest.mark.parametrize("content", [b"", b"a", bytes(3 << 20), os.urandom((1 << 20) + 1)], ids=len)
def test_what_is_kept_comes_back(folder, content):
    blob = blobs.keep(io.BytesIO(content))
    assert (blob.sha256, blob.size) == (hashlib.sha256(content).hexdigest(), len(content))
    with blobs.open_(blob.sha256) as file:
        assert file.read() == content
    assert blobs.verify(blob.sha256) == blob
    assert files(folder) == [blobs.path(blob.sha256)]
    assert blobs.path(blob.sha256).parts[-3:-1] == (blob.sha256[:2], blob.sha256[2:4])


def test_bytes_are_a_source_too():
    assert blobs.keep(b"abc") == blobs.keep(io.BytesIO(b"abc"))


def test_twice_is_once(folder):
    first = blobs.path(blobs.keep(b"abc").sha256).stat()
    second = blobs.path(blobs.keep(b"abc").sha256).stat()
    assert first.st_ino == second.st_ino
    assert len(files(folder)) == 1


def test_only_the_owner_may_read_and_nobody_write():
    path = blobs.path(blobs.keep(b"abc").sha256)
    assert path.stat().st_mode & 0o777 == 0o400
    assert path.parent.stat().st_mode & 0o077 == 0


def test_a_shortened_blob_is_named_and_healed_by_keeping_it_again():
    blob = blobs.keep(b"abcdef")
    path = blobs.path(blob.sha256)
    path.chmod(0o600)
    path.write_bytes(b"abc")
    with pytest.raises(BlobDamaged):
        blobs.verify(blob.sha256)
    assert blobs.verify(blobs.keep(b"abcdef").sha256) == blob


def test_one_changed_byte_is_found():
    blob = blobs.keep(b"abcdef")
    path = blobs.path(blob.sha256)
    path.chmod(0o600)
    path.write_bytes(b"abcdeg")
    with pytest.raises(BlobDamaged):
        blobs.verify(blob.sha256)


@pytest.mark.parametrize(
    "name", ["", "..", "../../etc/passwd", "A" * 64, "0" * 63, "0" * 64 + "\n"]
)
def test_what_is_no_hash_names_no_file(name):
    for ask in (blobs.path, blobs.open_, blobs.exists, blobs.verify):
        with pytest.raises(BlobMissing):
            ask(name)


def test_a_blob_not_kept_is_missing():
    missing = "0" * 64
    assert not blobs.exists(missing)
    for ask in (blobs.open_, blobs.verify):
        with pytest.raises(BlobMissing):
            ask(missing)


@pytest.mark.parametrize(
    ("number", "named"),
    [
        (errno.ENOSPC, DiskFull),
        (errno.EDQUOT, DiskFull),
        (errno.EROFS, TargetUnwritable),
        (errno.EIO, OSError),
    ],
)
def test_a_failure_is_named_and_leaves_nothing(folder, number, named):
    with pytest.raises(named):
        blobs.keep(Source(3 << 20, OSError(number, os.strerror(number))))
    assert files(folder) == []


def test_a_full_disk_is_named_and_leaves_nothing(folder):
    """The kernel itself refuses to write on: a limit on the size of files stands for the disk."""
    program = f"""
import errno, resource, signal, sys
from django.conf import settings
settings.configure(DATA={str(folder)!r})
from colophon.errors import DiskFull
from colophon.store import blobs
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, 1 << 20))
blobs.FULL = frozenset({{errno.EFBIG}})
try:
    blobs.keep(b"x" * (3 << 20))
except DiskFull:
    print("named")
"""
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "named"
    assert files(folder) == []


def test_a_folder_without_permission_is_named(folder):
    folder.mkdir()
    folder.chmod(0o555)
    assert unprivileged(lambda: blobs.keep(b"abc"), folder) is TargetUnwritable
    folder.chmod(0o755)


def test_memory_is_constant(folder):
    program = f"""
import resource, sys
from django.conf import settings
settings.configure(DATA={str(folder)!r})
from colophon.store import blobs
class Zeros:
    left = 256 << 20
    def read(self, size):
        part = min(size, self.left)
        self.left -= part
        return bytes(part)
blobs.keep(b"abc")
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
blobs.keep(Zeros())
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert int(done.stdout) < 16 << 10  # kibibytes


def test_a_killed_writer_leaves_nothing_that_a_sweep_does_not_take(folder):
    program = f"""
import sys, time
from django.conf import settings
settings.configure(DATA={str(folder)!r})
from colophon.store import blobs
class Endless:
    def read(self, size):
        print("reading", flush=True)
        time.sleep(0.05)
        return bytes(size)
blobs.keep(Endless())
"""
    writer = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE)
    try:
        for _ in range(3):
            assert writer.stdout.readline()
        drafts = files(folder)
        assert len(drafts) == 1
        assert blobs.sweep(older_than_seconds=0) == 0, "the writer lives"
        assert files(folder) == drafts
    finally:
        writer.send_signal(signal.SIGKILL)
        writer.wait()
        writer.stdout.close()
    assert blobs.sweep() == 0, "too young to judge"
    assert blobs.sweep(older_than_seconds=0) == 1
    assert files(folder) == []


def test_a_sweep_takes_only_drafts(folder):
    kept = blobs.keep(b"abc")
    old = folder / "blobs" / "drafts" / "old"
    old.write_bytes(b"half")
    os.utime(old, (time.time() - 3600,) * 2)
    assert blobs.sweep() == 1
    assert files(folder) == [blobs.path(kept.sha256)]
