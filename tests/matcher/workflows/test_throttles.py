"""So many tries within a while: a sliding window on a clock the test holds."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matcher.errors import TooManyAttemptsError
from matcher.workflows.throttles import MINUTE, MOST_KEYS, Throttle, network_of


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
    throttle = Throttle(2, MINUTE, clock)
    throttle.take("203.0.113.7")
    clock.now = 1040.0
    throttle.take("203.0.113.7")

    with pytest.raises(TooManyAttemptsError) as refused:
        throttle.take("203.0.113.7")
    throttle.take("203.0.113.8")
    clock.now = 1059.5
    with pytest.raises(TooManyAttemptsError) as refused_late:
        throttle.take("203.0.113.7")
    clock.now = 1060.0
    throttle.take("203.0.113.7")
    with pytest.raises(TooManyAttemptsError) as refused_again:
        throttle.take("203.0.113.7")

    waits = [error.value.retry_after_seconds for error in (refused, refused_late, refused_again)]
    assert waits == [20, 1, 40]


def allowed_by_counting(moments: list[float], most: int) -> list[bool]:
    """Decide each try by counting all allowed tries of the minute before it."""
    allowed: list[float] = []
    verdicts = []
    for now in moments:
        verdicts.append(sum(moment > now - MINUTE for moment in allowed) < most)
        if verdicts[-1]:
            allowed.append(now)
    return verdicts


def seconds_to_wait(throttle: Throttle) -> int:
    """Try once; 0 where that was allowed."""
    try:
        throttle.take("203.0.113.7")
    except TooManyAttemptsError as error:
        return error.retry_after_seconds
    return 0


@given(
    steps=st.lists(st.integers(0, 90).map(float), max_size=60),
    most=st.integers(1, 5),
)
def test_the_throttle_agrees_with_counting(steps: list[float], most: int) -> None:
    clock = Clock()
    throttle = Throttle(most, MINUTE, clock)
    moments = []
    waits = []
    for step in steps:
        clock.now += step
        moments.append(clock.now)
        waits.append(seconds_to_wait(throttle))

    assert [wait == 0 for wait in waits] == allowed_by_counting(moments, most)
    assert all(0 <= wait <= MINUTE for wait in waits)


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
    assert (network_of(first) == network_of(second)) is same


def test_quiet_keys_are_forgotten() -> None:
    clock = Clock()
    throttle = Throttle(1, MINUTE, clock)
    for number in range(100):
        throttle.take(f"192.0.2.{number}")
    clock.now += 30
    throttle.take("203.0.113.7")
    clock.now += 30

    throttle.take("203.0.113.8")

    assert len(throttle) == 2


def test_memory_is_bounded_under_a_flood() -> None:
    throttle = Throttle(1, MINUTE, Clock())

    for number in range(MOST_KEYS + 500):
        throttle.take(f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}")

    assert len(throttle) == MOST_KEYS


def test_threads_share_one_count() -> None:
    throttle = Throttle(50, MINUTE, Clock())

    def attempt(_: int) -> bool:
        try:
            throttle.take("203.0.113.7")
        except TooManyAttemptsError:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        allowed = sum(pool.map(attempt, range(400)))

    assert allowed == 50


def test_a_try_counts_for_all_its_keys_or_for_none() -> None:
    throttle = Throttle(2, MINUTE, Clock())
    throttle.take("account", "network")
    throttle.take("account", "elsewhere")

    with pytest.raises(TooManyAttemptsError):
        throttle.take("network", "account")
    throttle.take("network")
    with pytest.raises(TooManyAttemptsError):
        throttle.take("network")


def test_a_try_that_was_right_is_given_back_and_others_stay() -> None:
    clock = Clock()
    throttle = Throttle(2, MINUTE, clock)
    throttle.take("account")
    clock.now += 30
    throttle.take("account")

    throttle.give_back("account")
    throttle.take("account")
    with pytest.raises(TooManyAttemptsError) as refused:
        throttle.take("account")
    throttle.give_back("account", "account", "account", "nobody")

    assert refused.value.retry_after_seconds == 30
    assert len(throttle) == 0


def test_a_key_that_is_there_pushes_nobody_out() -> None:
    throttle = Throttle(3, MINUTE, Clock(), most_keys=2)
    throttle.take("first")
    throttle.take("second")

    throttle.take("second")
    throttle.take("second")

    assert len(throttle) == 2
