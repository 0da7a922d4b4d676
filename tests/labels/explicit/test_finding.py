"""The explicit label found in words: what a reader would see, at a bounded cost."""

from __future__ import annotations

import time

import pytest

from colophon.labels import inspect
from colophon.labels.explicit import finding, text

WORDS = "<p>AI生成</p>"
FILLED = "<p>words</p>" * 40


def _in_html(html: str) -> bool:
    return finding.in_words(html.encode(), "text/html") is not None


@pytest.mark.parametrize(
    ("html", "there"),
    [
        (WORDS, True),
        (f"<html><head><title>t</title></head><body>{WORDS}{FILLED}", True),
        (f"<html><head><title>t</title><body>{WORDS}{FILLED}", True),
        (f"{FILLED}{WORDS}<!-- never closed", True),
        (f"<!-- a --><script>b</script >{WORDS}", True),
        (f"<title>AI生成</title>{FILLED}", False),
        (f"<!-- {WORDS} -->{FILLED}", False),
        (f"<script>\nAI生成\n</script>{FILLED}", False),
        (f"{FILLED}<!-- never closed {WORDS}", False),
        (f"{FILLED}<style>\n{WORDS}", False),
    ],
)
def test_what_a_browser_shows_counts(html, there) -> None:
    assert _in_html(html) is there


@pytest.mark.parametrize("form", ["plain", "markdown", "html"])
@pytest.mark.parametrize("place", ["start", "end"])
@pytest.mark.parametrize("content", ["<p>words</p>\n" * 40, "שלום עולם\n\n" * 40])
def test_what_is_written_is_found(form, place, content) -> None:
    labelled, written = text.apply(content, form, place=place)
    media_type = {"plain": "text/plain", "markdown": "text/markdown", "html": "text/html"}[form]
    found = finding.in_words(labelled.encode(), media_type)
    assert found == finding.Words(written.text, written.where)
    assert text.apply(labelled, form, place=place) == (labelled, written)


@pytest.mark.parametrize(
    "piece", ["<p ", "<!--", "<script>", "<head>", "<title>", "<style ", "<!-->"]
)
def test_what_never_closes_costs_one_pass(piece) -> None:
    started = time.perf_counter()
    _in_html(piece * (2_000_000 // len(piece)))
    assert time.perf_counter() - started < 5


def test_many_labels_cost_one_pass() -> None:
    page = b'<meta name="AIGC" content="{&quot;Label&quot;:&quot;1&quot;}">' * 30_000
    started = time.perf_counter()
    found = inspect(page, name="a.html")
    assert time.perf_counter() - started < 10
    assert found.layers.aigc is not None
    assert found.layers.aigc.count == 30_000


@pytest.mark.parametrize("run", [" ", "*", "-"])
@pytest.mark.parametrize("media_type", ["text/plain", "text/x-python"])
def test_a_long_run_of_marks_is_read_once(media_type, run) -> None:
    started = time.process_time()
    finding.in_words(f"# x{run * 500_000}y\n".encode(), media_type)
    assert time.process_time() - started < 2
