"""Passwords: what is refused, how they are hashed, and how many at once."""

from concurrent.futures import ThreadPoolExecutor
from threading import BoundedSemaphore
from time import thread_time

import pytest
from argon2 import PasswordHasher, extract_parameters
from argon2.low_level import Type

from matcher.errors import FieldError, TooManyAttemptsError
from matcher.workflows import passwords
from matcher.workflows.passwords import (
    NOBODYS_HASH,
    check_password,
    hash_password,
    needs_rehash,
    verify_password,
)

GOOD = "correct horse battery staple"
CAFE = ("cafe\u0301 au lait sans sucre", "caf\u00e9 au lait sans sucre")


def test_the_hash_is_argon2id_with_the_least_owasp_asks_for() -> None:
    for stored in (hash_password(GOOD), NOBODYS_HASH):
        used = extract_parameters(stored)

        assert (used.type, used.memory_cost, used.time_cost, used.parallelism) == (Type.ID, 19_456, 2, 1)
        assert not needs_rehash(stored)


def test_the_right_password_is_told_from_others() -> None:
    stored = hash_password(GOOD)

    assert verify_password(stored, GOOD)
    assert not verify_password(stored, GOOD + " ")
    assert not verify_password(stored, "")
    assert not verify_password("no hash", GOOD)
    assert hash_password(GOOD) != stored


def test_nobody_has_no_password_and_that_takes_as_long() -> None:
    stored = hash_password(GOOD)

    def seconds(held: str | None) -> float:
        # Of this thread alone, because the machine may be busy.
        began = thread_time()
        assert not verify_password(held, "wrong")
        return thread_time() - began

    known, unknown = zip(*((seconds(stored), seconds(None)) for _ in range(5)), strict=True)
    assert min(known) / 2 < min(unknown) < min(known) * 2


def test_a_hash_of_weaker_parameters_is_due_for_a_new_one() -> None:
    weak = PasswordHasher(time_cost=1, memory_cost=8_192, parallelism=1).hash(GOOD)

    assert verify_password(weak, GOOD)
    assert needs_rehash(weak)


def test_another_keyboard_spells_the_same_password() -> None:
    stored = hash_password(CAFE[0])

    assert verify_password(stored, CAFE[1])
    assert check_password(CAFE[0]) == check_password(CAFE[1]) == CAFE[1]


@pytest.mark.parametrize(
    ("password", "reason"),
    [
        ("", "takes 12 to 200 characters"),
        ("kQ7#vz2!pLx", "takes 12 to 200 characters"),
        ("kQ7#vz2!" * 25 + "x", "takes 12 to 200 characters"),
        ("password1234", "is easy to guess"),
        ("aaaaaaaaaaaa", "is easy to guess"),
        ("qwertyuiop[]", "is easy to guess"),
        ("minsu.kim@startup.example", "is easy to guess"),
        ("KimMinsuKimMinsu", "is easy to guess"),
        (f"{GOOD}\x00", "holds a NUL character"),
        (f"{GOOD}\ud800", "holds half a character (a lone surrogate)"),
    ],
)
def test_a_bad_password_is_refused_with_the_reason(password: str, reason: str) -> None:
    with pytest.raises(FieldError) as refused:
        check_password(password, ("minsu.kim@startup.example", "Kim Minsu"))

    assert (refused.value.field, refused.value.reason) == ("password", reason)


@pytest.mark.parametrize("password", [GOOD, "kQ7#vz2!pLxw", "한강에서 자전거를 타는 고양이", "kQ7#vz2!" * 25])
def test_a_good_password_is_taken(password: str) -> None:
    assert check_password(password, ("minsu.kim@startup.example", "Kim Minsu")) == password


@pytest.mark.parametrize("password", ["\x00", "\ud800", "x" * 1_000_000])
def test_what_no_keyboard_sends_is_only_wrong(password: str) -> None:
    assert not verify_password(NOBODYS_HASH, password)


def test_who_finds_no_free_place_is_told_when_to_come_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "_places", BoundedSemaphore(1))
    monkeypatch.setattr(passwords, "WAIT_SECONDS", 0)
    passwords._places.acquire()  # noqa: SLF001  a hash that does not end

    with pytest.raises(TooManyAttemptsError):
        hash_password(GOOD)
    with pytest.raises(TooManyAttemptsError):
        verify_password(None, GOOD)
    passwords._places.release()  # noqa: SLF001  as above

    assert verify_password(hash_password(GOOD), GOOD)


def test_many_at_once_all_get_their_turn() -> None:
    with ThreadPoolExecutor(4 * passwords.MOST_AT_ONCE) as pool:
        found = list(pool.map(lambda _: verify_password(None, GOOD), range(4 * passwords.MOST_AT_ONCE)))

    assert found == [False] * (4 * passwords.MOST_AT_ONCE)
