"""``colophon serve``: the whole service in one process on one data folder."""

from __future__ import annotations

import os
import socket
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from colophon.cli.output import emit_json, note, say, standard_options
from colophon.errors import Lang, PortTaken

if TYPE_CHECKING:
    from colophon.site.preparation import Administrator

LOCAL_HOSTS = "localhost 127.0.0.1 [::1]"
GRACE_SECONDS = 15
"""How long requests under way may still take when the service is told to stop."""


@click.command("serve")
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", type=click.IntRange(0, 65535), default=8000, show_default=True)
@click.option("--data", metavar="DIR", help="The data folder.")
@standard_options
def command(*, host: str, port: int, data: str | None, as_json: bool, lang: Lang) -> None:
    """Serve the portal, the console, the API and the jobs until told to stop (Ctrl-C).

    A fresh data folder is made ready first, with a demonstration operator; `colophon init`
    puts your own in its place.

    \b
    Examples:
      colophon serve
      colophon serve --port 9000 --data /srv/colophon
    """
    from colophon.cli import profile

    with _listening(host, port) as listener:
        if host not in LOCAL_HOSTS.split():
            os.environ.setdefault("COLOPHON_HOSTS", f"{LOCAL_HOSTS} {_in_url(host)}")
        profile.boot(Path(data).expanduser().absolute() if data else None)
        admin = _prepared()
        url = f"http://{_in_url(host)}:{listener.getsockname()[1]}/"
        _tell(url, admin, as_json=as_json, lang=lang)
        _run(listener)


def _listening(host: str, port: int) -> socket.socket:
    """A bound socket, before any work is done for nothing.

    Raises PortTaken.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=512)
    except OSError as error:
        detail = error.strerror or type(error).__name__
        raise PortTaken(address=f"{host}:{port}", detail=detail) from error


def _in_url(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def _prepared() -> Administrator | None:
    """Makes the folder ready; the administrator when one was opened just now."""
    from colophon.parties import operator
    from colophon.site import preparation

    preparation.tables()
    preparation.static_files()
    if operator.find() is not None:
        return None
    preparation.established(preparation.demonstration())
    return preparation.administrator(preparation.ADMINISTRATOR, "", None)


def _tell(url: str, admin: Administrator | None, *, as_json: bool, lang: Lang) -> None:
    if as_json:
        shown: dict[str, Any] = {"url": url, "administrator": None}
        if admin is not None:
            shown["administrator"] = {"name": admin.name, "password": admin.password}
        emit_json(shown)
        return
    zh = lang == "zh"
    if admin is not None and admin.password:
        note(
            "已建立演示运营者；换成自己的信息：colophon init"
            if zh
            else "A demonstration operator was made; to put your own in its place: colophon init"
        )
        shown_once = "密码仅显示这一次" if zh else "the password is shown this once"
        note(f"{url}console/  {admin.name} / {admin.password}  ({shown_once})")
    say(f"Colophon: {url}")


def _run(listener: socket.socket) -> None:
    import sys

    import uvicorn

    from colophon.site.asgi import application

    sys.stdout.flush()
    config = uvicorn.Config(
        application,
        lifespan="on",
        # Addresses of callers are personal data: no log of accesses.
        access_log=False,
        log_config=None,
        server_header=False,
        proxy_headers=bool(os.environ.get("COLOPHON_PROXIES")),
        forwarded_allow_ips=os.environ.get("COLOPHON_PROXIES"),
        timeout_graceful_shutdown=GRACE_SECONDS,
    )
    uvicorn.Server(config).run(sockets=[listener])
