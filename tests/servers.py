"""Throw-away PostgreSQL and Redis servers, each on a free port in a folder of its own.

PostgreSQL refuses to run as root: as root it is started as another user.
"""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

DEBIAN_POSTGRESQL = Path("/usr/lib/postgresql")
START_SECONDS = 30


def postgresql_binary(name: str) -> str | None:
    """PostgreSQL's program of this name: Debian keeps the server's outside the PATH."""
    versions = sorted(DEBIAN_POSTGRESQL.glob(f"*/bin/{name}"), key=_version)
    return str(versions[-1]) if versions else shutil.which(name)


def _version(path: Path) -> int:
    return int(path.parts[4]) if path.parts[4].isdigit() else 0


def free_port() -> int:
    """A port nobody listens on; ``COLOPHON_TEST_PORTS=first-last`` narrows the choice."""
    given = os.environ.get("COLOPHON_TEST_PORTS")
    if not given:
        return _bindable(0) or free_port()
    first, last = given.split("-")
    for port in range(int(first), int(last) + 1):
        if _bindable(port):
            return port
    raise RuntimeError(f"no free port in {given}")


def _bindable(port: int) -> int | None:
    with socket.socket() as probe:
        with contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return int(probe.getsockname()[1])
    return None


def _user() -> str | None:
    """Whom to run a server as; None for ourselves."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(name).pw_name
    raise RuntimeError("PostgreSQL needs a user other than root")


def _run(command: list[str], user: str | None) -> None:
    done = subprocess.run(
        command,
        user=user,
        extra_groups=[] if user else None,
        cwd="/",
        capture_output=True,
        timeout=120,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"{command[0]}: {done.stderr.decode(errors='replace')}")


@contextlib.contextmanager
def postgresql() -> Iterator[str]:
    """A running server with an empty database; gives its URL."""
    user = _user()
    folder = Path(tempfile.mkdtemp(prefix="colophon-postgresql-"))
    if user:
        shutil.chown(folder, user)
    data, log, port = folder / "data", folder / "log", free_port()
    initdb, control = postgresql_binary("initdb"), postgresql_binary("pg_ctl")
    if not initdb or not control:
        raise RuntimeError("PostgreSQL's server is not installed (Debian: postgresql)")
    options = f"-p {port} -k {folder} -h 127.0.0.1 -c max_connections=60 -c shared_buffers=32MB"
    try:
        _run(
            [
                initdb,
                "-D",
                str(data),
                "-U",
                "colophon",
                "-A",
                "trust",
                "-E",
                "UTF8",
                "--no-sync",
                "--locale=C.UTF-8",
            ],
            user,
        )
        _run([control, "-D", str(data), "-l", str(log), "-w", "-o", options, "start"], user)
        try:
            yield f"postgresql://colophon@127.0.0.1:{port}/postgres"
        finally:
            _run([control, "-D", str(data), "-m", "immediate", "-w", "stop"], user)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def redis() -> Iterator[str]:
    """A running Redis that keeps nothing; gives its URL."""
    port = free_port()
    folder = tempfile.mkdtemp(prefix="colophon-redis-")
    command = [
        "redis-server",
        "--port",
        str(port),
        "--bind",
        "127.0.0.1",
        "--save",
        "",
        "--appendonly",
        "no",
        "--dir",
        folder,
    ]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _await_port(port, server)
        yield f"redis://127.0.0.1:{port}/0"
    finally:
        server.kill()
        server.wait()
        shutil.rmtree(folder, ignore_errors=True)


def _await_port(port: int, server: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + START_SECONDS
    while server.poll() is None and time.monotonic() < until:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.05)
    raise RuntimeError(f"{server.args} did not start")
