"""Tests of the ledger: one row per address, with its state."""

import itertools
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from photoshop_request.errors import StorageError
from photoshop_request.media.addresses.outcomes import VERDICTS, AddressState, Outcome, PictureLink, Via
from photoshop_request_builder.store.ledger import Ledger, open_ledger
from photoshop_request_builder.store.ledger_rows import NewAddress

A, B, C = (f"https://i.imgur.com/{name}.jpg" for name in ("AAAAA", "BBBBB", "CCCCC"))
ALBUM = "https://imgur.com/a/AbCdE"


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with open_ledger(tmp_path / "ledger.sqlite", clock=lambda: 1000.0) as opened:
        yield opened


def test_an_address_is_added_once(ledger: Ledger) -> None:
    """Adding it again changes nothing."""
    assert ledger.add([NewAddress(A, fallback="https://preview.redd.it/x.jpg?s=1"), NewAddress(B)]) == 2
    ledger.record([Outcome(A, AddressState.GONE, "HTTP 404", 404)])
    assert ledger.add([NewAddress(A), NewAddress(B), NewAddress(C)]) == 1
    entry = ledger.get([A])[A]
    assert (entry.state, entry.http, entry.tries, entry.fallback, entry.family, entry.kind) == (
        AddressState.GONE, 404, 1, "https://preview.redd.it/x.jpg?s=1", "imgur", "image",
    )  # fmt: skip
    assert entry.changed == 1000


@pytest.mark.parametrize(
    ("address", "state"),
    [
        ("http://127.0.0.1/x.jpg", AddressState.BLOCKED),
        ("https://i51.tinypic.com/x.jpg", AddressState.DEAD_HOST),
        ("https://prnt.sc/abc", AddressState.UNSUPPORTED_HOST),
        ("https://v.redd.it/abc123def456", AddressState.VIDEO),
        ("https://www.dafont.com/x.font", AddressState.NOT_IMAGE),
        ("https://i.imgur.com/removed.png", AddressState.PLACEHOLDER),
        (A, AddressState.PENDING),
    ],
)
def test_an_address_that_may_not_be_requested_is_final_at_once(
    ledger: Ledger, address: str, state: AddressState
) -> None:
    """Only what may be requested is pending."""
    ledger.add([NewAddress(address)])
    assert ledger.get([address])[address].state is state


def test_pending_addresses_come_in_order_of_adding(ledger: Ledger) -> None:
    """Pages are read by host, after a row number."""
    ledger.add([NewAddress(C), NewAddress("https://example.org/x.jpg"), NewAddress(A), NewAddress(B)])
    first = ledger.pending("i.imgur.com", 0, 2)
    assert [entry.address for _, entry in first] == [C, A]
    assert [entry.address for _, entry in ledger.pending("i.imgur.com", first[-1][0], 2)] == [B]
    assert ledger.hosts() == {"i.imgur.com": 3, "example.org": 1}


def test_an_album_leads_to_its_pictures_in_order(ledger: Ledger) -> None:
    """Each picture gets a row, one level deeper, with its caption."""
    ledger.add([NewAddress(ALBUM), NewAddress(A)])
    pictures = (PictureLink(B, "second"), PictureLink(A), PictureLink("http://10.0.0.1/x.png"))
    assert ledger.record([Outcome(ALBUM, AddressState.RESOLVED, pictures=pictures)]) == {"i.imgur.com", "10.0.0.1"}
    ends = ledger.pictures(ALBUM)
    assert [(entry.address, caption, entry.depth) for entry, caption in ends] == [
        (B, "second", 1),
        (A, None, 0),
        ("http://10.0.0.1/x.png", None, 1),
    ]
    assert [entry.state for entry, _ in ends] == [AddressState.PENDING, AddressState.PENDING, AddressState.BLOCKED]
    assert ledger.parents(B) == [ALBUM]


def test_an_album_behind_a_short_link_is_followed_to_its_ends(ledger: Ledger) -> None:
    """Circles end too."""
    short = "https://bit.ly/AbC"
    ledger.add([NewAddress(short)])
    ledger.record([Outcome(short, AddressState.RESOLVED, pictures=(PictureLink(ALBUM),))])
    ledger.record([Outcome(ALBUM, AddressState.RESOLVED, pictures=(PictureLink(A), PictureLink(short)))])
    assert [(entry.address, entry.state) for entry, _ in ledger.pictures(short)] == [
        (A, AddressState.PENDING),
        (short, AddressState.GONE),
    ]
    assert set(ledger.parents(A)) == {ALBUM, short}
    assert ledger.pictures("https://unknown.org/x.jpg") == []


def test_every_chain_of_pages_ends(ledger: Ledger) -> None:
    """Pages that lead to themselves, or to further pages without end, count as gone."""
    pages = [f"https://bit.ly/{number}" for number in range(8)]
    ledger.add([NewAddress(pages[0])])
    for page, following in itertools.pairwise(pages):
        ledger.record([Outcome(page, AddressState.RESOLVED, pictures=(PictureLink(following),))])
    assert [entry.address for entry, _ in ledger.pictures(pages[0])] == [pages[-1]]
    ledger.record([Outcome(pages[0], AddressState.RESOLVED, pictures=(PictureLink(pages[0]),))])
    [(end, _)] = ledger.pictures(pages[0])
    assert (end.address, end.state, end.detail) == (pages[0], AddressState.GONE, "pages that lead to pages")


