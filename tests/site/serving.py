"""A real `colophon serve` in a process of its own, and plain HTTP to it."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
import uuid
from dataclasses import dataclass, field


@dataclass
class Answer:
    status: int
    headers: dict
    body: bytes

    def json(self):
        return json.loads(self.body)


@dataclass
class Server:
    folder: str
    process: subprocess.Popen
    url: str
    started_in: float
    administrator: dict | None
    key: str = ""
    headers: dict = field(default_factory=dict)

    def ask(self, path, data=None, method=None, **headers):
        headers = {name.replace("_", "-"): value for name, value in headers.items()}
        if self.key:
            headers.setdefault("Authorization", f"Bearer {self.key}")
        request = urllib.request.Request(self.url + path, data=data, headers=headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return Answer(answer.status, dict(answer.headers), answer.read())
        except urllib.error.HTTPError as error:
            with error:
                return Answer(error.code, dict(error.headers), error.read())

    def send(self, path, data, name="a.png", **headers):
        mark = uuid.uuid4().hex
        head = f'--{mark}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'
        body = head.encode() + data + f"\r\n--{mark}--\r\n".encode()
        kind = f"multipart/form-data; boundary={mark}"
        return self.ask(path, body, Content_Type=kind, **headers)

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self):
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(30)
            except subprocess.TimeoutExpired:
                self.kill()


def environment(folder, **more):
    kept = {name: value for name, value in os.environ.items() if not name.startswith("COLOPHON_")}
    kept.pop("DJANGO_SETTINGS_MODULE", None)
    return {**kept, "COLOPHON_DATA": str(folder), "LANG": "C.UTF-8", **more}


def colophon(folder, *arguments, check=True, **more):
    return subprocess.run(
        [sys.executable, "-m", "colophon.cli", *arguments],
        env=environment(folder, **more),
        capture_output=True,
        text=True,
        check=check,
        timeout=120,
    )


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def start(folder, port=None, **more):
    """A server that answers /readyz."""
    port = port or free_port()
    begun = time.monotonic()
    process = subprocess.Popen(
        [sys.executable, "-m", "colophon.cli", "serve", "--port", str(port), "--json"],
        env=environment(folder, **more),
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    server = Server(str(folder), process, f"http://127.0.0.1:{port}", 0.0, None)
    while time.monotonic() < begun + 60 and process.poll() is None:
        with contextlib.suppress(OSError):
            if server.ask("/readyz").status == 200:
                server.started_in = time.monotonic() - begun
                server.administrator = _document(process.stdout)["administrator"]
                return server
        time.sleep(0.05)
    server.stop()
    raise AssertionError("the service did not start")


def _document(stream):
    text = b""
    while line := stream.readline():
        text += line
        if line == b"}\n":
            break
    return json.loads(text)


def issue_key(folder):
    code = (
        "from colophon.parties import keys; from colophon.parties.models import Account; "
        "from colophon.store import clock; "
        "print(keys.issue(Account.objects.get(username='admin'), 't', by='t', now=clock.now())[1])"
    )
    return colophon(folder, "manage", "shell", "-v", "0", "-c", code).stdout.strip()


def wait_for(server, path, states=("released", "held"), seconds=60):
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        found = server.ask(path).json()
        if found["state"] in states:
            return found
        time.sleep(0.1)
    raise AssertionError(f"still {found['state']}")
