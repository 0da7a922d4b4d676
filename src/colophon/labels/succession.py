"""Whose label a file bears afterwards, when it bears one already.

Source: GB 45438-2025 Annex E (producer and propagator); Measures for Labelling Art. 6, 10.
"""

from __future__ import annotations

from collections.abc import Callable

from colophon.errors import UsageError
from colophon.labels import aigc
from colophon.labels.model import AigcLayer, Label, LabelValue
from colophon.labels.remarks import Remark, remark
from colophon.labels.tolerant import fields

Note = Callable[[Remark], None]


def first(label: Label) -> Label:
    """The label of a file that bears none: a platform's labels 2 and 3 know no producer, so who
    writes them stands as the propagator.
    """
    if label.label == LabelValue.IS or label.content_propagator is not None:
        return label
    return Label(
        content_producer="",
        produce_id="",
        label=label.label,
        content_propagator=label.content_producer,
        propagate_id=label.produce_id,
        reserved_code2=label.reserved_code1,
    )


def after(label: Label, before: AigcLayer, note: Note, *, codes: bool) -> Label:
    """The label to write over ``before``: another producer's is kept, ours then stands as the
    propagator. One that the standard does not let us write again is replaced, and that is noted.
    """
    theirs = before.content_producer
    if not theirs and not before.content_propagator:
        return first(label)
    if theirs == label.content_producer:
        return _our_own(label, before)
    kept = _kept(label, before)
    if theirs and before.produce_id and _writable(kept, codes=codes):
        note(remark("label_kept", producer=theirs))
        return kept
    if (theirs or before.content_propagator) != label.content_producer:
        said = theirs or before.content_propagator or ""
        note(remark("label_replaced", producer=ascii(said[:40])))
    return first(label)


def _our_own(label: Label, before: AigcLayer) -> Label:
    """What we once said we made, no later suspicion of ours takes back."""
    claimed = fields.claim(before.label)
    if label.label == LabelValue.IS or claimed != LabelValue.IS or not before.produce_id:
        return first(label)
    return _kept(label, before)


def _kept(label: Label, before: AigcLayer) -> Label:
    return Label(
        before.content_producer or "",
        before.produce_id or "",
        label=fields.claim(before.label) or label.label,
        reserved_code1=before.reserved_code1 or "",
        content_propagator=label.content_producer,
        propagate_id=label.produce_id,
        reserved_code2=label.reserved_code1,
    )


def _writable(label: Label, *, codes: bool) -> bool:
    try:
        aigc.write(label, codes=codes)
    except UsageError:
        return False
    return True
