"""What the settings make of the environment."""

import sqlite3
import subprocess
import sys

import pytest
from django.db.utils import ConnectionHandler

from colophon.errors import TargetUnwritable, UsageError
from colophon.site import environment as env
from tests.unprivileged import unprivileged


def test_the_data_folder_is_made_for_its_owner_only(monkeypatch, tmp_path):
    monkeypatch.setenv("COLOPHON_DATA", str(tmp_path / "a" / "b"))
    folder = env.data_folder()
    assert folder == tmp_path / "a" / "b"
    assert folder.stat().st_mode & 0o777 == 0o700
    assert env.data_folder() == folder


def test_without_a_variable_it_is_in_the_users_data_home(monkeypatch, tmp_path):
    monkeypatch.delenv("COLOPHON_DATA")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    assert env.data_folder() == tmp_path / "colophon"
    monkeypatch.delenv("XDG_DATA_HOME")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert env.data_folder() == tmp_path / ".local" / "share" / "colophon"


def test_a_folder_that_cannot_be_made_is_named(monkeypatch, tmp_path):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("COLOPHON_DATA", str(tmp_path / "file" / "data"))
    with pytest.raises(TargetUnwritable):
        env.data_folder()
    tmp_path.chmod(0o555)
    monkeypatch.setenv("COLOPHON_DATA", str(tmp_path / "data"))
    assert unprivileged(env.data_folder, tmp_path) is TargetUnwritable


def test_the_secret_is_made_once_and_kept_from_others(monkeypatch, tmp_path):
    monkeypatch.delenv("COLOPHON_SECRET_KEY", raising=False)
    first = env.secret_key(tmp_path)
    assert len(first) >= 64
    assert env.secret_key(tmp_path) == first
    (path,) = (tmp_path / "keys").iterdir()
    assert path.stat().st_mode & 0o777 == 0o600
    assert env.secret_key(tmp_path / "other") != first


def test_a_given_secret_is_used_and_not_written_down(monkeypatch, tmp_path):
    monkeypatch.setenv("COLOPHON_SECRET_KEY", "given")
    assert env.secret_key(tmp_path) == "given"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("text", "answer"),
    [("1", True), ("TRUE", True), (" yes ", True), ("on", True)]
    + [("0", False), ("", False), ("False", False), ("no", False), ("off", False)],
)
def test_flags(monkeypatch, text, answer):
    monkeypatch.setenv("COLOPHON_X", text)
    assert env.flag("COLOPHON_X", default=not answer) is answer


def test_a_flag_not_set_is_its_default(monkeypatch):
    monkeypatch.delenv("COLOPHON_X", raising=False)
    assert env.flag("COLOPHON_X", default=True) is True
    assert env.flag("COLOPHON_X") is False


def test_a_slip_of_the_pen_is_not_a_no(monkeypatch):
    monkeypatch.setenv("COLOPHON_X", "ture")
    with pytest.raises(UsageError):
        env.flag("COLOPHON_X")


def test_words(monkeypatch):
    monkeypatch.setenv("COLOPHON_X", "a.example, b.example  c.example,")
    assert env.words("COLOPHON_X", "") == ["a.example", "b.example", "c.example"]
    monkeypatch.delenv("COLOPHON_X")
    assert env.words("COLOPHON_X", "x y") == ["x", "y"]
    assert env.words("COLOPHON_X", "") == []


def test_numbers(monkeypatch):
    monkeypatch.setenv("COLOPHON_X", " 12 ")
    assert env.number("COLOPHON_X", 3) == 12
    monkeypatch.setenv("COLOPHON_X", "")
    assert env.number("COLOPHON_X", 3) == 3
    for text in ("-1", "1.5", "many", "٣", "0"):
        monkeypatch.setenv("COLOPHON_X", text)
        with pytest.raises(UsageError):
            env.number("COLOPHON_X", 3, minimum=1)


def test_a_postgresql_url(monkeypatch, tmp_path):
    monkeypatch.setenv(
        "COLOPHON_DATABASE_URL",
        "postgresql://us%40er:p%2Fw%3A@db.example:6543/the%20name?sslmode=require&connect_timeout=5",
    )
    assert env.database(tmp_path) == {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": "the name",
        "USER": "us@er",
        "PASSWORD": "p/w:",
        "HOST": "db.example",
        "PORT": "6543",
        "OPTIONS": {"sslmode": "require", "connect_timeout": "5"},
    }


def test_a_postgresql_socket(monkeypatch, tmp_path):
    monkeypatch.setenv("COLOPHON_DATABASE_URL", "postgres://%2Fvar%2Frun/name")
    found = env.database(tmp_path)
    assert (found["HOST"], found["PORT"], found["NAME"]) == ("/var/run", "", "name")


@pytest.mark.parametrize(
    "url",
    ["mysql://a/b", "postgresql://host", "postgresql://host/", "nothing", "postgresql://h:port/n"]
    + ["postgresql://[::1/n", "postgresql://h:99999/n"],
)
def test_a_url_that_is_none_is_refused_without_repeating_it(monkeypatch, tmp_path, url):
    monkeypatch.setenv("COLOPHON_DATABASE_URL", url)
    with pytest.raises(UsageError) as caught:
        env.database(tmp_path)
    assert url not in str(caught.value)


@pytest.fixture
def sqlite(monkeypatch, tmp_path):
    """A connection as the settings make it where no PostgreSQL is named."""
    monkeypatch.setenv("COLOPHON_DATABASE_URL", "")
    connection = ConnectionHandler({"default": env.database(tmp_path)})["default"]
    yield connection
    connection.close()


@pytest.mark.django_db
def test_sqlite_is_durable_and_shared_and_checks_keys(sqlite):
    with sqlite.cursor() as cursor:

        def pragma(name):
            return cursor.execute(f"PRAGMA {name}").fetchone()[0]

        assert pragma("journal_mode") == "wal"
        assert pragma("synchronous") == 2
        assert pragma("foreign_keys") == 1
        assert pragma("busy_timeout") == env.SQLITE_WAIT_SECONDS * 1000


@pytest.mark.django_db
def test_a_transaction_holds_the_write_lock_from_its_start(sqlite):
    sqlite.set_autocommit(False, force_begin_transaction_with_broken_autocommit=True)
    other = sqlite3.connect(sqlite.settings_dict["NAME"], timeout=0)
    try:
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            other.execute("BEGIN IMMEDIATE")
        sqlite.rollback()
        other.execute("BEGIN IMMEDIATE")
    finally:
        other.close()


def test_reading_the_environment_loads_no_django():
    program = "import sys; import colophon.site.environment; sys.exit('django' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program]).returncode == 0
