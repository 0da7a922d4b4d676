"""``colophon init``: the operator's profile, keys and first administrator, guided or by flags."""

from __future__ import annotations

import dataclasses
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from colophon.cli.output import emit_json, say, standard_options
from colophon.errors import Lang, ProfileIncomplete, UsageError

if TYPE_CHECKING:
    from colophon.parties.operator import Profile
    from colophon.site.preparation import Administrator

POSITIONS = (
    *("auto", "top-left", "top-right", "bottom-left", "bottom-right"),
    *("top", "bottom", "left", "right"),
)
QUESTIONS = {
    "name": {"zh": "运营者名称", "en": "Operator's name"},
    "uscc": {"zh": "统一社会信用代码（18 位）", "en": "Unified social credit code (18 characters)"},
    "service": {"zh": "服务名称", "en": "Service's name"},
}
REQUIRED = tuple(QUESTIONS)


@click.command("init")
@click.option("--data", metavar="DIR", help="The data folder.")
@click.option("--name", envvar="COLOPHON_OPERATOR_NAME", help="The operator's name.")
@click.option("--uscc", envvar="COLOPHON_OPERATOR_USCC", help="Unified social credit code.")
@click.option("--extension", envvar="COLOPHON_OPERATOR_EXTENSION", help="Last 5 of the code.")
@click.option("--service", envvar="COLOPHON_OPERATOR_SERVICE", help="The service's name.")
@click.option("--contact", envvar="COLOPHON_OPERATOR_CONTACT", help="A mail address.")
@click.option("--wording", help='Words of the explicit label, e.g. "AI生成".')
@click.option("--position", type=click.Choice(POSITIONS), help="Where the explicit label stands.")
@click.option("--demonstration", is_flag=True, help="An invented operator, marked as such.")
@click.option("--admin-name", default="admin", show_default=True, help="First administrator.")
@click.option("--admin-email", default="", help="The administrator's mail address.")
@click.option("--admin-password-env", metavar="VAR", help="Variable that holds the password.")
@click.option("--no-admin", is_flag=True, help="Open no administrator's account.")
@click.option("--yes", is_flag=True, help="Ask nothing.")
@standard_options
def command(*, data: str | None, as_json: bool, lang: Lang, **options: Any) -> None:
    """Make the data folder ready: tables, operator, provider code, signing key, administrator.

    Run it again to change the profile: what is not given stays as it is. The password goes in
    by a variable, never on the command line; without one it is made up and shown once.

    \b
    Examples:
      colophon init --demonstration --yes
      colophon init --name 某某科技有限公司 --uscc 91… --service 某某绘图 --yes
    """
    from colophon.cli import profile

    password = _password(options["admin_password_env"])
    profile.boot(Path(data).expanduser().absolute() if data else None)
    from colophon.site import preparation

    preparation.tables()
    wanted = _profile(options, lang, may_ask=not options["yes"] and not as_json)
    code = preparation.established(wanted)
    admin = None
    if not options["no_admin"]:
        admin = preparation.administrator(options["admin_name"], options["admin_email"], password)
    report = _report(wanted, code, admin)
    if as_json:
        emit_json(report)
    else:
        _tell(report, lang)


def _password(variable: str | None) -> str | None:
    if variable is None:
        return None
    value = os.environ.get(variable)
    if not value:
        raise UsageError(detail=f"--admin-password-env {variable}: the variable is empty")
    return value


def _profile(options: dict[str, Any], lang: Lang, *, may_ask: bool) -> Profile:
    """What is given, over what is known, over what is asked for."""
    from colophon.parties import operator
    from colophon.site import preparation

    known = operator.find()
    if options["demonstration"]:
        if known is not None and not known.demonstration:
            raise UsageError(detail="--demonstration: this data folder has a real operator")
        return operator.profile_of(known) if known else preparation.demonstration()
    fields = [field.name for field in dataclasses.fields(operator.Profile)]
    values = {name: options[name] for name in fields if options.get(name) is not None}
    values["demonstration"] = False
    real = known is not None and not (known.demonstration and "uscc" in values)
    if known is not None and real:
        before = {name: getattr(known, name) for name in fields}
        values = {**before, **values, "demonstration": known.demonstration}
    _ask(values, lang, may_ask=may_ask)
    return operator.Profile(**values)


def _ask(values: dict[str, Any], lang: Lang, *, may_ask: bool) -> None:
    missing = [name for name in REQUIRED if not values.get(name)]
    if missing and not (may_ask and sys.stdin.isatty()):
        raise ProfileIncomplete(missing=", ".join(f"--{name}" for name in missing))
    for name in missing:
        values[name] = click.prompt(QUESTIONS[name][lang], err=True).strip()


def _report(wanted: Profile, code: str, admin: Administrator | None) -> dict[str, Any]:
    from django.conf import settings

    from colophon.parties import signing

    signer = signing.signer()
    return {
        "data": str(settings.DATA),
        "operator": dataclasses.asdict(wanted),
        "provider_code": code,
        "signing": "development" if signer is not None and signer.development else "own",
        "administrator": dataclasses.asdict(admin) if admin is not None else None,
    }


def _tell(report: dict[str, Any], lang: Lang) -> None:
    zh = lang == "zh"
    say(f"{'数据目录' if zh else 'Data folder'}: {report['data']}")
    say(f"{'运营者' if zh else 'Operator'}: {report['operator']['name']}")
    say(f"{'服务提供者编码' if zh else 'Provider code'}: {report['provider_code']}")
    if report["operator"]["demonstration"]:
        say("演示信息，不可用于真实服务。" if zh else "A demonstration: not for a real service.")
    if report["signing"] == "development":
        say(
            "签名用的是本机生成的开发证书，他人不会信任它。"
            if zh
            else "Manifests are signed with a development certificate that nobody else trusts."
        )
    admin = report["administrator"]
    if admin and admin["password"]:
        say(f"{'管理员' if zh else 'Administrator'}: {admin['name']}")
        say(
            f"{'密码（仅显示这一次）' if zh else 'Password (shown this once)'}: {admin['password']}"
        )
