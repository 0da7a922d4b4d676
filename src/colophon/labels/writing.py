"""The writing road: explicit → watermark → container → AIGC metadata → C2PA → hash → record.

The order is fixed: each step seals what came before it. Nothing gets its name before its labels
have been read back from the finished bytes (Source: Art. 16, 17).
"""

from __future__ import annotations

import json
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from dataclasses import replace as replace_field
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Any, Unpack

from colophon import __version__
from colophon.errors import (
    ExplicitUnsupported,
    ReadBackFailed,
    SidecarNeeded,
    TargetUnwritable,
    TooSmallToMark,
    UnknownType,
    UsageError,
    WrongExtension,
)
from colophon.labels import (
    aigc,
    binding,
    carriers,
    credential,
    gathering,
    order,
    placing,
    security_data,
    sidecar,
    succession,
)
from colophon.labels.carriers.packet import Carrier, Packet, PacketForm
from colophon.labels.marking.media import ON_REQUEST
from colophon.labels.marking.order import Mark
from colophon.labels.marking.order import Order as MarkOrder
from colophon.labels.model import (
    Acceptance,
    AigcLayer,
    Applied,
    ExplicitWritten,
    Findings,
    Kind,
    Label,
    Medium,
    as_json,
)
from colophon.labels.order import More, Order
from colophon.labels.reading import inspect, medium_in
from colophon.labels.remarks import Remark, remark
from colophon.labels.sources import Opened, Source, opened
from colophon.provisions import parameters

if TYPE_CHECKING:
    from colophon.labels.certificates import Signer

