"""Runs a command with COLOPHON_DATABASE_URL set to a throw-away PostgreSQL server.

Where PostgreSQL is not installed it says so and leaves with 0; with COLOPHON_NO_SKIP=1, with 1.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests import servers


def main() -> int:
    if servers.postgresql_binary("initdb") is None:
        print("skipped on PostgreSQL: the Debian package postgresql is not installed")
        return 1 if os.environ.get("COLOPHON_NO_SKIP") == "1" else 0
    with servers.postgresql() as url:
        environment = {**os.environ, "COLOPHON_DATABASE_URL": url}
        return subprocess.run(sys.argv[1:], env=environment, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
