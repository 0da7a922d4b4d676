"""`colophon serve` and its neighbours at the command line."""

import json
import socket

import pytest

from tests.site import serving

pytestmark = pytest.mark.slow


def test_a_taken_port_is_named_before_anything_is_made(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        done = serving.colophon(tmp_path / "data", "serve", "--port", port, "--json", check=False)
    assert done.returncode == 5 and json.loads(done.stdout)["error"]["code"] == "port_taken"
    assert not (tmp_path / "data").exists()


def test_an_operator_that_is_there_is_not_replaced(tmp_path):
    serving.colophon(tmp_path / "data", "init", "--demonstration", "--yes", "--no-admin")
    server = serving.start(tmp_path / "data")
    server.stop()
    assert server.administrator is None


def test_manage_passes_on_to_django(tmp_path):
    done = serving.colophon(tmp_path / "data", "manage", "check", "--fail-level", "WARNING")
    assert "no issues" in done.stdout
    missing = serving.colophon(tmp_path / "data", "manage", "nothing", check=False)
    assert missing.returncode == 1 and "Unknown command" in missing.stderr


def test_no_migration_is_missing(tmp_path):
    serving.colophon(tmp_path / "data", "manage", "makemigrations", "--check", "--dry-run")


def test_a_worker_without_a_broker_says_so(tmp_path):
    done = serving.colophon(tmp_path / "data", "worker", "--json", check=False)
    assert json.loads(done.stdout)["error"]["code"] == "broker_missing"
    assert done.returncode == 2


@pytest.mark.parametrize("command", ["init", "serve", "worker"])
def test_help_has_an_example(tmp_path, command):
    said = serving.colophon(tmp_path / "data", command, "--help").stdout
    assert "Examples:" in said and "colophon " + command in said.replace("\n", " ")
    assert not (tmp_path / "data").exists()
