"""A file that breaks its decoder breaks a child process; the parent names it and goes on."""

from __future__ import annotations

import os
import signal
import threading
import time
from pathlib import Path

import pytest

from colophon.errors import EmptyFile, ExplicitRequired, MalformedFile, TooLarge
from colophon.labels import Label, apart, certificates, inspect
from colophon.labels.apart import Bounds, Worker
from tests.labels import made

LABEL = Label(made.PRODUCER, "apart-1")


@pytest.fixture
def worker():
    worker = Worker()
    yield worker
    worker.close()


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    path = tmp_path / "a.png"
    path.write_bytes(made.picture("PNG"))
    return path


def test_the_same_as_in_this_process(worker, picture, tmp_path) -> None:
    certificates.make_development(tmp_path / "keys", "Example")
    signer = certificates.load(tmp_path / "keys")
    applied = worker.apply(
        picture, tmp_path / "b.png", label=LABEL, credential=signer, kind="image", position="auto"
    )
    assert applied.read_back
    assert applied.duty.clause == "17.1.5"
    assert applied.to_json()["written"]["explicit"]["text"] == "AI生成"
    found = inspect(tmp_path / "b.png", anchors=[signer.root])
    assert found.layers.credential.trusted
    assert found.sha256 == applied.sha256


def test_one_child_does_file_after_file(worker, picture, tmp_path) -> None:
    worker.apply(picture, tmp_path / "b.png", label=LABEL)
    first = worker._child.pid
    worker.apply(picture, tmp_path / "c.png", label=LABEL)
    assert worker._child.pid == first


def test_named_errors_come_over(worker, picture, tmp_path) -> None:
    (tmp_path / "empty.png").touch()
    with pytest.raises(EmptyFile) as raised:
        worker.apply(tmp_path / "empty.png", tmp_path / "b.png", label=LABEL)
    assert "empty.png" in raised.value.cause("zh")
    with pytest.raises(ExplicitRequired):
        worker.apply(picture, tmp_path / "b.png", label=LABEL, explicit="off")
    assert worker.apply(picture, tmp_path / "b.png", label=LABEL).read_back


def test_a_child_that_is_killed_is_the_files_fault_and_is_replaced(
    worker, picture, tmp_path
) -> None:
    worker.apply(picture, tmp_path / "b.png", label=LABEL)
    long = made.video(tmp_path / "long.mp4", 60)
    killer = threading.Timer(0.3, lambda: os.kill(worker._child.pid, signal.SIGSEGV))
    killer.start()
    with pytest.raises(MalformedFile, match="broke off"):
        worker.apply(long, tmp_path / "c.mp4", label=LABEL)
    assert worker.apply(picture, tmp_path / "d.png", label=LABEL).read_back


def test_too_much_memory_is_refused(picture, tmp_path) -> None:
    worker = Worker(Bounds(memory_bytes=120 << 20))
    try:
        with pytest.raises((TooLarge, MalformedFile)):
            worker.apply(picture, tmp_path / "b.png", label=LABEL)
    finally:
        worker.close()
    assert not (tmp_path / "b.png").exists()


def test_silence_ends_it(picture, tmp_path, monkeypatch) -> None:
    worker = Worker(Bounds(silent_seconds=0.1))
    monkeypatch.setattr(apart, "LISTEN_SECONDS", 0.05)
    try:
        child = worker._started()
        os.kill(child.pid, signal.SIGSTOP)
        with pytest.raises(TooLarge, match="0 s"):
            worker.apply(picture, tmp_path / "b.png", label=LABEL)
    finally:
        worker.close()


def test_progress_is_heard_and_stops_the_work(worker, tmp_path) -> None:
    class Stopped(Exception):
        pass

    heard: list[float] = []

    def listen(part: float) -> None:
        heard.append(part)
        if part > 0.2:
            raise Stopped

    long = made.video(tmp_path / "long.mp4", 30)
    started = time.monotonic()
    with pytest.raises(Stopped):
        worker.apply(long, tmp_path / "b.mp4", label=LABEL, progress=listen)
    assert heard == sorted(heard)
    assert time.monotonic() - started < 60
    assert not (tmp_path / "b.mp4").exists()
