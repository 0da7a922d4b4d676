"""The ISCC Text-Code: which runs of thirteen characters occur in a text.

Source: ISO 24138:2024, with its own minhash parameters; Collet, xxHash (XXH32).
"""

from __future__ import annotations

import unicodedata

import numpy as np
from numpy.typing import NDArray

from colophon.labels.fingerprint import iscc

RUN = 13
_BLOCK = 1 << 15
_LEFT_OUT = "CMP"
"""Categories, by their first letter: controls, marks, punctuation."""
_PRIMES = (2_654_435_761, 2_246_822_519, 3_266_489_917, 668_265_263, 374_761_393)
_MERSENNE = np.uint64((1 << 61) - 1)
_LOW = np.uint64(0xFFFFFFFF)
_KEPT_BITS = 4
# fmt: off
_FACTORS = (
    853146490016488653, 1849332765672628665, 1131688930666554379, 1936485333668353377,
    890837126813020267, 1988249303247129861, 1408894512544874755, 2140251716176616185,
    1755124413189049421, 1355916793659431597, 546586563822844083, 497603761441203021,
    2000709902557454173, 1057597903350092207, 1576204252850880253, 2078784234495706739,
    1022616668454863635, 2150082342606334489, 712341150087765807, 1511757510246096559,
    1525853819909660573, 1263771796138990131, 1215963627200985263, 590069150281426443,
    130824646248385081, 962725325544728503, 1702561325943522847, 296074222435072629,
    490211158716051523, 1255327197241792767, 699458998727907367, 32930168991409845,
    1985097843455124585, 362027841570125531, 1903252144040897835, 900391845076405289,
    547470123601853551, 1689373724032359119, 845594231933442371, 400331968021206285,
    174967108345233429, 876513700861085019, 505848386844809885, 1920468508342256199,
    1292611725303815789, 963317239501343903, 1730880032297268007, 284614929850059717,
    1185026248283273081, 2167288823816985197, 1214905315086686483, 1555253098157439857,
    1048013650291539723, 1238618594841147605, 1213502582686547311, 286300733803129311,
    1250358511639043529, 407534797452854371, 960869149538623787, 1722699901467253087,
    1325704236119824319, 196979859428570839, 1669408735473259699, 781336617016068757,
)
_ADDED = (
    1089606993368836715, 726972438868274737, 66204585613901025, 1078410179646709132,
    1343470117098523467, 698653121981343911, 1248486536592473639, 1447963007834012793,
    1034598851883537815, 1474008409379745934, 793773480906057541, 980501101461882479,
    963941556313537655, 233651787311327325, 243905121737149907, 570269452476776142,
    297633284648631084, 1516796967247398557, 1494795672066692649, 1728741177365151059,
    1029197538967983408, 1660732464170610344, 1399769594446678069, 506465470557005705,
    1279720146829545181, 860096419955634036, 411519685280832908, 69539191273403207,
    1960489729088056217, 605092075716397684, 1017496016211653149, 1304834535101321372,
    949013511180032347, 1142776242221098779, 576980004709031232, 1071272177143100544,
    1494527341093835499, 1073290814142727850, 1285904200674942617, 1277176606329477335,
    343788427301735585, 2100915269685487331, 1227711252031557450, 18593166391963377,
    2101884148332688233, 191808277534686888, 2170124912729392024, 918430470748151293,
    1831024560113812361, 1951365515851067694, 744352348473654499, 1921518311887826722,
    2020165648600700886, 1764930142256726985, 1903893374912839788, 1449378957774802122,
    1435825328374066345, 833197549717762813, 2238991044337210799, 748955638857938366,
    1834583747494146901, 222012292803592982, 901238460725547841, 1501611130776083278,
)
# fmt: on

Words = NDArray[np.uint32]


def of_text(text: str, bits: int = iscc.BITS) -> str:
    """The Text-Code of plain text without markup. ``bits``: a multiple of 32 up to 256."""
    collapsed = _collapsed(text)
    least = np.full(len(_FACTORS), np.iinfo(np.uint64).max, np.uint64)
    factors = np.array(_FACTORS, np.uint64)[:, None]
    added = np.array(_ADDED, np.uint64)[:, None]
    for start in range(0, max(1, len(collapsed) - RUN + 1), _BLOCK):
        runs = _runs(collapsed[start : start + _BLOCK + RUN - 1])
        hashes = (factors * runs.astype(np.uint64) + added) % _MERSENNE & _LOW
        least = np.minimum(least, hashes.min(axis=1))
    digest = np.packbits([least >> np.uint64(bit) & np.uint64(1) for bit in range(_KEPT_BITS)])
    return iscc.unit(iscc.CONTENT, iscc.TEXT, digest.tobytes(), bits)


def _collapsed(text: str) -> str:
    decomposed = unicodedata.normalize("NFD", text).lower()
    kept = (
        one
        for one in decomposed
        if not one.isspace() and unicodedata.category(one)[0] not in _LEFT_OUT
    )
    return unicodedata.normalize("NFKC", "".join(kept))


def _runs(text: str) -> Words:
    """XXH32 of each run of thirteen characters in UTF-8; of a shorter text as a whole."""
    data = np.frombuffer(text.encode("utf-8"), np.uint8)
    begins = np.flatnonzero((data & 0xC0) != 0x80)
    ends = np.concatenate((begins[RUN:], [len(data)]))
    starts = begins[: len(ends)] if len(ends) <= len(begins) else np.zeros(1, np.intp)
    lengths = ends - starts
    found = np.empty(len(starts), np.uint32)
    for length in np.unique(lengths).tolist():
        same = lengths == length
        found[same] = _xxh32(data[starts[same][:, None] + np.arange(length)])
    return found


def _xxh32(rows: NDArray[np.uint8]) -> Words:
    """Of each row of bytes."""
    one, two, three, four, five = (np.uint32(prime) for prime in _PRIMES)
    count, length = rows.shape
    stripes, words = length // 16, length // 4
    lanes = np.ascontiguousarray(rows[:, : words * 4]).view("<u4").reshape(count, words)
    if stripes:
        begin = np.array([_PRIMES[0] + _PRIMES[1], _PRIMES[1], 0, -_PRIMES[0]]) & 0xFFFFFFFF
        state: Words = np.repeat(begin.astype(np.uint32)[None], count, axis=0)
        for stripe in range(stripes):
            lane: Words = lanes[:, 4 * stripe : 4 * stripe + 4]
            state = _turned(np.add(state, lane * two, dtype=np.uint32), 13) * one
        turns = (1, 7, 12, 18)
        turned = [_turned(state[:, at], turn) for at, turn in enumerate(turns)]
        made = turned[0] + turned[1] + turned[2] + turned[3]
    else:
        made = np.full(count, five, np.uint32)
    made += np.uint32(length)
    for word in range(4 * stripes, words):
        made = _turned(np.add(made, lanes[:, word] * three, dtype=np.uint32), 17) * four
    for byte in range(4 * words, length):
        made = _turned(made + rows[:, byte].astype(np.uint32) * five, 11) * one
    for turn, prime in ((15, two), (13, three), (16, np.uint32(1))):
        made ^= made >> np.uint32(turn)
        made *= prime
    return made


def _turned(words: Words, bits: int) -> Words:
    return words << np.uint32(bits) | words >> np.uint32(32 - bits)
