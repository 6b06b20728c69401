"""How often something may be tried: sliding windows in the memory of the one server process."""

import math
from collections import OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from ipaddress import IPv6Address, ip_address
from threading import Lock
from time import monotonic

from matcher.errors import TooManyAttemptsError

MINUTE = 60.0
HOUR = 60 * MINUTE
DAY = 24 * HOUR
MOST_KEYS = 10_000
_MANY_KEYS = 50_000
"""So many that nobody, with few tries for each network, pushes out what is counted of somebody else."""


class Throttle:
    """Counts the tries of each key over the last while; refused tries are not counted.

    Memory is bounded: a key is dropped once its last try left the window, and beyond `most_keys` the
    one that has been quiet for longest goes first.
    """

    def __init__(
        self,
        most: int,
        seconds: float,
        clock: Callable[[], float] = monotonic,
        *,
        most_keys: int = MOST_KEYS,
    ) -> None:
        """Take how many tries a key has within so many seconds, and a clock that never goes back."""
        self._most = most
        self._seconds = seconds
        self._clock = clock
        self._most_keys = most_keys
        self._lock = Lock()
        self._tries: OrderedDict[str, deque[float]] = OrderedDict()

    def __len__(self) -> int:
        """Count the keys remembered."""
        return len(self._tries)

    def take(self, *keys: str) -> None:
        """Count one try of every key, or of none where one has no try left.

        Counting before the try is made lets nobody make many at the same moment.

        Raises:
            TooManyAttemptsError: a key already had its tries.
        """
        with self._lock:
            now = self._clock()
            waits = [wait for key in keys if (wait := self._wait(key, now))]
            if waits:
                raise TooManyAttemptsError(max(waits))
            for key in keys:
                self._forget(key, now)
                self._tries.setdefault(key, deque()).append(now)
                self._tries.move_to_end(key)

    def give_back(self, *keys: str) -> None:
        """Take back the newest try of every key, because it was right."""
        with self._lock:
            for key in keys:
                tries = self._tries.get(key)
                if tries:
                    tries.pop()
                if not tries:
                    self._tries.pop(key, None)

    def _wait(self, key: str, now: float) -> int:
        tries = self._tries.get(key)
        while tries and tries[0] <= now - self._seconds:
            tries.popleft()
        if not tries or len(tries) < self._most:
            return 0
        return max(1, math.ceil(tries[0] + self._seconds - now))

    def _forget(self, key: str, now: float) -> None:
        """Drop what went quiet; it stands first, in the order of the last try."""
        while self._tries:
            first, tries = next(iter(self._tries.items()))
            needs_room = key not in self._tries and len(self._tries) >= self._most_keys
            if tries and tries[-1] > now - self._seconds and not needs_room:
                return
            del self._tries[first]


@dataclass(frozen=True, slots=True)
class SignInThrottles:
    """The throttles of everything that is a guess at who somebody is.

    Attributes:
        passwords: wrong passwords of an account, of a known browser, of a network.
        codes: wrong codes of an account.
        reset_accounts: reset links asked for one address of a person.
        reset_networks: reset links asked for from one network.
    """

    passwords: Throttle = field(
        default_factory=lambda: Throttle(10, 5 * MINUTE, most_keys=_MANY_KEYS),
    )
    codes: Throttle = field(default_factory=lambda: Throttle(5, 5 * MINUTE))
    reset_accounts: Throttle = field(default_factory=lambda: Throttle(5, DAY, most_keys=_MANY_KEYS))
    reset_networks: Throttle = field(default_factory=lambda: Throttle(20, HOUR))


def network_of(address: str) -> str:
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
