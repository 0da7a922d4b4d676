"""The seven fields of the implicit label: their names, order and rules (GB 45438-2025 Annex E)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches
from functools import cache

from colophon.labels import deviations, provider_code
from colophon.labels.model import Deviation, LabelValue
from colophon.labels.tolerant.pairs import Pair
from colophon.provisions import parameters

LABEL = "Label"
PRODUCER = "ContentProducer"
PRODUCE_ID = "ProduceID"
RESERVED_1 = "ReservedCode1"
PROPAGATOR = "ContentPropagator"
PROPAGATE_ID = "PropagateID"
RESERVED_2 = "ReservedCode2"
NAMES = (LABEL, PRODUCER, PRODUCE_ID, RESERVED_1, PROPAGATOR, PROPAGATE_ID, RESERVED_2)
RESERVED = frozenset({RESERVED_1, RESERVED_2})
WRAPPER = "AIGC"

_FOLDED = {name.lower(): name for name in NAMES}
_LONGEST_KEY = 64
_NEAR = 0.85
_SHORTEST_NEAR = 8
_LONGEST_DETAIL = 80
# What YAML 1.1 reads as something else than a string.
_YAML_NUMBER = re.compile(
    r"[-+]?(?:0[xo]?[0-9a-fA-F_]+|[0-9][0-9_]*(?:\.[0-9_]*)?(?:[eE][-+]?[0-9]+)?|\.inf|\.nan)"
)
_YAML_WORD = re.compile(r"(?i:null|~|true|false|yes|no|on|off)?")
_NULLS = frozenset({"null", "None", "undefined"})
_NULLS_IN_YAML = frozenset({"null", "Null", "NULL", "~"})
_ENUM_REPR = re.compile(r"(?<![0-9])([123])(?![0-9])")


def name_of(key: str) -> str | None:
    """The standard's name behind a key as found; None when it is no field of the label."""
    if key in NAMES or len(key) > _LONGEST_KEY:
        return key if key in NAMES else None
    folded = re.sub(r"[^a-z0-9]", "", key.lower())
    if folded in _FOLDED:
        return _FOLDED[folded]
    if len(folded) < _SHORTEST_NEAR:
        return None
    near = get_close_matches(folded, _FOLDED, n=1, cutoff=_NEAR)
    return _FOLDED[near[0]] if near and _digits(near[0]) == _digits(folded) else None


def values(pairs: Iterable[Pair], *, yaml: bool) -> dict[str, str]:
    """Each field's value as text, null as the empty text; what was cut off is left out."""
    nulls = _NULLS_IN_YAML if yaml else _NULLS
    found: dict[str, str] = {}
    for pair in pairs:
        name = name_of(pair.key)
        if name and pair.kind != "cut":
            null = pair.kind == "plain" and pair.text in nulls
            found[name] = "" if null else pair.text
    return found


def claim(label: str | None) -> LabelValue | None:
    """Which of the three values a ``Label`` as found stands for, however it is written."""
    if label is None:
        return None
    bare = label.strip()
    if bare in set(LabelValue):
        return LabelValue(bare)
    numbered = _ENUM_REPR.search(bare)
    if numbered:
        return LabelValue(numbered[1])
    return LabelValue.IS if re.search(r"(?i)aigc|true|generated|生成|合成", bare) else None


def judge_pairs(pairs: tuple[Pair, ...], *, yaml: bool) -> Iterator[Deviation]:
    """What is wrong with names, order and kinds of values."""
    seen: list[str] = []
    for pair in pairs:
        name = name_of(pair.key)
        if name is None:
            yield deviations.of("field_unknown", _short(pair.key))
            continue
        if pair.key != name:
            yield deviations.of("field_name_misspelt", f"{_short(pair.key)} → {name}")
        if name in seen:
            yield deviations.of("field_repeated", name)
        seen.append(name)
        yield from _judge_kind(name, pair, yaml=yaml)
    places = [NAMES.index(name) for name in seen]
    if places != sorted(places) and not yaml:
        yield deviations.of("fields_reordered", ",".join(seen))


_BY_PLATFORM = (LabelValue.MAY_BE, LabelValue.SUSPECTED)


def judge_values(found: Mapping[str, str], *, whole: bool) -> Iterator[Deviation]:
    """What is wrong with the values. ``whole`` is False when the rest was cut off."""
    # A platform that marks what bears no label knows no producer (Measures Art. 6).
    may_lack = (PRODUCER, PRODUCE_ID) if found.get(LABEL) in _BY_PLATFORM else ()
    for name in NAMES:
        if name in found:
            if found[name] or name not in may_lack:
                yield from _judge_value(name, found[name])
        elif whole:
            yield deviations.of("field_missing", name)
    yield from _judge_propagator(found)


def disallowed(name: str, value: str) -> str:
    """The characters of a value that its field may not hold.

    A quotation mark is allowed in the reserved fields alone, where JSON escapes it.
    """
    allowed, only_allowed = _characters()
    if only_allowed.fullmatch(value):
        return ""
    extra = '"' if name in RESERVED else ""
    odd = {character for character in value if not allowed.fullmatch(character)}
    return "".join(sorted(odd - set(extra)))


@cache
def _characters() -> tuple[re.Pattern[str], re.Pattern[str]]:
    """One character that a value may hold, and a whole value of such."""
    one = str(parameters.value("implicit.character_pattern"))
    return re.compile(one), re.compile(f"(?:{one})*+")


def _judge_kind(name: str, pair: Pair, *, yaml: bool) -> Iterator[Deviation]:
    if pair.kind not in {"plain", "object"}:
        return
    as_text = yaml and pair.kind == "plain"
    if as_text and not (_YAML_NUMBER.fullmatch(pair.text) or _YAML_WORD.fullmatch(pair.text)):
        return
    code = "label_not_string" if name == LABEL else "field_not_string"
    yield deviations.of(code, f"{name}: {_short(pair.text)}")


def _judge_value(name: str, value: str) -> Iterator[Deviation]:
    if name == LABEL and value not in set(LabelValue):
        yield deviations.of("label_not_enum", _short(value))
    if not value and name not in RESERVED and name != LABEL:
        yield deviations.of("field_empty", name)
    odd = disallowed(name, value)
    if odd:
        yield deviations.of("char_not_allowed", f"{name}: {_short(ascii(odd))}")
    if value and name in {PRODUCER, PROPAGATOR}:
        for fault in provider_code.faults(value):
            yield deviations.of(fault, f"{name}: {_short(value)}")


def _judge_propagator(found: Mapping[str, str]) -> Iterator[Deviation]:
    producer, propagator = found.get(PRODUCER), found.get(PROPAGATOR)
    if not producer or not propagator or producer == propagator:
        return
    ours, theirs = provider_code.parse(producer), provider_code.parse(propagator)
    same_id = found.get(PRODUCE_ID) == found.get(PROPAGATE_ID)
    if ours and theirs and ours.uscc == theirs.uscc and same_id:
        yield deviations.of("propagator_code_differs", f"{ours.extension} / {theirs.extension}")


def _digits(text: str) -> str:
    return re.sub(r"\D", "", text)


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST_DETAIL else text[: _LONGEST_DETAIL - 1] + "…"
