"""How often one network address may try the public match: a sliding window, in memory."""

import math
from collections import OrderedDict, deque
from collections.abc import Callable
from ipaddress import IPv6Address, ip_address
from threading import Lock

from matcher.errors import LandfallError

WINDOW_SECONDS = 60.0
MOST_ADDRESSES = 10_000


class TooManyTriesError(LandfallError):
    """This address has used up its tries; the next is free in `retry_after_seconds`."""

    def __init__(self, retry_after_seconds: int) -> None:
        """Keep the waiting time for the Retry-After header."""
        super().__init__(f"too many tries; try again in {retry_after_seconds} s")
        self.retry_after_seconds = retry_after_seconds


class TryLimiter:
    """Counts the tries of each address over the last minute; refused tries are not counted.

    Memory is bounded: an address is dropped a minute after its last try, and beyond
    `MOST_ADDRESSES` the one that has been quiet for longest goes first.
    """

    def __init__(self, per_minute: int, clock: Callable[[], float]) -> None:
        """Take the number of tries per minute and a clock in seconds that never goes back."""
        self._per_minute = per_minute
        self._clock = clock
        self._lock = Lock()
        self._tries: OrderedDict[str, deque[float]] = OrderedDict()

    def __len__(self) -> int:
        """Count the addresses remembered."""
        return len(self._tries)

    def check(self, address: str) -> None:
        """Count one try of `address`.

        Raises:
            TooManyTriesError: the address already had its tries within the last minute.
        """
        key = _network(address)
        with self._lock:
            now = self._clock()
            self._forget(now)
            tries = self._tries.setdefault(key, deque())
            while tries and tries[0] <= now - WINDOW_SECONDS:
                tries.popleft()
            if len(tries) >= self._per_minute:
                raise TooManyTriesError(max(1, math.ceil(tries[0] + WINDOW_SECONDS - now)))
            tries.append(now)
            self._tries.move_to_end(key)

    def _forget(self, now: float) -> None:
        """Drop the addresses that went quiet; they stand first, in the order of their last try."""
        while self._tries:
            key, tries = next(iter(self._tries.items()))
            if tries[-1] > now - WINDOW_SECONDS and len(self._tries) < MOST_ADDRESSES:
                return
            del self._tries[key]


def _network(address: str) -> str:
    """Name who is counted: an IPv6 customer owns a whole /64, so the network counts as one."""
    try:
        ip = ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if not isinstance(ip, IPv6Address):
        return str(ip)
    if ip.ipv4_mapped:
        return str(ip.ipv4_mapped)
    return str(IPv6Address(int(ip) >> 64 << 64))
