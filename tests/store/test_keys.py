"""Keys are made once, by whoever comes first, for the owner only."""

import subprocess
import sys

import pytest

from colophon.errors import KeyUnusable
from colophon.store import files, keys


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    settings.DATA = tmp_path / "data"
    return settings.DATA


def test_a_signing_key_is_made_once_and_works():
    first, second = keys.signing_key("log"), keys.signing_key("log")
    signature = first.sign(b"checkpoint")
    second.public_key().verify(signature, b"checkpoint")
    other = keys.signing_key("other").public_key().public_bytes_raw()
    assert other != first.public_key().public_bytes_raw()


def test_a_secret_is_made_once():
    assert keys.secret("pepper") == keys.secret("pepper")
    assert len(keys.secret("pepper")) == 32
    assert len(keys.secret("long", 64)) == 64
    with pytest.raises(KeyUnusable):
        keys.secret("long", 32)


def test_only_the_owner_may_read(folder):
    keys.signing_key("log")
    keys.secret("pepper")
    assert (folder / "keys").stat().st_mode & 0o777 == 0o700
    for path in (folder / "keys").iterdir():
        assert path.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("content", [b"", b"-----BEGIN PRIVATE KEY-----", b"\xff" * 64])
def test_a_broken_key_is_named_and_left_as_it_is(folder, content):
    (folder / "keys").mkdir(parents=True)
    path = folder / "keys" / "log.pem"
    path.write_bytes(content)
    with pytest.raises(KeyUnusable):
        keys.signing_key("log")
    assert path.read_bytes() == content


@pytest.mark.parametrize("name", ["", "../log", "a/b", "A", ".hidden", "a" * 65, "log\n"])
def test_a_name_cannot_lead_elsewhere(name):
    with pytest.raises(ValueError):
        keys.signing_key(name)


def test_many_processes_at_once_get_one_secret(tmp_path):
    path = tmp_path / "new" / "secret"
    program = (
        "import secrets, sys; from pathlib import Path; from colophon.store import files; "
        f"sys.stdout.write(files.make_once(Path({str(path)!r}), lambda: secrets.token_bytes(16)).hex())"
    )
    running = [
        subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE) for _ in range(6)
    ]
    answers = {process.communicate(timeout=60)[0] for process in running}
    assert answers == {path.read_bytes().hex().encode()}
    assert list(path.parent.iterdir()) == [path]


def test_a_failure_to_make_leaves_nothing(tmp_path):
    def fail():
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        files.make_once(tmp_path / "secret", fail)
    assert list(tmp_path.iterdir()) == []
