"""The measured table: lines held to bars, and the page that shows every tool beside us."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean

from benchmarks.measuring import ROOT, Row
from benchmarks.watermark import charts
from benchmarks.watermark.trial import Outcome, family

PAGES = ROOT / "docs" / "benchmarks"


@dataclass(frozen=True, slots=True)
class Bars:
    """``read``, ``seen``: least share of contents by attack; ``quality``: least mean by measure;
    ``worst``: least of all contents; ``most``: what no content may exceed; the rest in ms and s of
    the processor."""

    read: Mapping[str, float]
    seen: Mapping[str, float]
    quality: Mapping[str, float]
    worst: Mapping[str, float]
    most: Mapping[str, float]
    embed_ms: float
    find_ms: float
    longest_s: float
    mean: float


def rows(what: str, outcomes: Sequence[Outcome], bars: Bars, unit: str) -> Iterator[Row]:
    """``outcomes``: ours first."""
    ours, peers = outcomes[0], outcomes[1:]
    for attack in dict.fromkeys(map(family, ours.read)):
        yield _attack(what, attack, ours, peers, bars)
    if ours.read:
        yield _share(f"{what}: mean over all attacks", ours.mean(), _best(peers, None), bars.mean)
    for name, values in ours.quality.items():
        yield from _quality(what, name, values, peers, bars)
    for number, (name, bar) in enumerate((("mark", bars.embed_ms), ("read", bars.find_ms))):
        taken = ours.milliseconds()[number]
        others = ", ".join(f"{one.name}: {one.milliseconds()[number]:.0f}" for one in peers)
        yield Row(
            f"{what}: processor time to {name}, a {unit}",
            f"{taken:.1f} ms",
            others or "–",
            bar=f"≤ {bar:g} ms",
            held=taken <= bar,
        )
    longest = ours.longest_s
    yield Row(
        f"{what}: the longest search after an attack",
        f"{longest:.2f} s",
        bar=f"≤ {bars.longest_s:g} s",
        held=longest <= bars.longest_s,
    )
    yield Row(
        f"{what}: payloads read that nobody had embedded",
        str(ours.wrong),
        bar="0",
        held=ours.wrong == 0,
    )


def _attack(what: str, attack: str, ours: Outcome, peers: Sequence[Outcome], bars: Bars) -> Row:
    seen = attack in bars.seen
    bar = bars.seen.get(attack) if seen else bars.read.get(attack)
    name = f"{what}: {attack}" + (", mark seen" if seen else "")
    return _share(name, ours.share(attack, seen=seen) or 0.0, _best(peers, attack), bar)


def _share(what: str, share: float, peer: str, bar: float | None) -> Row:
    figure = f"{share * 100:.0f} %"
    if bar is None:
        return Row(what, figure, peer)
    return Row(what, figure, peer, bar=f"≥ {bar * 100:g} %", held=share >= bar)


def _best(peers: Sequence[Outcome], attack: str | None) -> str:
    """The peer that came off best, and on how many contents."""
    shares = [(one.mean() if attack is None else one.share(attack), one) for one in peers]
    known = [(share, one) for share, one in shares if share is not None]
    if not known:
        return "–"
    share, one = max(known, key=lambda pair: pair[0])
    return f"{one.name}: {share * 100:.0f} % of {one.contents}" if share else "0 %"


def _quality(
    what: str, name: str, values: list[float], peers: Sequence[Outcome], bars: Bars
) -> Iterator[Row]:
    others = [f"{one.name}: {_figure(fmean(v))}" for one in peers if (v := one.quality.get(name))]
    peer = ", ".join(others) or "–"
    if name in bars.most:
        bar = bars.most[name]
        found = max(values)
        yield Row(
            f"{what}: {name}, most", _figure(found), peer, bar=f"≤ {bar:g}", held=found <= bar
        )
        return
    bar = bars.quality.get(name, 0.0)
    found = fmean(values)
    yield Row(f"{what}: {name}, mean", _figure(found), peer, bar=f"≥ {bar:g}", held=found >= bar)
    if name in bars.worst:
        bar, found = bars.worst[name], min(values)
        yield Row(f"{what}: {name}, least", _figure(found), bar=f"≥ {bar:g}", held=found >= bar)


def _figure(value: float) -> str:
    return f"{value:.1f}" if value >= 10 else f"{value:.3f}"


def page(
    title: str, outcomes: Sequence[Outcome], missing: Sequence[str], units: tuple[str, str]
) -> list[str]:
    """A table with a column for each tool: shares read by attack, and what each costs. ``units``:
    of time and of memory."""
    attacks = dict.fromkeys(name for one in outcomes for name in one.read)
    lines = [f"## {title}", "", *_table(outcomes, attacks, units), ""]
    if missing:
        lines += [f"Not measured here: {', '.join(missing)}.", ""]
    return lines


def _table(
    outcomes: Sequence[Outcome], attacks: Mapping[str, None], units: tuple[str, str]
) -> list[str]:
    lines = [_line("", [one.name for one in outcomes]), "|---" * (len(outcomes) + 1) + "|"]
    lines.append(_line("bits", [str(one.bits) for one in outcomes]))
    lines.append(_line("contents", [str(one.contents) for one in outcomes]))
    said = ("yes", "no: always gives bits")
    lines.append(_line("can say *no mark*", [said[not one.decides] for one in outcomes]))
    for name in dict.fromkeys(name for one in outcomes for name in one.quality):
        values = [one.quality.get(name) for one in outcomes]
        lines.append(_line(name, [_figure(fmean(v)) if v else "–" for v in values]))
    times = [one.milliseconds() for one in outcomes]
    lines.append(_line(f"ms a {units[0]}, mark / read", [f"{a:.0f} / {b:.0f}" for a, b in times]))
    lines.append(_line(f"memory, {units[1]}", [f"{one.memory:.1f}" for one in outcomes]))
    for attack in attacks:
        shares = [one.read.get(attack) for one in outcomes]
        lines.append(_line(attack, [f"{fmean(v) * 100:.0f} %" if v else "–" for v in shares]))
    lines.append(_line("**mean**", [f"**{one.mean() * 100:.1f} %**" for one in outcomes]))
    return lines


def _line(first: str, cells: Sequence[str]) -> str:
    return f"| {' | '.join([first, *cells])} |"


def plot(name: str, outcomes: Sequence[Outcome], folder: Path = PAGES) -> None:
    """Writes ``<name>.svg``: recovery by attack and tool."""
    attacks = list(dict.fromkeys(map(family, [a for one in outcomes for a in one.read])))
    shares = [[one.share(attack) for one in outcomes] for attack in attacks]
    drawn = charts.grid(attacks, [one.name for one in outcomes], shares)
    (folder / f"{name}.svg").write_text(drawn, encoding="utf-8")