def test_asking_again_replaces_an_albums_pictures(ledger: Ledger) -> None:
    """The last answer replaces earlier ones."""
    ledger.add([NewAddress(ALBUM)])
    ledger.record([Outcome(ALBUM, AddressState.RESOLVED, pictures=(PictureLink(A), PictureLink(B)))])
    ledger.record([Outcome(ALBUM, AddressState.RESOLVED, pictures=(PictureLink(C),))])
    assert ledger.led_to(ALBUM) == [(C, None)]


def test_states_can_be_tried_again(ledger: Ledger) -> None:
    """Retry all addresses in a state, or those of one host and its subdomains. Tries add up."""
    ledger.add([NewAddress(A), NewAddress("https://example.org/x.jpg")])
    ledger.record([Outcome(A, AddressState.GONE, tries=2), Outcome("https://example.org/x.jpg", AddressState.GONE)])
    assert ledger.retry([AddressState.GONE], "imgur.com") == 1
    assert ledger.hosts() == {"i.imgur.com": 1}
    ledger.record(
        [
            Outcome(
                A, AddressState.OK, sha256="ab", size=3, extension="jpg", etag='"e"', via=Via.WAYBACK, retrieved="2020"
            )
        ]
    )
    entry = ledger.get([A])[A]
    assert (entry.tries, entry.sha256, entry.bytes, entry.extension, entry.etag, entry.via, entry.retrieved) == (
        3, "ab", 3, "jpg", '"e"', "wayback", "2020",
    )  # fmt: skip
    assert ledger.retry([AddressState.DNS, AddressState.GONE]) == 1


def test_every_state_has_one_verdict() -> None:
    """Only fetched and resolved addresses have none."""
    assert set(VERDICTS) == set(AddressState)
    assert {state for state, verdict in VERDICTS.items() if verdict is None} == {AddressState.OK, AddressState.RESOLVED}


def test_repeated_bytes_go_into_quarantine_and_back(ledger: Ledger) -> None:
    """Quarantine is by host and digest. Released bytes are never suspected again."""
    ledger.add([NewAddress(A), NewAddress(B), NewAddress(C), NewAddress("https://example.org/x.jpg")])
    ledger.record(
        [Outcome(address, AddressState.OK, sha256="ff") for address in (A, B, C, "https://example.org/x.jpg")]
    )
    assert ledger.repeated(3) == {("i.imgur.com", "ff"): [A, B, C]}
    assert ledger.quarantine("ff", "i.imgur.com", "why") == 3
    assert ledger.get([A])[A].state is AddressState.PLACEHOLDER_SUSPECTED
    assert ledger.states_by_host()["i.imgur.com"] == {AddressState.PLACEHOLDER_SUSPECTED: 3}
    assert ledger.release("ff") == 3
    assert ledger.get([A])[A].state is AddressState.OK
    assert ledger.repeated(3) == {}


def test_shards_that_were_loaded_are_remembered(ledger: Ledger) -> None:
    """The content of their links is stored."""
    assert ledger.loaded(3) is None
    ledger.add([NewAddress(A)], shard=3, content="abc")
    assert ledger.loaded(3) == "abc"


def test_the_stamp_grows_with_every_change(ledger: Ledger) -> None:
    """Reading does not change it."""
    stamps = [ledger.stamp()]
    ledger.add([NewAddress(A)])
    stamps.append(ledger.stamp())
    ledger.record([Outcome(A, AddressState.OK)])
    stamps.append(ledger.stamp())
    ledger.get([A])
    assert stamps == sorted(set(stamps))
    assert ledger.stamp() == stamps[-1]


def test_recorded_outcomes_survive(tmp_path: Path) -> None:
    """Opened again, the file has everything."""
    path = tmp_path / "ledger.sqlite"
    with open_ledger(path) as ledger:
        ledger.add([NewAddress(A)])
        ledger.record([Outcome(A, AddressState.OK, sha256="ab")])
    with open_ledger(path) as ledger:
        assert ledger.get([A])[A].sha256 == "ab"
    assert sqlite3.connect(path).execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_a_failed_batch_changes_nothing(ledger: Ledger) -> None:
    """A batch is all or nothing."""
    ledger.add([NewAddress(A)])
    with pytest.raises(sqlite3.Error):
        ledger.record([Outcome(A, AddressState.OK), Outcome(B, object())])
    assert ledger.get([A])[A].state is AddressState.PENDING


def test_a_folder_in_its_place_is_named(tmp_path: Path) -> None:
    """SQLite cannot open it."""
    with pytest.raises(StorageError, match="cannot be used"), open_ledger(tmp_path):
        pass


def test_robots_files_are_kept_without_a_change_for_stages(tmp_path: Path) -> None:
    """A ledger of version 0.1.0 has no table for them."""
    path = tmp_path / "ledger.sqlite"
    with open_ledger(path) as ledger:
        assert ledger.robots("https://a.org") is None
        before = ledger.stamp()
        ledger.keep_robots("https://a.org", "User-agent: *", 1.5)
        ledger.keep_robots("https://a.org", "User-agent: *\nDisallow: /", 2.5)
        assert ledger.stamp() == before
    with open_ledger(path) as ledger:
        assert ledger.robots("https://a.org") == ("User-agent: *\nDisallow: /", 2.5)
        assert ledger.robots("http://a.org") is None
