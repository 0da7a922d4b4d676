"""JSON, JSON Lines and GeoJSON: the label is the member ``AIGC`` of the object at the top.

Source: GB 45438-2025 Annex E; no guide names a place for JSON. The member comes last, as a
string. Of JSON Lines the first line bears it: a line more would be a record more, a member more
is one that readers of records pass over. A list or a bare value has no member to add to.
Labels within the data are read and never touched.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import BinaryIO

from colophon.errors import ColophonError, NoLabelPlace
from colophon.labels.carriers import json_label
from colophon.labels.carriers.edits import Edit, applied, pieces_of
from colophon.labels.carriers.label_field import FIELD
from colophon.labels.carriers.packet import Packet, PacketForm, Piece
from colophon.labels.carriers.text_file import decoded, is_text, rest_of, text_of

_STANDARD = f"json:{FIELD}"
_PLACES = (("body", "json:body"),)
_BEGINNING = re.compile(r"\s*(?:(?://|/\*)|[\[{\"\d-]|true|false|null)")


class JsonCarrier:
    """Carrier of JSON texts."""

    name = "json"
    media_types = ("application/json", "application/x-ndjson", "application/geo+json")
    forms: tuple[PacketForm, ...] = ("aigc",)
    types_by_extension: Mapping[str, str] = {
        ".json": "application/json",
        ".jsonl": "application/x-ndjson",
        ".ndjson": "application/x-ndjson",
        ".geojson": "application/geo+json",
    }

    def sniff(self, head: bytes) -> str | None:
        """A text that begins as a JSON value does."""
        if not is_text(head):
            return None
        text = decoded(head[: len(head) & ~1] or head).text
        return self.media_types[0] if _BEGINNING.match(text) else None

    def read(self, source: BinaryIO) -> list[Packet]:
        try:
            file = json_label.json_file(source)
            found = json_label.first_object(file.utf8)
        except ColophonError:
            return [rest_of(text_of(source), (), _PLACES)]
        labels = json_label.labels_of(*found) if found else []
        known = file.edits(Edit(one.start, one.end, b"") for one, _ in labels)
        packets = [Packet("aigc", _STANDARD, value) for _, value in labels]
        return [*packets, rest_of(decoded(applied(file.data, known)), (), _PLACES)]

    def write(self, source: BinaryIO, packets: Mapping[PacketForm, bytes]) -> list[Piece]:
        """Raises NoLabelPlace where the text is a list or a bare value."""
        file = json_label.json_file(source)
        found = json_label.first_object(file.utf8)
        if found is None:
            raise NoLabelPlace(detail="the outermost JSON value is no object")
        edits = json_label.label_edits(*found, packets["aigc"])
        return pieces_of(file.edits(edits), len(file.data))

    def standard_place(self, form: PacketForm) -> str:
        del form
        return _STANDARD


JSON = JsonCarrier()
