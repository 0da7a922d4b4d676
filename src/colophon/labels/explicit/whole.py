"""A film encoded again from start to end, at a quality at which the eye sees no loss."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from colophon.errors import MalformedFile
from colophon.labels.explicit import encoders, film, opening

if TYPE_CHECKING:
    from av.container import InputContainer, OutputContainer


def write(source: Path, target: Path, media_type: str, work: film.Work) -> None:
    """The labelled film; all other streams are copied packet for packet."""
    with (
        source.open("rb") as stream,
        opening.reading(stream, media_type, work.name) as container,
        opening.writing(target, media_type, container.metadata) as out,
    ):
        _copy(container, out, work)


def _copy(container: InputContainer, out: OutputContainer, work: film.Work) -> None:
    picture = film.main_picture(container, work.name)
    film.describe(container, out)
    encoder, others = film.streams(
        container, out, picture, work, lambda: encoders.add(out, picture, work.look)
    )
    decoder = film.Decoder(container, picture)
    for packet in container.demux():
        if packet.stream.index == picture.index:
            work.packets += packet.size > 0
            for frame in decoder.decode(packet):
                out.mux(encoder.encode(work.painted(frame, picture)))
        else:
            film.pass_on(packet, others, out)
    if work.start is None:
        raise MalformedFile(file=work.name, detail="no frame can be decoded")
    out.mux(encoder.encode(None))
    work.check_whole(picture)
