"""Archives: what the files in them say, and what the archive itself says."""

import io
import zipfile

from colophon.labels import Label, apply, inspect
from tests.labels import made

LABEL = Label(made.PRODUCER, "m-1")


def zipped(**members: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name.replace("_", "."), data)
    return out.getvalue()


def labelled(form: str, name: str) -> bytes:
    given = {"label": LABEL, "kind": "image", "action": "edited", "name": name}
    return apply(made.picture(form), **given).data


def test_members_are_told_beside_the_archive() -> None:
    inner = zipped(deep_png=labelled("PNG", "deep.png"))
    found = inspect(
        zipped(a_jpg=labelled("JPEG", "a.jpg"), b_png=made.picture("PNG"), c_zip=inner),
        name="x.zip",
        look="auto",
    )
    assert found.verdict == "unlabelled"
    assert [(m.name, m.label) for m in found.members] == [
        ("a.jpg", "1"),
        ("b.png", None),
        ("c.zip", None),
        ("c.zip/deep.png", "1"),
    ]
    assert [note.code for note in found.notes] == ["members_labelled"]
    assert found.to_json()["members"][0]["produce_id"] == "m-1"


def test_a_labelled_archive_keeps_its_members_labels() -> None:
    data = zipped(a_jpg=labelled("JPEG", "a.jpg"))
    whole = apply(
        data, name="x.zip", label=Label(made.PRODUCER, "whole"), kind="image", action="edited"
    )
    found = inspect(whole.data, name="x.zip", look="auto")
    assert found.layers.aigc.produce_id == "whole"
    assert {m.name: m.produce_id for m in found.members}["a.jpg"] == "m-1"


def test_a_member_that_cannot_be_read_costs_nobody_else() -> None:
    found = inspect(
        zipped(bad_png=b"\x89PNG\r\n\x1a\n", good_png=labelled("PNG", "g.png")),
        name="x.zip",
        look="auto",
    )
    assert [(m.name, m.error) for m in found.members] == [
        ("bad.png", "truncated_file"),
        ("good.png", None),
    ]


def test_other_files_have_no_members() -> None:
    assert "members" not in inspect(made.picture("PNG"), name="a.png", look="auto").to_json()