SOFTWARE = ("Colophon", __version__)
SOFT_BINDING = "colophon.mark.1"
"""How the algorithm of our watermark is called in manifests, before the medium."""
_SECURITY = ("security_",)
"""How the codes of deviations begin that speak of reserved codes."""
_NAMED = "producer_not_code"
"""What a label deviates by whose producer is named where no Chinese code is asked for."""


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
    besides: dict[str, Path] = field(default_factory=dict)
    """The files that go with it, by the suffix of their names."""


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
    says), on, or off (where it is required, only with a user's ``acceptance``). ``profile`` is
    one of `profiles.ALL`. Raises the InputError family for what the
    file is, UsageError, ExplicitRequired, TargetExists, TargetUnwritable, DiskFull,
    SourceChanged, ReadBackFailed.
    """
    started = time.perf_counter()
    wish = order.Wish(profile, explicit, watermark)
    order.check(wish, more)
    if not isinstance(label, Label):
        raise UsageError(detail="apply() needs a label: Label(content_producer, produce_id)")
    with opened(source, more.get("name")) as given:
        found, medium = _typed(given)
        settled = order.settle(label, kind, medium, wish=wish, signer=credential, more=more)
        if sidecar.needed(found.carrier) and not settled.sidecar:
            raise SidecarNeeded(media_type=found.media_type)
        with _workplace(given, target) as (stage, current):
            work = Work(stage, current, found.carrier, found.media_type, medium)
            applied = _walk(given, work, settled, started, to_file=target is not None)
            return _released(applied, work, more, to_file=target is not None)


def _released(applied: Applied, work: Work, more: More, *, to_file: bool) -> Applied:
    record = more.get("record")
    if record is not None:
        applied = replace_field(applied, content_id=record(applied))
    if to_file:
        replace = more.get("replace", False)
        for suffix, made in work.besides.items():
            beside = sidecar.beside(work.stage.target, suffix)
            work.stage.commit_beside(made, beside, replace=replace)
        work.stage.commit(work.current, replace=replace)
    return applied


def _typed(given: Opened) -> tuple[carriers.Recognised, Medium]:
    found = carriers.recognise(given.file, given.name)
    if found is None:
        raise UnknownType(file=given.name)
    if not found.name_fits:
        raise WrongExtension(file=given.name, found=found.media_type)
    return found, medium_in(given, found.media_type)


@contextmanager
def _workplace(given: Opened, target: str | Path | None) -> Iterator[tuple[placing.Stage, Path]]:
    """A stage beside the target (a temporary folder without one) and the source as a file."""
    with _place(given, target) as place:
        if "\0" in str(place):
            raise TargetUnwritable(file=place.name, detail="its name holds a NUL")
        with placing.staging(place) as stage:
            current = given.path
            if current is None:
                current = stage.path()
                placing.write_stream(given.file, current)
            yield stage, current


@contextmanager
def _place(given: Opened, target: str | Path | None) -> Iterator[Path]:
    if target is not None:
        yield Path(target)
        return
    with tempfile.TemporaryDirectory(prefix="colophon-") as folder:
        yield Path(folder, f"labelled{PurePath(given.name).suffix}")


def _walk(given: Opened, work: Work, plan: Order, started: float, *, to_file: bool) -> Applied:
    if plan.explicit or plan.mark is not None:
        _check_writable(given, work.carrier, plan)
    if plan.explicit:
        _explicit(work, plan)
    if plan.acceptance is not None:
        _without_explicit(work, plan.acceptance)
    if plan.mark is not None and (plan.must_mark or work.media_type not in ON_REQUEST):
        _watermark(given.name, work, plan.mark, plan)
    _metadata(given, work, plan)
    _credential(given, work, plan)
    signed = "credential" in work.written
    findings = inspect(
        work.current, name=given.name, digest=work.digest, look="off", manifests=signed
    )
    _read_back(given.name, findings, work, plan)
    given.check_unchanged()
    applied = Applied(
        file=str(given.path or given.name),
        output=None,
        # The operator's own number, also where another producer's stays in the label.
        content_id=plan.label.produce_id,
        produce_id=plan.label.produce_id,
        media_type=work.media_type,
        sha256=findings.sha256,
        duty=plan.duty,
        written=work.written,
        read_back=True,
        seconds=round(time.perf_counter() - started, 4),
        notes=tuple(work.notes),
        prints=_prints(given, work) if plan.prints else {},
    )
    return _named(applied, work) if to_file else _in_memory(applied, work)


def _prints(given: Opened, work: Work) -> dict[str, bytes]:
    """What the content is known by when its labels are gone: as it came, and as it goes. Of a film
    the label covers the beginning alone, so one print is enough.
    """
    from colophon.labels.fingerprint import files

    medium, made = work.medium.value, {}
    with opened(work.current, given.name) as finished:
        steps = {"after": finished.file}
        if work.medium is not Medium.VIDEO:
            steps["before"] = given.file
        for step, file in steps.items():
            found = files.kept(file, work.media_type, medium, given.name)
            if found is not None:
                made[step] = found.data
    return made


def _named(applied: Applied, work: Work) -> Applied:
    names = {suffix: str(sidecar.beside(work.stage.target, suffix)) for suffix in work.besides}
    return replace_field(
        applied,
        output=str(work.stage.target),
        sidecar=names.get(sidecar.SUFFIX),
        manifest=names.get(sidecar.MANIFEST_SUFFIX),
    )


def _in_memory(applied: Applied, work: Work) -> Applied:
    held = {suffix: path.read_bytes() for suffix, path in work.besides.items()}
    return replace_field(
        applied,
        data=work.current.read_bytes(),
        sidecar_data=held.get(sidecar.SUFFIX),
        manifest_data=held.get(sidecar.MANIFEST_SUFFIX),
    )


def _without_explicit(work: Work, acceptance: Acceptance) -> None:
    """Source: Measures for Labelling Art. 9: who got it and the logs are kept for a term."""
    kept_for = int(parameters.value("unlabelled_request.retention_months"))
    work.written["acceptance"] = {**as_json(acceptance), "keep_months": kept_for}
    work.notes.append(remark("without_explicit_label"))


def _check_writable(given: Opened, carrier: Carrier, plan: Order) -> None:
    """Plans the metadata on the source itself: what is cut off or broken is refused before it is
    decoded, for a decoder may mend it in silence or fail after an hour."""
    carrier.read(given.file)
    planned = aigc.write(succession.first(plan.label), codes=plan.profile.chinese)
    values = {"aigc": planned.encode("ascii"), "xmp": _xmp([], "", planned, plan)}
    carrier.write(given.file, {form: values[form] for form in carrier.forms})


def _explicit(work: Work, plan: Order) -> None:
    from colophon.labels.explicit import dispatch

    made = work.stage.path()
    written: ExplicitWritten | None = dispatch.apply(
        work.current,
        made,
        work.media_type,
        work.medium,
        wording=plan.wording,
        lang=plan.lang,
        position=plan.position,
        style=plan.style,
        note=work.notes.append,
        progress=plan.progress,
    )
    if written is None:
        raise ExplicitUnsupported(media_type=work.media_type)
    work.written["explicit"] = as_json(written)
    work.current = made


def _watermark(name: str, work: Work, mark: Mark, plan: Order) -> None:
    """The mark in the content itself, under the explicit label's form and above the metadata."""
    from colophon.labels.marking import dispatch

    made = work.stage.path()
    wanted = MarkOrder(name, note=work.notes.append)
    if plan.progress is not None:
        wanted = replace_field(wanted, progress=plan.progress)
    try:
        written = dispatch.apply(work.current, made, work.media_type, mark, wanted)
    except TooSmallToMark as error:
        if plan.must_mark:
            raise
        work.notes.append(remark("no_watermark", reason=error.details["detail"]))
        return
    work.written["watermark"] = {k: v for k, v in as_json(written).items() if v is not None}
    work.current = made


@contextmanager
def _current(work: Work, given: Opened) -> Iterator[Opened]:
    """Where the work is now; the source itself as long as nothing was written."""
    if work.current == given.path:
        yield given
    else:
        with opened(work.current, given.name) as file:
            yield file


def _metadata(given: Opened, work: Work, plan: Order) -> None:
    """The AIGC label in the container's standard place, and nothing else changed."""
    places = [work.carrier.standard_place(form) for form in work.carrier.forms]
    with _current(work, given) as file:
        packets = work.carrier.read(file.file) + sidecar.packets(given)
        label = _succeeding(plan, packets, places, work)
    if plan.label_key is not None:
        digest, method = _digest(given, work, plan, packets)
        label = security_data.signed(label, plan.label_key, digest=digest, method=method)
    text = aigc.write(label, codes=plan.profile.chinese)
    _put(given, work, plan, text, packets)
    work.written["aigc"] = {"value": text, "place": places[0], "places": places}


def _digest(given: Opened, work: Work, plan: Order, packets: list[Packet]) -> tuple[str, str]:
    """What security data binds the content by, and how. A file that is bound as a whole is first
    written with a blank label, so that the digest knows it as it will be.
    """
    method = binding.method_of(work.carrier)
    if method == binding.FILE:
        _put(given, work, plan, binding.BLANK, packets)
    with opened(work.current, given.name) as file:
        return binding.digest(file.file, work.carrier, method), method


def _put(given: Opened, work: Work, plan: Order, text: str, packets: list[Packet]) -> None:
    carrier = work.carrier
    values: dict[PacketForm, bytes] = {"aigc": text.encode("ascii")}
    if "xmp" in carrier.forms:
        values["xmp"] = _xmp(packets, carrier.standard_place("xmp"), text, plan)
    made = work.stage.path()
    with _current(work, given) as file:
        pieces = carrier.write(file.file, {form: values[form] for form in carrier.forms})
        work.digest = placing.write_pieces(file.file, pieces, made)
        file.check_unchanged()
    work.current = made
    if sidecar.needed(carrier):
        work.besides[sidecar.SUFFIX] = work.stage.beside(made, sidecar.SUFFIX)
        work.besides[sidecar.SUFFIX].write_bytes(values["xmp"])


def _xmp(packets: list[Packet], place: str, text: str, plan: Order) -> bytes:
    from colophon.labels import xmp

    found = [packet for packet in packets if packet.form == "xmp"]
    # A packet that lies late or compressed moves to the right place with all it holds.
    found.sort(key=lambda packet: packet.place != place)
    system = plan.system if plan.profile.names_system else None
    return xmp.write(found[0].data if found else None, text, plan.source_type, system=system)


def _succeeding(plan: Order, packets: list[Packet], places: list[str], work: Work) -> Label:
    if work.medium is Medium.TEXT:
        # What a text quotes is not its label.
        packets = [packet for packet in packets if packet.place in places]
    before = gathering.layer(packets, places)
    return succession.after(plan.label, before, work.notes.append, codes=plan.profile.chinese)


def _credential(given: Opened, work: Work, plan: Order) -> None:
    """The signed manifest. A platform that knows nothing of the making signs only what bears a
    manifest already, so that its change does not break it (Source: Measures Art. 6).
    """
    # Without a signer it is only told of, never continued.
    continued = credential.holds(given.file, work.media_type, usual_place=plan.signer is None)
    store = None if continued else sidecar.manifest(given)
    borne = continued or store is not None
    if plan.signer is None:
        if borne and not _as_it_was(given, work):
            work.notes.append(remark("manifest_outdated"))
        return
    if not borne and (plan.source_type is None or not _words_signed(work, plan)):
        return
    told = _told(given, work, plan, borne=borne, store=store)
    hindrance = _hindrance(given, work)
    if hindrance is None:
        made = work.stage.path()
        signed = credential.sign(work.current, made, work.media_type, plan.signer, **told)
        work.written["credential"] = as_json(signed)
        work.current, work.digest = made, None
    elif (plan.manifest_beside or store is not None) and not credential.supports(
        work.media_type, text_manifest=True
    ):
        manifest = credential.sign_sidecar(work.current, work.media_type, plan.signer, **told)
        beside = work.stage.beside(work.current, sidecar.MANIFEST_SUFFIX)
        beside.write_bytes(manifest)
        work.besides[sidecar.MANIFEST_SUFFIX] = beside
        work.written["credential"] = {"size": len(manifest), "signer": plan.signer.name}
    else:
        work.notes.append(hindrance)


def _as_it_was(given: Opened, work: Work) -> bool:
    """Whether neither the file nor the label beside it differs from what was given."""
    beside = work.besides.get(sidecar.SUFFIX)
    before = [packet.data for packet in sidecar.packets(given)]
    return work.digest == given.sha256() and (beside is None or [beside.read_bytes()] == before)


def _words_signed(work: Work, plan: Order) -> bool:
    return plan.text_manifest or work.media_type not in credential.TEXTS


def _told(
    given: Opened, work: Work, plan: Order, *, borne: bool, store: bytes | None
) -> credential.Told:
    return {
        # A file's name may say who somebody is; the number says nothing.
        "title": plan.label.produce_id,
        "digital_source_type": plan.source_type,
        "software_agent": plan.system or SOFTWARE,
        "aigc_json": work.written["aigc"]["value"],
        "explicit": (work.written.get("explicit") or {}).get("text"),
        "parent": given.file if borne else None,
        "parent_manifest": store,
        "soft_bindings": _soft_bindings(work),
        "text_manifest": True,
    }


def _soft_bindings(work: Work) -> list[tuple[str, str]]:
    mark = work.written.get("watermark")
    return [(f"{SOFT_BINDING}.{work.medium}", mark["payload"])] if mark else []


def _hindrance(given: Opened, work: Work) -> Remark | None:
    """Why this file can hold no manifest, if it cannot."""
    supported = credential.supports(work.media_type, text_manifest=True)
    if not supported or not credential.signable(work.current, work.media_type):
        return remark("manifest_not_embeddable", media_type=work.media_type)
    if any(credential.too_large(one, work.media_type) for one in (work.current, given.file)):
        return remark("too_large_to_sign")
    return None


def _read_back(name: str, findings: Findings, work: Work, plan: Order) -> None:
    """Raises ReadBackFailed unless the finished bytes say exactly what was to be written."""
    found = findings.layers.aigc
    if work.medium is Medium.TEXT and found is not None and found.count > 1:
        work.notes.append(remark("further_labels_in_text"))
        found = _own_label(name, work)
    if found is None or not found.present or found.count != 1 or _odd(found, plan):
        raise ReadBackFailed(file=name, detail="aigc")
    if json.loads(gathering.as_json(found)) != json.loads(work.written["aigc"]["value"]):
        raise ReadBackFailed(file=name, detail="aigc")
    layers = findings.layers
    if "credential" in work.written and not (
        layers.credential and layers.credential.valid and layers.credential.aigc_matches
    ):
        raise ReadBackFailed(file=name, detail="credential")
    if layers.credential and layers.credential.manifest and "credential" in work.written:
        work.written["credential"]["manifest"] = layers.credential.manifest
    if "explicit" in work.written and layers.explicit and not layers.explicit.present:
        raise ReadBackFailed(file=name, detail="explicit")


def _odd(found: AigcLayer, plan: Order) -> bool:
    """Whether the label deviates by anything this writing answers for: another's security data
    may well not fit the content any more.
    """
    own = plan.label_key is not None and found.content_producer == plan.label.content_producer
    borne: tuple[str, ...] = () if own else _SECURITY
    if not plan.profile.chinese:
        borne += (_NAMED,)
    return any(not deviation.code.startswith(borne) for deviation in found.deviations)


def _own_label(name: str, work: Work) -> AigcLayer:
    """The label in its place: a text may well quote other labels in its words."""
    places = work.written["aigc"]["places"]
    with opened(work.current, name) as file:
        packets = work.carrier.read(file.file)
    return gathering.layer([packet for packet in packets if packet.place in places], places)
