"""The server's key: one file, private, with a purpose for every use."""

from collections.abc import Callable

import pytest

from matcher.settings import Settings
from matcher.workflows.server_key import KEY_FILE, ServerKey, ServerKeyError, make_key, read_key, server_key


def test_the_key_is_made_once_and_private(settings: Settings) -> None:
    first, second = make_key(settings), make_key(settings)

    path = settings.keep / KEY_FILE
    assert first.keyed_hash("p", "v") == second.keyed_hash("p", "v")
    assert (path.stat().st_mode & 0o777, settings.keep.stat().st_mode & 0o777) == (0o600, 0o700)
    assert [item.name for item in settings.keep.iterdir()] == [KEY_FILE]
    assert not settings.keep.is_relative_to(settings.data_dir)


def test_eight_threads_that_race_get_one_key(
    settings: Settings, run_threads: Callable[[int, Callable[[int], None]], None]
) -> None:
    hashes = [""] * 8

    def take(thread: int) -> None:
        hashes[thread] = make_key(settings).keyed_hash("p", "v")

    run_threads(8, take)

    assert len(set(hashes)) == 1
    assert [item.name for item in settings.keep.iterdir()] == [KEY_FILE]


def test_what_was_sealed_is_read_again_and_not_to_be_seen(settings: Settings) -> None:
    key = make_key(settings)

    sealed = key.seal("JBSWY3DPEHPK3PXP")

    assert key.unseal(sealed) == "JBSWY3DPEHPK3PXP"
    assert "JBSWY3DPEHPK3PXP" not in sealed
    assert key.seal("JBSWY3DPEHPK3PXP") != sealed


@pytest.mark.parametrize("sealed", ["", "nonsense", "한글", "gAAAAA=="])
def test_what_was_not_sealed_is_refused(sealed: str) -> None:
    with pytest.raises(ServerKeyError, match="is not the one this was sealed with"):
        ServerKey(bytes(32)).unseal(sealed)


def test_another_key_opens_nothing() -> None:
    sealed = ServerKey(bytes(32)).seal("secret")

    with pytest.raises(ServerKeyError, match="is not the one this was sealed with"):
        ServerKey(b"\x01" * 32).unseal(sealed)


def test_a_hash_differs_by_purpose_by_value_and_by_key() -> None:
    key = ServerKey(bytes(32))

    hashes = [
        key.keyed_hash("tombstone startup", "S1"),
        key.keyed_hash("tombstone account", "S1"),
        key.keyed_hash("tombstone startup", "S2"),
        key.keyed_hash("seal", "S1"),
        ServerKey(b"\x01" * 32).keyed_hash("tombstone startup", "S1"),
    ]

    assert len(set(hashes)) == len(hashes)
    assert {len(found) for found in hashes} == {64}
    assert key.keyed_hash("tombstone startup", "S1") == hashes[0]


@pytest.mark.parametrize("content", [b"", b"nonsense", b"00" * 31, b"00" * 33, b"\xff" * 64])
def test_a_file_that_holds_no_key_is_refused_and_stays(settings: Settings, content: bytes) -> None:
    settings.keep.mkdir()
    path = settings.keep / KEY_FILE
    path.write_bytes(content)

    with pytest.raises(ServerKeyError, match="holds no key"):
        make_key(settings)

    assert path.read_bytes() == content


def test_reading_a_key_makes_none(settings: Settings) -> None:
    with pytest.raises(FileNotFoundError):
        read_key(settings.keep / KEY_FILE)

    assert not settings.keep.exists()


def test_a_key_that_is_missing_is_not_replaced_by_whoever_reads_it(settings: Settings) -> None:
    with pytest.raises(ServerKeyError, match="is missing; put it back from a backup"):
        server_key(settings)

    assert not settings.keep.exists()
