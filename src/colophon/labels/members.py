"""What the files in an archive say of their own origin, as far as a bounded walk goes."""

from __future__ import annotations

from typing import BinaryIO

from colophon.labels import gathering
from colophon.labels.model import MemberFound

ARCHIVES = ("application/zip", "application/x-zip-compressed")


def found(source: BinaryIO) -> tuple[MemberFound, ...]:
    """One finding a member, archives in archives included; what cannot be read says why."""
    from colophon.labels.carriers import archive

    told = []
    for member in archive.members(source):
        if member.error is not None:
            told.append(MemberFound(member.name, error=member.error.code))
            continue
        label = gathering.layer(member.packets, member.standard)
        told.append(
            MemberFound(
                member.name,
                media_type=member.media_type,
                label=label.label,
                content_producer=label.content_producer,
                produce_id=label.produce_id,
                deviations=tuple(deviation.code for deviation in label.deviations),
            )
        )
    return tuple(told)
