"""Making a data folder ready: tables, collected static files, the operator, keys, the first
administrator. Every step looks first and does nothing twice.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from pathlib import Path
from pkgutil import iter_modules

from allauth.account.models import EmailAddress
from django.apps import apps
from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.db import connection, transaction
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.recorder import MigrationRecorder

from colophon.errors import DatabaseNewer
from colophon.parties import accounts, operator, signing
from colophon.parties.operator import Profile
from colophon.store import clock

BY = "command:init"
PACKAGE = "colophon."
# Region 000000 does not exist: no organisation can ever bear this code, yet it checks out.
DEMONSTRATION_USCC = "91000000DEM000000"
DEMONSTRATION_NAME = "演示运营者（非真实单位）"
DEMONSTRATION_SERVICE = "Colophon 演示服务"
ADMINISTRATOR = "admin"


@dataclass(frozen=True, slots=True)
class Administrator:
    """The first administrator; ``password`` only when it was made up here, to show once."""

    name: str
    opened: bool
    password: str | None = None


def tables() -> bool:
    """Brings the database to this version; whether anything was to be done.

    Raises DatabaseNewer.
    """
    refuse_newer()
    executor = MigrationExecutor(connection)
    if not executor.migration_plan(executor.loader.graph.leaf_nodes()):
        return False
    call_command("migrate", verbosity=0, interactive=False)
    return True


def refuse_newer() -> None:
    """Raises DatabaseNewer when a later version of ours has changed the tables."""
    known = {
        (config.label, module.name)
        for config in apps.get_app_configs()
        if config.name.startswith(PACKAGE)
        for module in iter_modules([str(Path(config.path, "migrations"))])
    }
    ours = {label for label, _ in known}
    applied = MigrationRecorder(connection).applied_migrations()
    newer = sorted(f"{app}.{name}" for app, name in applied.keys() - known if app in ours)
    if newer:
        raise DatabaseNewer(detail=newer[0])


def static_files() -> bool:
    """Collects the static files when they differ from those collected last; whether it did."""
    root = Path(settings.STATIC_ROOT)
    stamp, mark = root / ".collected", _static_mark()
    if stamp.is_file() and stamp.read_text() == mark:
        return False
    call_command("collectstatic", verbosity=0, interactive=False)
    stamp.write_text(mark)
    return True


def demonstration() -> Profile:
    """The profile for trying out, marked as such wherever it shows."""
    from colophon.labels.provider_code import uscc_check_character

    return Profile(
        name=DEMONSTRATION_NAME,
        uscc=DEMONSTRATION_USCC + uscc_check_character(DEMONSTRATION_USCC),
        service=DEMONSTRATION_SERVICE,
        demonstration=True,
    )


def established(profile: Profile) -> str:
    """Makes the operator and its signing key; answers the provider code.

    Raises ProducerCodeInvalid, SigningKeyUnusable, TargetUnwritable, DiskFull.
    """
    now = clock.now()
    found = operator.establish(profile, by=BY, now=now)
    signing.ensure(found.name, now=now)
    return operator.provider_code(found)


def administrator(name: str, email: str, password: str | None) -> Administrator:
    """The first administrator; without a password one is made up.

    Raises PasswordRefused, AccountExists.
    """
    chosen = password or secrets.token_urlsafe(15)
    with transaction.atomic():
        account, opened = accounts.ensure_administrator(name, email, chosen)
        if opened and email:
            # The operator gave this address by hand: it needs no letter to be believed.
            EmailAddress.objects.create(user=account, email=email, primary=True, verified=True)
    return Administrator(name, opened, chosen if opened and password is None else None)


def _static_mark() -> str:
    digest = hashlib.sha256()
    for finder in get_finders():
        for name, storage in finder.list([]):
            status = Path(storage.path(name)).stat()
            digest.update(f"{name}\0{status.st_size}\0{status.st_mtime_ns}\n".encode())
    return digest.hexdigest()
