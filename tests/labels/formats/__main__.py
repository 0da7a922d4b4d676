"""``python -m tests.labels.formats``: measure every format and write the record anew."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from colophon.labels import certificates
from colophon.labels.security_data import Sm2Key
from tests.labels.formats import record
from tests.labels.formats.measuring import measured
from tests.labels.formats.table import rows


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="colophon-formats-") as name:
        folder = Path(name)
        certificates.make_development(folder, "Example Operator")
        signer, key = certificates.load(folder), Sm2Key.generate()
        found = {}
        for row in rows():
            place = folder / row.suffix
            place.mkdir()
            found[row.suffix] = measured(row, key, signer, place)
            sys.stderr.write(f"{row.suffix} ")
    record.write(found)
    sys.stderr.write("\n")


main()
