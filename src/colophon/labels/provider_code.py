"""The provider code: who made or spread the content, in 27 characters (TC260-PG-20252A).

``00`` format, ``1`` organisation, ``1`` bound by unified social credit code (USCC), the
18 characters of the USCC, 5 characters of extension. The code is the operator's own: it is
configured and checked here, never invented.
"""

from __future__ import annotations

import re
from functools import lru_cache

from colophon.errors import ProducerCodeInvalid
from colophon.labels.model import Producer
from colophon.provisions import parameters

HEAD = "0011"
NO_EXTENSION = "00000"
USCC_LENGTH = 18
ROLES = {"1": "generation", "2": "propagation"}

# GB 32100 leaves out I, O, S, V and Z, which are mistaken for digits and each other.
_USCC_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_ORDER = {character: place for place, character in enumerate(_USCC_ALPHABET)}
_WEIGHTS = tuple(pow(3, place, len(_USCC_ALPHABET)) for place in range(USCC_LENGTH - 1))
_USCC = re.compile(rf"[{_USCC_ALPHABET}]{{2}}[0-9]{{6}}[{_USCC_ALPHABET}]{{10}}")
_EXTENSION = re.compile(rf"{NO_EXTENSION}|[12][0-9A-Z]{{4}}")
_LOOSE = re.compile(r"0011([0-9A-Z]{15,18})([0-9A-Z]{0,8})")


@lru_cache(maxsize=64)
def uscc_check_character(first_17: str) -> str:
    """The last character of the USCC that begins with these 17.

    Source: GB 32100: weights 3^i mod 31, check = (31 - sum mod 31) mod 31.
    Raises ValueError for a character outside the alphabet.
    """
    modulus = len(_USCC_ALPHABET)
    if not _ORDER.keys() >= set(first_17):
        raise ValueError(ascii(first_17[:USCC_LENGTH]))
    total = sum(
        _ORDER[character] * weight for character, weight in zip(first_17, _WEIGHTS, strict=True)
    )
    return _USCC_ALPHABET[(modulus - total % modulus) % modulus]


def uscc_valid(uscc: str) -> bool:
    """Whether the text has the form of a USCC and its check character agrees."""
    return bool(_USCC.fullmatch(uscc)) and uscc_check_character(uscc[:-1]) == uscc[-1]


def build(uscc: str, extension: str = NO_EXTENSION) -> str:
    """The provider code of the organisation with this USCC. Raises ProducerCodeInvalid."""
    code = HEAD + uscc + extension
    check(code)
    return code


def check(text: str) -> None:
    """Raises ProducerCodeInvalid unless ``text`` is exactly a provider code."""
    length = int(parameters.value("provider_code.length"))
    if len(text) != length:
        raise ProducerCodeInvalid(detail=f"{len(text)} / {length}")
    uscc, extension = _parts(text)
    if not text.startswith(HEAD):
        raise ProducerCodeInvalid(detail=f"{text[: len(HEAD)]} ≠ {HEAD}")
    if not _USCC.fullmatch(uscc):
        raise ProducerCodeInvalid(detail=f"USCC {uscc}")
    if not uscc_valid(uscc):
        raise ProducerCodeInvalid(detail=f"USCC {uscc} (GB 32100)")
    if not _EXTENSION.fullmatch(extension):
        raise ProducerCodeInvalid(detail=extension)


def parse(text: str) -> Producer | None:
    """What can be known from a code as found: lower case, spaces around it and a lost or
    doubled character are borne. None: it is not a provider code at all, but a name or an id.
    """
    code = text.strip().upper()
    loose = _LOOSE.fullmatch(code)
    if loose is None:
        bare = code if uscc_valid(code) else None
        return Producer(bare, uscc_valid=True, extension=None, role="unknown") if bare else None
    uscc, extension = _parts(code)
    if not uscc_valid(uscc) and len(extension) != len(NO_EXTENSION):
        # The lost or doubled character may be in the USCC: trust the extension's length then.
        uscc, extension = code[len(HEAD) : -len(NO_EXTENSION)], code[-len(NO_EXTENSION) :]
    return Producer(uscc, uscc_valid(uscc), extension, _role(extension))


def faults(text: str) -> tuple[str, ...]:
    """The deviation codes of a code as found; empty when it is exactly right."""
    try:
        check(text)
    except ProducerCodeInvalid:
        return _faults(text)
    return ()


def _faults(text: str) -> tuple[str, ...]:
    found = parse(text)
    if found is None:
        return ("producer_not_code",)
    stripped = text.strip()
    length = int(parameters.value("provider_code.length"))
    wrong_length = len(stripped) != length
    named = {
        "producer_code_length": wrong_length,
        "producer_code_lower_case": stripped != stripped.upper(),
        "uscc_check_digit": not found.uscc_valid,
        "producer_code_extension": not wrong_length
        and not _EXTENSION.fullmatch(found.extension or ""),
    }
    return tuple(code for code, holds in named.items() if holds)


def _parts(code: str) -> tuple[str, str]:
    start = len(HEAD)
    return code[start : start + USCC_LENGTH], code[start + USCC_LENGTH :]


def _role(extension: str) -> str:
    if extension and not extension.strip("0"):
        return "none"
    return ROLES.get(extension[:1], "unknown")
