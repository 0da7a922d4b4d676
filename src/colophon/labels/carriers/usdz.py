"""USDZ scenes: the label is the entry ``AIGC.json``, stored and aligned as the format demands.

Source: practice; OpenUSD's USDZ specification (data at multiples of 64 bytes, nothing
compressed, the first entry is the scene).
"""

from __future__ import annotations

from colophon.labels.carriers.archive import ZipCarrier
from colophon.labels.carriers.package import USDZ as USDZ_TYPE
from colophon.labels.carriers.package import guessed
from colophon.labels.carriers.zip_rewriting import Way

ALIGN = 64


class UsdzCarrier(ZipCarrier):
    """Carrier of USDZ packages."""

    def sniff(self, head: bytes) -> str | None:
        return USDZ_TYPE if guessed(head) == USDZ_TYPE else None


USDZ = UsdzCarrier("usdz", (USDZ_TYPE, "model/x-usdz"), Way(align=ALIGN))
