"""Gathers the sentences of src/colophon to translate and compiles the translations (gettext)."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

PACKAGE = Path(__file__).parents[1] / "src" / "colophon"
GATHER = ("makemessages", "-l", "zh_Hans", "--no-location", "--no-wrap", "--no-obsolete")


def main() -> None:
    django = [sys.executable, "-m", "django"]
    subprocess.run([*django, *GATHER], cwd=PACKAGE, check=True)
    folder = PACKAGE / "locale" / "zh_Hans" / "LC_MESSAGES"
    subprocess.run(["msgfmt", "-o", "django.mo", "django.po"], cwd=folder, check=True)
    print(f"translate what is empty in {folder / 'django.po'}, then run this again")


if __name__ == "__main__":
    main()
