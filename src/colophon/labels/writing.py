"""The writing road: explicit → watermark → container → AIGC metadata → C2PA → hash → record.

The order is fixed: each step seals what came before it. Nothing gets its name before its labels
have been read back from the finished bytes (Source: Art. 16, 17).
"""

from __future__ import annotations

import json
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from dataclasses import replace as replace_field
from enum import StrEnum
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Any, TypedDict, TypeVar, Unpack

from colophon import __version__
from colophon.errors import (
    ExplicitRequired,
    ExplicitUnsupported,
    Lang,
    ReadBackFailed,
    TargetUnwritable,
    UnknownType,
    UsageError,
    WordingNotCompliant,
    WrongExtension,
)
from colophon.labels import aigc, carriers, credential, duty, gathering, placing
from colophon.labels.carriers.packet import Carrier, Packet, PacketForm
from colophon.labels.duty import Action
from colophon.labels.model import (
    AigcLayer,
    Applied,
    Duty,
    ExplicitWritten,
    Findings,
    Kind,
    Label,
    LabelValue,
    Medium,
    as_json,
)
from colophon.labels.reading import inspect, medium_in
from colophon.labels.remarks import Remark, remark
from colophon.labels.sources import Opened, Source, opened
from colophon.terms import has_required_elements

if TYPE_CHECKING:
    from colophon.labels.certificates import Signer

PROFILES = ("cn",)
Word = TypeVar("Word", bound=StrEnum)
SOURCE_TYPES = {
    Action.CREATED: credential.GENERATED,
    Action.EDITED: credential.COMPOSITE,
    Action.IDENTITY_CHANGED: credential.COMPOSITE,
}
SOFTWARE = ("Colophon", __version__)


@dataclass(frozen=True, slots=True)
class Order:
    """What one labelling is to do, settled before the first byte is written."""

    label: Label
    duty: Duty
    action: Action
    explicit: bool
    wording: str | None
    position: str
    lang: Lang
    signer: Signer | None
    progress: Callable[[float], None] | None

    @property
    def source_type(self) -> str | None:
        """What metadata says of the making; a platform's labels 2 and 3 do not know it."""
        return SOURCE_TYPES[self.action] if self.label.label == LabelValue.IS else None


@dataclass(slots=True)
class Work:
    """One file on the road: where it is now and what was written so far."""

    stage: placing.Stage
    current: Path
    carrier: Carrier
    media_type: str
    medium: Medium
    digest: str | None = None
    written: dict[str, Any] = field(default_factory=dict)
    notes: list[Remark] = field(default_factory=list)


class More(TypedDict, total=False):
    """What a caller may add to ``apply``.

    ``name``: of bytes and streams. ``action``: what the generation did. ``wording``,
    ``position``: of the explicit label; ``lang``: of its words, for profiles that leave it open.
    ``replace``: an existing target may go. ``progress`` hears 0.0 to 1.0 and stops the work by
    raising. ``record`` is called with the result before the file gets its name and answers the
    content's id in its register: when it raises, there is no file.
    """

    name: str | None
    action: Action | str
    wording: str | None
    position: str
    lang: Lang
    replace: bool
    progress: Callable[[float], None] | None
    record: Callable[[Applied], str] | None


def apply(
    source: Source,
    target: str | Path | None = None,
    *,
    kind: Kind | str | None = None,
    label: Label | None = None,
    profile: str = "cn",
    explicit: str = "auto",
    watermark: str = "auto",
    credential: Signer | None = None,
    **more: Unpack[More],
) -> Applied:
    """Puts on what is due and reads it back from the finished bytes (Source: Art. 16, 17).

    ``target`` None gives the labelled bytes back in ``Applied.data``; an existing one is left
    alone. ``kind`` defaults to what the medium suggests; ``explicit`` is auto (what the duty
    says), on, or off (refused where it is required). Raises the InputError family for what the
    file is, UsageError, ExplicitRequired, TargetExists, TargetUnwritable, DiskFull,
    SourceChanged, ReadBackFailed.
    """
    started = time.perf_counter()
    _check_options(profile, explicit, watermark, more)
    if not isinstance(label, Label):
        raise UsageError(detail="apply() needs a label: Label(content_producer, produce_id)")
    with opened(source, more.get("name")) as given:
        found, medium = _typed(given)
        chosen = _word(Kind, kind, "kind") if kind else duty.KIND_OF_MEDIUM[medium]
        order = _order(label, chosen, explicit, credential, more)
        with _workplace(given, target) as (stage, current):
            work = Work(stage, current, found.carrier, found.media_type, medium)
            applied = _walk(given, work, order, started, to_file=target is not None)
            return _released(applied, work, more, to_file=target is not None)


