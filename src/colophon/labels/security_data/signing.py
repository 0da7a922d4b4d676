"""Security data of our own, for the reserved codes of a label that is about to be written."""

from __future__ import annotations

import base64
import json
from typing import Any

from colophon.labels.model import Label
from colophon.labels.security_data import form, judging, sm3
from colophon.labels.security_data.form import Binding, Claims
from colophon.labels.security_data.keys import SM2_WITH_SM3, Sm2Key


def sign(
    label: Label,
    key: Sm2Key,
    *,
    digest: str | None = None,
    method: str = "payload",
    propagator: bool = False,
) -> str:
    """The reserved code for a label: signatures by ``key`` over its fields, and over them together
    with the SM3 of the content where ``digest`` (hex) is given. ``method``: how the digest was
    taken. ``propagator``: the code is ReservedCode2 and speaks of the propagator's fields.

    The same label and key give the same text. It holds no space and no backslash; in the label's
    JSON its quotation marks are escaped.
    """
    claims = _claims(label)
    fields = claims.propagation() if propagator else claims.message()
    over = form.PROPAGATION if propagator else form.METADATA
    public = [_signature(over, key.signature(fields.encode("ascii")).hex().upper())]
    data: dict[str, Any] = {"Type": "TC260PG", "Version": 1, "PubSD": public}
    if digest is not None:
        binding = Binding(method, digest)
        message = judging.bound_message(claims, binding, second=propagator)
        # Base64, for a label is to stay within 2 KiB and other readers pass this one over.
        signed = base64.b64encode(key.signature(message.encode("ascii"))).decode("ascii")
        public.append(_signature(form.BOUND, signed))
        data["Bindings"] = [
            {
                "Type": form.CONTENT,
                "AlgID": sm3.ALGORITHM,
                "Method": binding.method,
                "Digest": binding.digest,
            }
        ]
    public.append({"Type": "PubKey", "AlgID": SM2_WITH_SM3, "KeyValue": key.public.short})
    return json.dumps({"SecurityData": data}, ensure_ascii=True, separators=(",", ":"))


def _signature(over: str, signature: str) -> dict[str, Any]:
    kind = {"Type": over}
    return {"Type": "DS", "AlgID": SM2_WITH_SM3, "TBSData": kind, "Signature": signature}


def _claims(label: Label) -> Claims:
    """The fields as they will be written: an absent propagator is the producer."""
    producer, number = label.content_producer, label.produce_id
    return Claims(
        label=str(label.label),
        producer=producer,
        produce_id=number,
        propagator=producer if label.content_propagator is None else label.content_propagator,
        propagate_id=number if label.propagate_id is None else label.propagate_id,
    )
