"""The implicit label of GB 45438-2025: written strictly, read tolerantly.

``write`` gives the one form the standard names. ``read`` takes a value as it was found in a
metadata field, ``find`` looks through whole texts; both read whatever they can, name every
oddity from the closed list of `deviations`, and raise for no bytes whatever.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from colophon.errors import LabelFieldInvalid
from colophon.labels import deviations, provider_code, security_data
from colophon.labels.model import AigcLayer, Deviation, Label, LabelValue
from colophon.labels.security_data import Claims, Content, TrustStore
from colophon.labels.tolerant import context, fields, pairs, search, yaml_lines
from colophon.labels.tolerant.search import Candidate
from colophon.labels.tolerant.text import PLAIN, Decoded, decode

MOST_BYTES = 16 * 1024 * 1024
"""Longer texts are searched in their first part and in their last mebibyte."""
_TAIL = 1024 * 1024
_SPACE_OUTSIDE = re.compile(r'"(?:[^"\\]++|\\.)*+"', re.DOTALL)


@dataclass(frozen=True, slots=True)
class AigcReading:
    """One label as found. Absent fields are None; ``place`` names where it was; ``start`` and
    ``end`` are character offsets in the text it was found in; ``context`` says in words of
    `context` what surrounds it there; ``more`` counts further labels in the same value.
    """

    place: str
    label: str | None = None
    content_producer: str | None = None
    produce_id: str | None = None
    reserved_code1: str | None = None
    content_propagator: str | None = None
    propagate_id: str | None = None
    reserved_code2: str | None = None
    deviations: tuple[Deviation, ...] = ()
    start: int = 0
    end: int = 0
    context: frozenset[str] = frozenset()
    more: int = 0

    @property
    def present(self) -> bool:
        """Whether any field was recovered."""
        return any(value is not None for value in self.fields())

    @property
    def claim(self) -> LabelValue | None:
        """What the label says, however oddly it is written."""
        return fields.claim(self.label)

    @property
    def claims(self) -> Claims:
        """What signatures over the label are over."""
        return Claims(
            self.label or "",
            self.content_producer or "",
            self.produce_id or "",
            self.content_propagator or "",
            self.propagate_id or "",
        )

    def fields(self) -> tuple[str | None, ...]:
        """The seven values in the standard's order."""
        return (
            self.label,
            self.content_producer,
            self.produce_id,
            self.reserved_code1,
            self.content_propagator,
            self.propagate_id,
            self.reserved_code2,
        )

    def also(self, *found: Deviation) -> AigcReading:
        """The same reading with what its carrier knows of the place it stood in."""
        return replace(self, deviations=tuple(dict.fromkeys((*found, *self.deviations))))


def write(label: Label, *, codes: bool = True) -> str:
    """The label as compact JSON in the standard's order (Source: GB 45438-2025 Annex E).

    ``codes`` False lets producer and propagator be names, where no Chinese rule binds them.

    What is None in the propagator's fields becomes the producer's, as at first writing. The
    producer may be left empty only where a platform marks another's content (Label 2 or 3).
    Raises ProducerCodeInvalid, LabelFieldInvalid.
    """
    body = _complete(label)
    _check_label(body)
    for name, value in body.items():
        odd = fields.disallowed(name, value)
        if odd:
            raise LabelFieldInvalid(field=name, detail=ascii(odd))
    for name in (fields.PRODUCER, fields.PROPAGATOR):
        if codes and body[name]:
            provider_code.check(body[name])
    return json.dumps(body, ensure_ascii=True, separators=(",", ":"))


def read(data: bytes | str, place: str) -> AigcReading:
    """The label in the value of one metadata field: JSON, or the YAML of a front matter.

    Never raises; a value in which nothing is recognised gives a reading that is not
    ``present``, with the deviation ``not_json`` unless it is empty.
    """
    decoded = decode(data[:MOST_BYTES])
    text = decoded.text
    candidates = search.search(text) or _only_candidate(text)
    if not candidates:
        empty = not text.strip()
        return AigcReading(place, deviations=() if empty else (deviations.of("not_json"),))
    first = candidates[0]
    front = context.in_front_matter_value(text, first)
    found = [*_stray(decoded), *_form(first, markup=False, front=front)]
    alone = len(candidates) == 1 and not first.yaml and not front
    if alone and _whole(first) and _surrounded(text, first):
        found.append(deviations.of("surrounding_text"))
    readings = [_reading(each, place, []) for each in candidates]
    found += _together(readings)
    every = tuple(dict.fromkeys((*found, *readings[0].deviations)))
    return replace(readings[0], deviations=every, more=len(candidates) - 1)