def _order(label: Label, kind: Kind, explicit: str, signer: Signer | None, more: More) -> Order:
    action = _word(Action, more.get("action", Action.CREATED), "action")
    due = duty.decide(kind, action, label.label)
    return Order(
        label=label,
        duty=due,
        action=action,
        explicit=_wants_explicit(due, explicit),
        wording=more.get("wording"),
        position=more.get("position", "auto"),
        # GB 45438-2025 clause 5 asks for Chinese words, whatever the operator's language.
        lang="zh",
        signer=signer,
        progress=more.get("progress"),
    )


def _released(applied: Applied, work: Work, more: More, *, to_file: bool) -> Applied:
    record = more.get("record")
    if record is not None:
        applied = replace_field(applied, content_id=record(applied))
    if to_file:
        work.stage.commit(work.current, replace=more.get("replace", False))
    return applied


def _word(words: type[Word], value: str, name: str) -> Word:
    try:
        return words(value)
    except ValueError:
        raise UsageError(detail=f"{name}={value}: {', '.join(words)}") from None


def _check_options(profile: str, explicit: str, watermark: str, more: More) -> None:
    unknown = sorted(more.keys() - More.__annotations__.keys())
    if unknown:
        raise UsageError(detail=f"apply() knows no option {', '.join(unknown)}")
    if profile not in PROFILES:
        raise UsageError(detail=f"profile {profile}: only cn is there in this release")
    if explicit not in ("auto", "on", "off"):
        raise UsageError(detail=f"explicit={explicit}: auto, on or off")
    if watermark not in ("auto", "off"):
        raise UsageError(detail="no watermark is there in this release; use auto or off")
    # Source: GB 45438-2025 5.1-5.6; English words alone serve the other profiles.
    wording = more.get("wording")
    if wording and not has_required_elements(wording):
        raise WordingNotCompliant(text=wording[:40])


def _typed(given: Opened) -> tuple[carriers.Recognised, Medium]:
    found = carriers.recognise(given.file, given.name)
    if found is None:
        raise UnknownType(file=given.name)
    if not found.name_fits:
        raise WrongExtension(file=given.name, found=found.media_type)
    return found, medium_in(given, found.media_type)


def _wants_explicit(due: Duty, explicit: str) -> bool:
    if explicit == "off" and due.explicit == duty.REQUIRED:
        raise ExplicitRequired
    return explicit == "on" or (explicit == "auto" and due.explicit == duty.REQUIRED)


@contextmanager
def _workplace(given: Opened, target: str | Path | None) -> Iterator[tuple[placing.Stage, Path]]:
    """A stage beside the target (a temporary folder without one) and the source as a file."""
    with tempfile.TemporaryDirectory(prefix="colophon-") as folder:
        suffix = PurePath(given.name).suffix
        place = Path(target) if target is not None else Path(folder, f"labelled{suffix}")
        if "\0" in str(place):
            raise TargetUnwritable(file=place.name, detail="its name holds a NUL")
        with placing.staging(place) as stage:
            current = given.path
            if current is None:
                current = stage.path()
                placing.write_stream(given.file, current)
            yield stage, current


def _walk(given: Opened, work: Work, order: Order, started: float, *, to_file: bool) -> Applied:
    if order.explicit:
        _check_writable(given, work.carrier, order)
        _explicit(work, order)
    label = _metadata(given, work, order)
    _credential(given, work, order, label)
    findings = inspect(work.current, name=given.name, digest=work.digest)
    _read_back(given.name, findings, work)
    given.check_unchanged()
    return Applied(
        file=str(given.path or given.name),
        output=str(work.stage.target) if to_file else None,
        # The operator's own number, also where another producer's stays in the label.
        content_id=order.label.produce_id,
        produce_id=order.label.produce_id,
        media_type=work.media_type,
        sha256=findings.sha256,
        duty=order.duty,
        written=work.written,
        read_back=True,
        seconds=round(time.perf_counter() - started, 4),
        notes=tuple(work.notes),
        data=None if to_file else work.current.read_bytes(),
    )


def _check_writable(given: Opened, carrier: Carrier, order: Order) -> None:
    """Plans the metadata on the source itself: what is cut off or broken is refused before it is
    decoded, for a decoder may mend it in silence or fail after an hour."""
    carrier.read(given.file)
    planned = aigc.write(order.label)
    values = {"aigc": planned.encode("ascii"), "xmp": _xmp([], "", planned, None)}
    carrier.write(given.file, {form: values[form] for form in carrier.forms})


def _explicit(work: Work, order: Order) -> None:
    from colophon.labels.explicit import dispatch

    made = work.stage.path()
    written: ExplicitWritten | None = dispatch.apply(
        work.current,
        made,
        work.media_type,
        work.medium,
        wording=order.wording,
        lang=order.lang,
        position=order.position,
        note=work.notes.append,
        progress=order.progress,
    )
    if written is None:
        raise ExplicitUnsupported(media_type=work.media_type)
    work.written["explicit"] = as_json(written)
    work.current = made


