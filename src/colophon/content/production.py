"""Synthesis by a built-in editor; what it makes goes the same labelling road."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, BinaryIO

from colophon.content import release
from colophon.content.editors import editor as editor_named
from colophon.content.editors.editor import Editor
from colophon.content.models import Content
from colophon.content.states import SETTLED, State
from colophon.content.submission import Order, admit, check, counted
from colophon.errors import EditorRefused
from colophon.store import blobs, jobs
from colophon.store.context import JobContext

if TYPE_CHECKING:
    from colophon.parties.models import Account


def synthesise(
    editor: str,
    instructions: Mapping[str, Any],
    *,
    account: Account,
    by: str,
    now: datetime,
    files: Mapping[str, BinaryIO] | None = None,
    explicit: str = "auto",
    lang: str = "zh",
    idempotency_key: str | None = None,
) -> Content:
    """Queues the making and labelling of a content by a built-in editor.

    ``files`` are the editor's inputs by name. Raises EditorRefused for an unknown editor,
    wrong instructions or missing files, and what ``submission.submit`` raises.
    """
    maker = editor_named(editor)
    wishes = maker.check(instructions)
    inputs = _kept(maker, files or {})
    order = Order(
        name=f"{maker.name}-{now:%Y%m%d-%H%M%S}{maker.suffix}",
        kind=maker.kind.value,
        action=maker.action.value,
        explicit=explicit,
        lang=lang,
        editor=maker.name,
        instructions={**wishes, "inputs": inputs},
        idempotency_key=idempotency_key or "",
    )
    check(order)
    content = Content(medium=maker.medium.value, media_type=maker.media_type)
    return admit(content, order, account=account, digest="", by=by, now=now)


@jobs.body("content.produce")
def produce(context: JobContext, content_id: str) -> None:
    """Runs the editor, keeps what it made, and queues its labelling."""
    content = Content.objects.get(pk=content_id)
    if State(content.state) in SETTLED:
        return
    context.once("begin", lambda: release.advance(content_id, State.PRODUCING))
    made = release.held_if_refused(
        context, release.holding(context, content), lambda: _made(content)
    )
    if made is not None:
        context.once("made", lambda: _pass_on(content_id, made))


def _made(content: Content) -> blobs.Blob:
    maker = editor_named(content.editor)
    wishes = dict(content.instructions)
    with release.workplace() as folder:
        inputs = {}
        for name, sha256 in wishes.pop("inputs", {}).items():
            inputs[name] = folder / f"input-{name}"
            inputs[name].symlink_to(blobs.path(sha256).absolute())
        target = folder / f"made{maker.suffix}"
        maker.run(wishes, inputs, target)
        with target.open("rb") as finished:
            return blobs.keep(finished)


def _pass_on(content_id: str, made: blobs.Blob) -> None:
    content = Content.objects.select_for_update().get(pk=content_id)
    content.original_sha256, content.original_size = made.sha256, made.size
    content.save(update_fields=["original_sha256", "original_size"])
    jobs.queue("content.label", {"content_id": content_id}, key=f"content.label:{content_id}")


def _kept(maker: Editor, files: Mapping[str, BinaryIO]) -> dict[str, str]:
    missing = [name for name in maker.inputs if name not in files]
    unknown = [name for name in files if name not in maker.inputs + maker.optional]
    if missing or unknown:
        raise EditorRefused(editor=maker.name, detail=", ".join(maker.inputs + maker.optional))
    return {name: blobs.keep(counted(source, name)).sha256 for name, source in files.items()}
