"""Exact search: every code within the radius and no other, in snapshot and delta, while others
write."""

import random
import threading

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from colophon.errors import EmptyFile, FileMissing, MalformedFile
from colophon.labels.fingerprint import chance
from colophon.labels.fingerprint.codes import MOST_HITS, Codes
from colophon.labels.fingerprint.index import Index
from colophon.labels.fingerprint.print import MATCH

COUNT = 12_000


def changed(code, bits, rng):
    value = int.from_bytes(code)
    for place in rng.sample(range(256), bits):
        value ^= 1 << place
    return value.to_bytes(32)


def distances(codes, asked):
    """By the definition."""
    rows = np.frombuffer(b"".join(codes), np.uint8).reshape(-1, 32)
    return np.bitwise_count(rows ^ np.frombuffer(asked, np.uint8)).sum(axis=1)


@pytest.fixture(scope="module")
def known():
    rng = np.random.default_rng(11)
    codes = [row.tobytes() for row in rng.integers(0, 256, (COUNT, 32), dtype=np.uint8)]
    near = random.Random(12)
    # Families of codes at every distance, and many the same.
    codes[:400] = [changed(codes[0], number % 64, near) for number in range(400)]
    codes[400:600] = [codes[400]] * 200
    return codes


@pytest.fixture(scope="module")
def index(known, tmp_path_factory):
    path = tmp_path_factory.mktemp("codes") / "codes"
    made = Codes()
    for number in range(0, 9_000, 3):
        made.add(number // 3, known[number : number + 3], [number, number + 1, number + 2])
    made.save(path)
    loaded = Codes(path)
    for number in range(9_000, COUNT):
        loaded.add(1 << 40 | number, [known[number]], [number])
    assert (len(loaded), loaded.new) == (COUNT, COUNT - 9_000)
    return loaded


@pytest.mark.parametrize("radius", [0, 7, 15, 16, 31, 32, 60])
def test_exactly_those_within_the_radius(index, known, radius):
    rng = random.Random(radius)
    for number in (0, 3, 400, 777, 8_999, 9_000, COUNT - 1):
        asked = changed(known[number], rng.randrange(radius + 1), rng)
        expected = distances(known, asked)
        found = index.within([asked], radius)
        assert [hit.distance for hit in found] == sorted(expected[expected <= radius].tolist())
        for hit in found:
            assert expected[hit.place] == hit.distance
            assert hit.id == (hit.place // 3 if hit.place < 9_000 else 1 << 40 | hit.place)


def test_several_codes_at_once(index, known):
    far = bytes(32)
    found = index.within([far, known[1_000], known[10_000]], 5)
    assert [(hit.place, hit.query, hit.distance) for hit in found] == [
        (1_000, 1, 0),
        (10_000, 2, 0),
    ]
    assert index.within([]) == []
    assert index.within([], 60) == []


def test_nearest(index, known):
    asked = changed(known[10_500], 90, random.Random(4))
    expected = np.sort(distances(known, asked))[:5]
    found = index.nearest(asked, 5)
    assert [hit.distance for hit in found] == expected.tolist()
    assert found[0].place == 10_500


def test_removed_is_not_found_and_may_come_back(known, tmp_path):
    index = Codes()
    for number in range(300):
        index.add(number, [known[number + 5_000]], [number])
    index.save(tmp_path / "codes")
    for number in range(300, 320):
        index.add(number, [known[number + 5_000]], [number])
    for id_ in (7, 310, 999):
        index.remove(id_)
    for id_ in (7, 310):
        assert index.within([known[id_ + 5_000]]) == []
        assert id_ not in {hit.id for hit in index.nearest(known[id_ + 5_000], 319)}
    index.add(7, [known[5_007]], [4_000])
    index.save(tmp_path / "codes")
    loaded = Codes(tmp_path / "codes")
    assert [hit.place for hit in loaded.within([known[5_007]])] == [4_000]
    assert loaded.within([known[5_310]]) == []
    assert (len(loaded), loaded.new) == (319, 0)


def test_removed_while_a_snapshot_is_written(known, tmp_path, monkeypatch):
    """What happens during a save is not lost when the snapshot takes over."""
    from colophon.labels.fingerprint import shelf

    index = Codes()
    index.add(1, [known[1_000]])
    index.add(2, [known[2_000]])
    index.save(tmp_path / "codes")
    index.remove(1)
    index.add(1, [known[1_000]])
    write = shelf.write

    def written(*given):
        write(*given)
        index.remove(1)
        index.add(3, [known[3_000]])

    monkeypatch.setattr(shelf, "write", written)
    index.save(tmp_path / "codes")
    assert index.within([known[1_000]]) == []
    assert [hit.id for hit in index.within([known[2_000], known[3_000]])] == [2, 3]
    assert index.new == 1


def test_a_failed_save_changes_nothing(known, tmp_path):
    index = Codes()
    index.add(5, [known[5]])
    with pytest.raises(Exception, match=r".*"):
        index.save(tmp_path / "missing" / "codes")
    index.add(6, [known[6_000]])
    assert {hit.id for hit in index.within([known[5], known[6_000]], 0)} == {5, 6}
    index.save(tmp_path / "codes")
    assert len(Codes(tmp_path / "codes")) == 2


def test_many_new_ones_are_folded_and_still_found(known):
    index = Codes()
    for number, code in enumerate(known[600:]):
        index.add(number, [code])
    index.remove(17)
    for number in (0, 4_095, 4_096, 8_191, 8_192, 11_000):
        assert [hit.id for hit in index.within([known[600 + number]], 20)] == [number]
    assert index.within([known[617]], 20) == []


def test_searched_while_others_add(known):
    index, wrong, done = Codes(), [], threading.Event()

    def look():
        while not done.is_set():
            count = seen[0]
            if count and not index.within([known[600 + count - 1]], 0):
                wrong.append(count)

    seen = [0]
    threads = [threading.Thread(target=look) for _ in range(3)]
    for thread in threads:
        thread.start()
    for number in range(6_000):
        index.add(number, [known[600 + number]])
        seen[0] = number + 1
    done.set()
    for thread in threads:
        thread.join()
    assert wrong == []


def test_most_hits():
    index = Codes()
    index.add(1, [bytes(32)] * 5_000, range(5_000))
    assert len(index.within([bytes(32)])) == MOST_HITS


def test_codes_of_another_length_are_refused():
    with pytest.raises(ValueError, match="reshape"):
        Codes().add(1, [b"short"])


@given(
    st.lists(st.tuples(st.binary(min_size=32, max_size=32), st.integers(0, 2**64 - 1)), max_size=6)
)
def test_any_ids_and_codes(pairs):
    index = Codes()
    for code, id_ in pairs:
        index.add(id_, [code])
    for code, id_ in pairs:
        assert id_ in {hit.id for hit in index.within([code], 0)}


def test_one_changed_byte_is_found(tmp_path, known):
    path = tmp_path / "codes"
    index = Codes()
    index.add(1, known[:40], range(40))
    index.save(path)
    data = path.read_bytes()
    rng = random.Random(1)
    for place in [0, 20, 200, 4_095, 4_096, len(data) - 1, *rng.sample(range(len(data)), 20)]:
        path.write_bytes(data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :])
        with pytest.raises(MalformedFile):
            Codes(path)
    path.write_bytes(data[:-1])
    with pytest.raises(MalformedFile):
        Codes(path)
    path.write_bytes(b"")
    with pytest.raises(EmptyFile):
        Codes(path)
    path.unlink()
    with pytest.raises(FileMissing):
        Codes(path)


def test_a_file_of_another_index_is_refused(tmp_path, known):
    index = Index()
    index.pictures.add(1, [known[0]])
    index.save(tmp_path)
    (tmp_path / "pictures.prints").replace(tmp_path / "texts.prints")
    with pytest.raises(MalformedFile):
        Index(tmp_path)


def test_no_half_written_file_is_left(tmp_path, known):
    index = Index()
    index.pictures.add(1, [known[0]])
    for _ in range(2):
        index.save(tmp_path)
    names = {path.name for path in tmp_path.iterdir()}
    assert names == {"pictures.prints", "films.prints", "sounds.prints", "texts.prints"}
    assert Index(tmp_path).pictures.within([known[0]])[0].id == 1
    assert Index(tmp_path).new == 0


def test_chance():
    assert chance.false_match(0.5, 0.5, 100, 10) == 1
    assert chance.false_match(0.0, 0.5, 10, 1) == pytest.approx(2**-10)
    assert chance.false_match(0.2, 0.5, 200, 1) > chance.false_match(0.1, 0.5, 200, 1)
    # Counted: how often two random codes are within 100 bits of each other.
    rng = np.random.default_rng(2)
    codes = rng.integers(0, 256, (20_000, 32), dtype=np.uint8)
    near = (np.bitwise_count(codes[1:] ^ codes[0]).sum(axis=1) <= 100).mean()
    assert near <= chance.false_match(100 / 256, 0.5, 256, 1)


def test_a_match_says_how_likely_it_is_chance(known):
    index = Codes()
    index.add(1, [known[0]])
    near, far = (
        index.within([changed(known[0], bits, random.Random(1))], 90)[0].false_match
        for bits in (MATCH, 90)
    )
    assert near < 1e-15
    assert far > 1e-6
