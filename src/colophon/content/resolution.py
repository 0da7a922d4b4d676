"""Manifests found again by what outlives them: the C2PA Soft Binding Resolution API.

Public, as the manifests were: only what was released here is answered, by its manifest's name.
"""

from __future__ import annotations

import base64
import binascii

from django.conf import settings
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from ninja import Field, Query, Router, Schema

from colophon.content import register, verification
from colophon.content.intake import Upload
from colophon.content.models import Content
from colophon.content.shapes import Problem9457
from colophon.content.states import State
from colophon.errors import ContentMissing, RequestInvalid
from colophon.labels.marking.media import MEDIA
from colophon.labels.writing import SOFT_BINDING
from colophon.parties import throttle
from colophon.store import clock

router = Router(tags=["soft bindings"])
ERRORS = dict.fromkeys((400, 404, 413, 415, 422, 429), Problem9457)
ALGORITHMS = tuple(f"{SOFT_BINDING}.{medium}" for medium in MEDIA)
_EXACT = 100
_BODY = {
    "requestBody": {
        "required": True,
        "content": {"*/*": {"schema": {"type": "string", "format": "binary"}}},
    }
}


class Binding(Schema):
    """A soft binding; ``value`` is Base64 of what the algorithm gives."""

    alg: str
    value: str = Field(max_length=4096)


class Most(Schema):
    maxResults: int = Field(10, ge=1, le=100)  # noqa: N815 - the API's own name


class Match(Schema):
    manifestId: str  # noqa: N815 - the API's own name
    similarityScore: int = Field(ge=0, le=100)  # noqa: N815 - the API's own name


class Matches(Schema):
    matches: list[Match]


class Algorithm(Schema):
    alg: str


class Algorithms(Schema):
    watermarks: list[Algorithm]
    fingerprints: list[Algorithm]


@router.get("/services/supportedAlgorithms", response=Algorithms)
def supported(request: HttpRequest) -> Algorithms:  # noqa: ARG001
    """The soft bindings that can be asked for."""
    return Algorithms(watermarks=[Algorithm(alg=name) for name in ALGORITHMS], fingerprints=[])


@router.get("/matches/byBinding", response={200: Matches, **ERRORS})
def by_binding(request: HttpRequest, binding: Query[Binding], most: Query[Most]) -> Matches:
    """The manifests of the content whose watermark has this value."""
    return _bound(request, binding, most)


@router.post("/matches/byBinding", response={200: Matches, **ERRORS})
def by_large_binding(request: HttpRequest, binding: Binding, most: Query[Most]) -> Matches:
    """The same for values too long for an address."""
    return _bound(request, binding, most)


@router.post("/matches/byContent", response={200: Matches, **ERRORS}, openapi_extra=_BODY)
def by_content(request: HttpRequest, most: Query[Most]) -> Matches:
    """The manifests of the content that these bytes are, or are made from. The file is read and
    forgotten.
    """
    _limited(request)
    source, name = Upload(request).file()
    found = verification.inspect_upload(source, name).layers.register
    if found is None or found.content_id is None or found.match == "none":
        return Matches(matches=[])
    return _matches(Content.objects.filter(pk=found.content_id), most)


@router.get(
    "/manifests/{manifest_id}",
    response={200: bytes, **ERRORS},
    openapi_extra={"responses": {"200": {"content": {"application/c2pa": {}}}}},
)
def manifest(request: HttpRequest, manifest_id: str) -> HttpResponse:
    """The whole manifest store whose active manifest has this name."""
    _limited(request)
    content = register.by_manifest(manifest_id)
    if content is None:
        raise ContentMissing
    return HttpResponse(register.manifest_store(content), content_type="application/c2pa")


def _bound(request: HttpRequest, binding: Binding, most: Most) -> Matches:
    _limited(request)
    if binding.alg not in ALGORITHMS:
        raise RequestInvalid(detail=f"alg: {', '.join(ALGORITHMS)}")
    try:
        value = base64.b64decode(binding.value, validate=True).decode("ascii")
    except (binascii.Error, ValueError) as error:
        raise RequestInvalid(detail="value: Base64?") from error
    return _matches(register.by_mark(value.lower()), most)


def _matches(found: QuerySet[Content], most: Most) -> Matches:
    # What the operator labelled by command is not here: its file stayed where it was.
    held = found.filter(state=State.RELEASED, account__isnull=False).exclude(manifest="")
    names = held.values_list("manifest", flat=True)[: most.maxResults]
    return Matches(matches=[Match(manifestId=name, similarityScore=_EXACT) for name in names])


def _limited(request: HttpRequest) -> None:
    client = request.META.get("REMOTE_ADDR", "")
    throttle.admit(client, "inspect", settings.COLOPHON_INSPECT_PER_MINUTE, now=clock.now())
