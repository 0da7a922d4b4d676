"""One pair of words for the two labels: explicit and implicit."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
OTHER_WORDS = re.compile(
    r"\b(?:visible|invisible|overt|covert|hidden|latent)[ _]labels?\b|可见标识|隐藏标识",
    re.IGNORECASE,
)
READ = [
    *ROOT.glob("*.md"),
    *(ROOT / "docs").rglob("*.md"),
    *(path for path in (ROOT / "src").rglob("*") if path.suffix in {".py", ".html", ".po"}),
]


@pytest.mark.parametrize("path", READ, ids=lambda path: str(path.relative_to(ROOT)))
def test_labels_are_called_explicit_or_implicit(path):
    assert OTHER_WORDS.findall(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("phrase", ["a visible label", "hidden_labels", "隐藏标识"])
def test_the_check_sees_other_words(phrase):
    assert OTHER_WORDS.search(phrase)