def _metadata(given: Opened, work: Work, order: Order) -> Label:
    """The AIGC label in the container's standard place, and nothing else changed."""
    with opened(work.current, given.name) as file:
        carrier = work.carrier
        places = [carrier.standard_place(form) for form in carrier.forms]
        packets = carrier.read(file.file)
        label = _succeeding(order.label, packets, places, work)
        text = aigc.write(label)
        values: dict[PacketForm, bytes] = {"aigc": text.encode("ascii")}
        if "xmp" in carrier.forms:
            values["xmp"] = _xmp(packets, carrier.standard_place("xmp"), text, order.source_type)
        made = work.stage.path()
        pieces = carrier.write(file.file, {form: values[form] for form in carrier.forms})
        work.digest = placing.write_pieces(file.file, pieces, made)
        file.check_unchanged()
    work.current = made
    work.written["aigc"] = {"value": text, "place": places[0], "places": places}
    return label


def _xmp(packets: list[Packet], place: str, text: str, source_type: str | None) -> bytes:
    from colophon.labels import xmp

    found = [packet for packet in packets if packet.form == "xmp"]
    # A packet that lies late or compressed moves to the right place with all it holds.
    found.sort(key=lambda packet: packet.place != place)
    return xmp.write(found[0].data if found else None, text, source_type)


def _succeeding(label: Label, packets: list[Packet], places: list[str], work: Work) -> Label:
    """The label to write: another producer's is kept, ours then stands as the propagator.

    One that the standard does not let us write again is replaced, and that is noted.
    """
    if work.medium is Medium.TEXT:
        # What a text quotes is not its label.
        packets = [packet for packet in packets if packet.place in places]
    before = gathering.layer(packets, places)
    theirs = before.content_producer
    if not theirs or theirs == label.content_producer or not before.produce_id:
        return label
    kept = Label(
        theirs,
        before.produce_id,
        label=before.label or label.label,
        reserved_code1=before.reserved_code1 or "",
        content_propagator=label.content_producer,
        propagate_id=label.produce_id,
        reserved_code2=label.reserved_code1,
    )
    try:
        aigc.write(kept)
    except UsageError:
        work.notes.append(remark("label_replaced", producer=ascii(theirs[:40])))
        return label
    work.notes.append(remark("label_kept", producer=theirs))
    return kept


def _credential(given: Opened, work: Work, order: Order, label: Label) -> None:
    if order.signer is None or order.source_type is None:
        return
    if not credential.supports(work.media_type):
        work.notes.append(remark("manifest_not_embeddable", media_type=work.media_type))
        return
    if any(credential.too_large(one, work.media_type) for one in (work.current, given.file)):
        work.notes.append(remark("too_large_to_sign"))
        return
    made = work.stage.path()
    explicit = work.written.get("explicit") or {}
    signed = credential.sign(
        work.current,
        made,
        work.media_type,
        order.signer,
        # A file's name may say who somebody is; the number says nothing.
        title=order.label.produce_id,
        digital_source_type=order.source_type,
        software_agent=SOFTWARE,
        aigc_json=aigc.write(label),
        explicit=explicit.get("text"),
        parent=given.file if credential.holds(given.file, work.media_type) else None,
    )
    work.written["credential"] = as_json(signed)
    work.current, work.digest = made, None


def _read_back(name: str, findings: Findings, work: Work) -> None:
    """Raises ReadBackFailed unless the finished bytes say exactly what was to be written."""
    found = findings.layers.aigc
    if work.medium is Medium.TEXT and found is not None and found.count > 1:
        work.notes.append(remark("further_labels_in_text"))
        found = _own_label(name, work)
    if found is None or not found.present or found.count != 1 or found.deviations:
        raise ReadBackFailed(file=name, detail="aigc")
    if json.loads(gathering.as_json(found)) != json.loads(work.written["aigc"]["value"]):
        raise ReadBackFailed(file=name, detail="aigc")
    layers = findings.layers
    if "credential" in work.written and not (
        layers.credential and layers.credential.valid and layers.credential.aigc_matches
    ):
        raise ReadBackFailed(file=name, detail="credential")
    if "explicit" in work.written and layers.explicit and not layers.explicit.present:
        raise ReadBackFailed(file=name, detail="explicit")


def _own_label(name: str, work: Work) -> AigcLayer:
    """The label in its place: a text may well quote other labels in its words."""
    places = work.written["aigc"]["places"]
    with opened(work.current, name) as file:
        packets = work.carrier.read(file.file)
    return gathering.layer([packet for packet in packets if packet.place in places], places)