def find(
    text: bytes | str,
    place: str = "text",
    *,
    standard: frozenset[str] = frozenset({"front_matter"}),
) -> list[AigcReading]:
    """All labels anywhere in a text, in order. Where one stands (`context.CONTEXTS`) is a
    deviation unless it is in ``standard``, the contexts right for this kind of text.
    """
    decoded = decode(_parts(text))
    readings = []
    for candidate in search.search(decoded.text):
        around, oddities = context.around(decoded.text, candidate)
        front = bool(around & {"front_matter", "lines"})
        found = [*_form(candidate, markup=True, front=front), *oddities]
        found += [
            deviations.of(context.CONTEXTS[name])
            for name in sorted(around - standard)
            if name in context.CONTEXTS
        ]
        readings.append(_reading(candidate, place, found, context=around))
    return readings


def layer(
    readings: Sequence[AigcReading],
    *,
    trust: TrustStore = security_data.EMPTY,
    content: Content | None = None,
) -> AigcLayer:
    """All readings of one file as its AIGC layer: the first that is present speaks, and several
    are counted and compared. ``trust`` and ``content``: see `security_data.look`.
    """
    present = [reading for reading in readings if reading.present]
    if not present:
        odd = tuple(deviation for reading in readings for deviation in reading.deviations)
        return AigcLayer(present=False, deviations=odd)
    first = present[0]
    found = dict.fromkeys(d for reading in present for d in reading.deviations)
    found.update(dict.fromkeys(_together(present)))
    looked = security_data.look(
        first.reserved_code1,
        first.reserved_code2,
        fields=first.claims,
        trust=trust,
        content=content,
    )
    found.update(dict.fromkeys(looked.deviations))
    return AigcLayer(
        present=True,
        label=first.label,
        content_producer=first.content_producer,
        produce_id=first.produce_id,
        reserved_code1=first.reserved_code1,
        content_propagator=first.content_propagator,
        propagate_id=first.propagate_id,
        reserved_code2=first.reserved_code2,
        place=first.place,
        count=sum(1 + reading.more for reading in present),
        producer=provider_code.parse(first.content_producer or ""),
        security=looked.security,
        deviations=tuple(found),
    )


def _complete(label: Label) -> dict[str, str]:
    producer, produce_id = label.content_producer, label.produce_id
    propagator = producer if label.content_propagator is None else label.content_propagator
    propagate_id = produce_id if label.propagate_id is None else label.propagate_id
    reserved_2 = label.reserved_code2
    if reserved_2 is None:
        reserved_2 = label.reserved_code1 if label.content_propagator is None else ""
    filled = (
        str(label.label),
        producer,
        produce_id,
        label.reserved_code1,
        propagator,
        propagate_id,
        reserved_2,
    )
    return dict(zip(fields.NAMES, filled, strict=True))


def _check_label(body: dict[str, str]) -> None:
    value = body[fields.LABEL]
    if value not in set(LabelValue):
        raise LabelFieldInvalid(field=fields.LABEL, detail=ascii(value))
    required = [fields.PROPAGATOR, fields.PROPAGATE_ID]
    if value == LabelValue.IS or body[fields.PRODUCER] or body[fields.PRODUCE_ID]:
        required += [fields.PRODUCER, fields.PRODUCE_ID]
    for name in required:
        if not body[name]:
            raise LabelFieldInvalid(field=name, detail='""')


