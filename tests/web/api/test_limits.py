"""Ten tries a minute and address: a sliding window on a clock the test holds."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from web.limits import MOST_ADDRESSES, WINDOW_SECONDS, TooManyTriesError, TryLimiter


class Clock:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        """Start at an arbitrary time, as a monotonic clock does."""
        self.now = 1000.0

    def __call__(self) -> float:
        """Tell the time."""
        return self.now


def test_the_window_slides() -> None:
    clock = Clock()
    limiter = TryLimiter(2, clock)
    limiter.check("203.0.113.7")
    clock.now = 1040.0
    limiter.check("203.0.113.7")

    with pytest.raises(TooManyTriesError) as refused:
        limiter.check("203.0.113.7")
    limiter.check("203.0.113.8")
    clock.now = 1059.5
    with pytest.raises(TooManyTriesError) as refused_late:
        limiter.check("203.0.113.7")
    clock.now = 1060.0
    limiter.check("203.0.113.7")
    with pytest.raises(TooManyTriesError) as refused_again:
        limiter.check("203.0.113.7")

    waits = [error.value.retry_after_seconds for error in (refused, refused_late, refused_again)]
    assert waits == [20, 1, 40]


def allowed_by_counting(moments: list[float], per_minute: int) -> list[bool]:
    """Decide each try by counting all allowed tries of the minute before it."""
    allowed: list[float] = []
    verdicts = []
    for now in moments:
        verdicts.append(sum(moment > now - WINDOW_SECONDS for moment in allowed) < per_minute)
        if verdicts[-1]:
            allowed.append(now)
    return verdicts


def seconds_to_wait(limiter: TryLimiter) -> int:
    """Try once; 0 where that was allowed."""
    try:
        limiter.check("203.0.113.7")
    except TooManyTriesError as error:
        return error.retry_after_seconds
    return 0


@given(
    steps=st.lists(st.integers(0, 90).map(float), max_size=60),
    per_minute=st.integers(1, 5),
)
def test_the_limiter_agrees_with_counting(steps: list[float], per_minute: int) -> None:
    clock = Clock()
    limiter = TryLimiter(per_minute, clock)
    moments = []
    waits = []
    for step in steps:
        clock.now += step
        moments.append(clock.now)
        waits.append(seconds_to_wait(limiter))

    assert [wait == 0 for wait in waits] == allowed_by_counting(moments, per_minute)
    assert all(0 <= wait <= WINDOW_SECONDS for wait in waits)


@pytest.mark.parametrize(
    ("first", "second", "same"),
    [
        ("2001:db8::1", "2001:db8::ffff", True),
        ("2001:db8::1", "2001:db8:0:1::1", False),
        ("fe80::1%eth0", "fe80::2%eth1", True),
        ("::ffff:203.0.113.7", "203.0.113.7", True),
        ("203.0.113.7", "203.0.113.8", False),
        ("testclient", "testclient", True),
        ("testclient", "unknown", False),
    ],
)
def test_an_ipv6_network_counts_as_one(first: str, second: str, *, same: bool) -> None:
    limiter = TryLimiter(1, Clock())
    limiter.check(first)

    try:
        limiter.check(second)
    except TooManyTriesError:
        assert same
    else:
        assert not same


def test_quiet_addresses_are_forgotten() -> None:
    clock = Clock()
    limiter = TryLimiter(1, clock)
    for number in range(100):
        limiter.check(f"192.0.2.{number}")
    clock.now += 30
    limiter.check("203.0.113.7")
    clock.now += 30

    limiter.check("203.0.113.8")

    assert len(limiter) == 2


def test_memory_is_bounded_under_a_flood() -> None:
    limiter = TryLimiter(1, Clock())

    for number in range(MOST_ADDRESSES + 500):
        limiter.check(f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}")

    assert len(limiter) == MOST_ADDRESSES


def test_threads_share_one_count() -> None:
    limiter = TryLimiter(50, Clock())

    def attempt(_: int) -> bool:
        try:
            limiter.check("203.0.113.7")
        except TooManyTriesError:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        allowed = sum(pool.map(attempt, range(400)))

    assert allowed == 50
