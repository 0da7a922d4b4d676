"""A platform's label on a signed file: the manifest stays valid, or the result says that it is not."""

import pytest

from colophon.labels import Label, apply, certificates, inspect
from colophon.labels.model import Integrity
from tests.labels import made
from tests.labels.formats.samples import sample

PLATFORM = Label(made.OTHER_PRODUCER, "spread-0002", label="2")


@pytest.fixture(scope="module")
def signer(tmp_path_factory):
    folder = tmp_path_factory.mktemp("signing")
    certificates.make_development(folder, "Example Operator")
    return certificates.load(folder)


@pytest.mark.parametrize(
    "suffix", [".png", ".txt", ".md", ".html", ".ogg", ".docx", ".stl", ".svg"]
)
def test_signed_on(suffix, signer, tmp_path):
    path = tmp_path / f"a{suffix}"
    path.write_bytes(sample(suffix))
    target = tmp_path / f"b{suffix}"
    apply(
        path,
        target,
        label=Label(made.PRODUCER, "p-1"),
        kind="image",
        action="edited",
        credential=signer,
        text_manifest=True,
        manifest_beside=True,
    )
    assert inspect(target).integrity is Integrity.INTACT
    apply(target, target, label=PLATFORM, explicit="off", replace=True, credential=signer)
    found = inspect(target, anchors=[signer.root])
    assert found.integrity is Integrity.INTACT
    assert [one["title"] for one in found.layers.credential.ingredients] == ["p-1"]
    third = Label(made.OTHER_PRODUCER, "spread-0003", label="3")
    same = apply(target, target, label=PLATFORM, explicit="off", replace=True)
    assert "manifest_outdated" not in [note.code for note in same.notes]
    without = apply(target, target, label=third, explicit="off", replace=True)
    again = inspect(target)
    assert again.integrity is Integrity.ALTERED
    assert "manifest_outdated" in [note.code for note in without.notes]