def _only_candidate(text: str) -> list[Candidate]:
    """For a value that is a label by its place alone: whatever pairs it begins with."""
    brace = text.find("{")
    if brace >= 0:
        block = pairs.scan(text, brace)
        if _any_field(block):
            raw = text[brace : block.end]
            return [_candidate(block, raw=raw, yaml=False)]
    lines = yaml_lines.scan(text, 0, min(len(text), pairs.LONGEST))
    if _any_field(lines):
        return [_candidate(lines, raw="", yaml=True)]
    block = pairs.scan(text, 0)
    return [_candidate(block, raw=text, yaml=False)] if _any_field(block) else []


def _candidate(block: pairs.Block, *, raw: str, yaml: bool) -> Candidate:
    closed = block.closed
    return Candidate(block.pairs, block.start, block.end, closed, yaml, False, PLAIN, raw)


def _any_field(block: pairs.Block) -> bool:
    return any(fields.name_of(pair.key) for pair in block.pairs)


def _reading(
    candidate: Candidate,
    place: str,
    found: list[Deviation],
    context: frozenset[str] = frozenset(),
) -> AigcReading:
    held = fields.values(candidate.pairs, yaml=candidate.yaml)
    all_found = [
        *found,
        *fields.judge_pairs(candidate.pairs, yaml=candidate.yaml),
        *fields.judge_values(held, whole=_whole(candidate)),
    ]
    return AigcReading(
        place,
        label=held.get(fields.LABEL),
        content_producer=held.get(fields.PRODUCER),
        produce_id=held.get(fields.PRODUCE_ID),
        reserved_code1=held.get(fields.RESERVED_1),
        content_propagator=held.get(fields.PROPAGATOR),
        propagate_id=held.get(fields.PROPAGATE_ID),
        reserved_code2=held.get(fields.RESERVED_2),
        deviations=tuple(dict.fromkeys(all_found)),
        start=candidate.start,
        end=candidate.end,
        context=context,
    )


def _whole(candidate: Candidate) -> bool:
    return candidate.closed and all(pair.kind != "cut" for pair in candidate.pairs)


def _stray(decoded: Decoded) -> list[Deviation]:
    found = [deviations.of("stray_bytes")] if decoded.stray else []
    if decoded.encoding != "utf-8":
        found.append(deviations.of("encoding_not_utf8", decoded.encoding))
    return found


def _form(candidate: Candidate, *, markup: bool, front: bool) -> list[Deviation]:
    """What is wrong with how the value is written."""
    found = []
    if candidate.wrapped:
        found.append(deviations.of("wrapped_value"))
    if candidate.escape.name in {"backslash", "unicode"} and not front:
        found.append(deviations.of("double_encoded"))
    elif candidate.escape.name in {"entity", "percent"} and not markup:
        found.append(deviations.of("entity_escaped", candidate.escape.name))
    if not _whole(candidate):
        cut = next((pair.key for pair in candidate.pairs if pair.kind == "cut"), "")
        found.append(deviations.of("value_truncated", cut))
    elif not candidate.yaml and not front:
        found += _json_form(candidate.raw)
    return found


def _json_form(raw: str) -> list[Deviation]:
    if not search.is_json(raw):
        return [deviations.of("not_json")]
    outside = _SPACE_OUTSIDE.sub("", raw)
    return [deviations.of("json_spaced")] if re.search(r"\s", outside) else []


def _surrounded(text: str, candidate: Candidate) -> bool:
    before, after = text[: candidate.start].strip(), text[candidate.end :].strip()
    if candidate.escape != PLAIN or candidate.wrapped:
        before, after = before.strip("\"'\\"), after.strip("\"'\\")
    return bool(before or after)


def _together(readings: Sequence[AigcReading]) -> list[Deviation]:
    count = sum(1 + reading.more for reading in readings)
    if count <= 1:
        return []
    found = [deviations.of("stacked_labels", str(count))]
    if len({reading.fields() for reading in readings}) > 1:
        found.append(deviations.of("label_conflict"))
    return found


def _parts(text: bytes | str) -> bytes | str:
    if len(text) <= MOST_BYTES:
        return text
    if isinstance(text, str):
        return text[: MOST_BYTES - _TAIL] + "\n" + text[-_TAIL:]
    return text[: MOST_BYTES - _TAIL] + b"\n" + text[-_TAIL:]
