"""Security data of our own, for the reserved codes of a label that is about to be written."""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from typing import Any

from colophon.errors import LabelFieldInvalid
from colophon.labels.model import Label
from colophon.labels.security_data import form, judging, sm3
from colophon.labels.security_data.form import Binding, Claims
from colophon.labels.security_data.keys import SM2_WITH_SM3, Sm2Key


def signed(
    label: Label, key: Sm2Key, *, digest: str | None = None, method: str = "payload"
) -> Label:
    """The label with our code in the field that is ours: the first and, over again, the second at
    first writing; the second alone where we stand as the propagator of another's content. A code
    that stands there already is left.

    Raises LabelFieldInvalid as `sign`.
    """
    claims = _claims(label)
    first = (claims.propagator, claims.propagate_id) == (claims.producer, claims.produce_id)
    if label.reserved_code1 if first else label.reserved_code2:
        return label
    code = sign(label, key, digest=digest, method=method, propagator=not first)
    if first:
        return replace(label, reserved_code1=code, reserved_code2=code)
    return replace(label, reserved_code2=code)


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
    JSON its quotation marks are escaped. Raises LabelFieldInvalid for a field with a quotation
    mark or a backslash, whose message could be read in two ways.
    """
    claims = _claims(label)
    if claims.ambiguous:
        raise LabelFieldInvalid(field="Label … PropagateID", detail='" \\')
    fields = claims.propagation() if propagator else claims.message()
    over = form.PROPAGATION if propagator else form.METADATA
    public = [_signature(over, key.signature(form.encoded(fields)).hex().upper())]
    data: dict[str, Any] = {"Type": "TC260PG", "Version": 1, "PubSD": public}
    if digest is not None:
        binding = Binding(method, digest)
        message = judging.bound_message(claims, binding, second=propagator)
        # Base64, for a label is to stay within 2 KiB and other readers pass this one over.
        signed = base64.b64encode(key.signature(form.encoded(message))).decode("ascii")
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
