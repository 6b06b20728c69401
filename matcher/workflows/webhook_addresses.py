"""Where webhooks may go: https addresses in the public internet, checked when the connection is made.

A name is resolved once and every address it has is looked at; then that very address is connected to. A name
that means another address a moment later (DNS rebinding) thus leads nowhere else.
"""

import socket
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network
from ssl import SSLContext, SSLError
from typing import Any
from urllib.parse import urlsplit

from httpcore2 import ConnectError, ConnectTimeout, NetworkBackend, NetworkStream, SyncBackend

from matcher.errors import FieldError, LandfallError

LONGEST_ADDRESS = 500

Resolver = Callable[[str, int], Sequence[str]]
"""Gives the network addresses of a host name and port."""

_WRAPPING = (
    (ip_network("::/96"), 0),
    (ip_network("64:ff9b::/96"), 0),
    (ip_network("2002::/16"), 80),
)
"""Networks of IPv6 whose addresses stand for one of IPv4, and how many bits stand behind it."""

_REFUSED = tuple(
    ip_network(network)
    for network in (
        "100.64.0.0/10",
        # Where machines of a cloud ask for their own keys, outside every private range.
        "168.63.129.16/32",
        "192.0.0.0/24",
        "192.88.99.0/24",
        "64:ff9b:1::/48",
        "100::/64",
        "2001::/23",
        "2001:db8::/32",
        "3fff::/20",
        "5f00::/16",
        "fec0::/10",
    )
)
"""Networks that are not public, beside those the standard library knows in every version."""


class AddressRefusedError(LandfallError):
    """A host has an address messages do not go to."""


class CertificateRefusedError(LandfallError):
    """Whoever answers does not show that it is the host that was asked for."""


class NameUnknownError(LandfallError):
    """A host name has no address."""


def check_address(address: str, *, private: bool = False) -> str:
    """Let an address pass that messages can be sent to; what its name means is looked at when they are sent.

    Args:
        address: as somebody typed it.
        private: also take http, and addresses of one's own machine and network.

    Returns:
        The address.

    Raises:
        FieldError: it is none of this kind.
    """
    typed = address.strip()
    if not typed or len(typed) > LONGEST_ADDRESS:
        raise FieldError("address", f"an address of at most {LONGEST_ADDRESS} characters expected")
    if not typed.isascii() or not typed.isprintable() or " " in typed or "\\" in typed:
        raise FieldError("address", "holds a character addresses do not have; write names as xn--")
    try:
        parts = urlsplit(typed)
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise FieldError("address", "is not an address") from error
    if parts.scheme not in ({"https", "http"} if private else {"https"}) or not host or port == 0:
        raise FieldError("address", "an address with https:// expected")
    if "@" in parts.netloc or "#" in typed:
        raise FieldError("address", "without a user name and without # expected")
    if not private and _is_literal(host) and not is_public(host):
        raise FieldError("address", "is not in the public internet")
    return typed


def is_public(address: str) -> bool:
    """Say whether a network address is in the public internet; those that stand for another are unwrapped."""
    found = ip_address(address)
    if isinstance(found, IPv6Address):
        wrapped = _unwrapped(found)
        if wrapped is not None:
            return is_public(str(wrapped))
        if found.scope_id is not None:
            return False
    if found.is_multicast or found.is_reserved or found.is_unspecified or found.is_loopback:
        return False
    return found.is_global and not any(found in network for network in _REFUSED)


def resolve(host: str, port: int) -> tuple[str, ...]:
    """Ask the system for the addresses of a name."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return tuple(dict.fromkeys(str(entry[4][0]) for entry in found))


@dataclass(frozen=True, slots=True)
class CheckedNetwork(NetworkBackend):
    """Connects to addresses that were looked at, and to nothing else.

    Attributes:
        deadline: when, by the monotonic clock, everything is over, however slowly bytes drip in.
        resolver: gives the addresses of a name.
        private: also connect to addresses that are not in the public internet.
    """

    deadline: float
    resolver: Resolver = resolve
    private: bool = False

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> NetworkStream:
        """Connect to the first address of a host that answers.

        Raises:
            AddressRefusedError: one of its addresses is not in the public internet.
            NameUnknownError: it has none.
        """
        del timeout
        problem: Exception = NameUnknownError(f"address: {host} has no network address")
        for address in self._addresses(host, port):
            try:
                stream = SyncBackend().connect_tcp(
                    address, port, _left(self.deadline), local_address, socket_options
                )
            except (ConnectError, ConnectTimeout) as error:
                problem = error
            else:
                return _Bounded(stream, self.deadline)
        raise problem

    def _addresses(self, host: str, port: int) -> Sequence[str]:
        try:
            # "localhost." and "LOCALHOST" are one name: only what comes out is looked at.
            found = self.resolver(host, port)
        except (OSError, UnicodeError) as error:
            raise NameUnknownError(f"address: {host} has no network address") from error
        if not self.private and not all(is_public(address) for address in found):
            raise AddressRefusedError(f"address: {host} is not in the public internet")
        return found


class _Bounded(NetworkStream):
    """A stream on which everything together takes no longer than the deadline."""

    def __init__(self, stream: NetworkStream, deadline: float) -> None:
        self._stream, self._deadline = stream, deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Read some bytes."""
        del timeout
        return self._stream.read(max_bytes, _left(self._deadline))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Write bytes."""
        del timeout
        self._stream.write(buffer, _left(self._deadline))

    def close(self) -> None:
        """Close the connection."""
        self._stream.close()

    def start_tls(
        self, ssl_context: SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> NetworkStream:
        """Speak TLS; the certificate must be that of the name, whichever address was connected to.

        Raises:
            CertificateRefusedError: it is not.
        """
        del timeout
        try:
            stream = self._stream.start_tls(ssl_context, server_hostname, _left(self._deadline))
        except ConnectError as error:
            if isinstance(error.__cause__, SSLError):
                raise CertificateRefusedError(f"address: {server_hostname} is not who answers") from error
            raise
        return _Bounded(stream, self._deadline)

    def get_extra_info(self, info: str) -> Any:
        """Tell about the connection."""
        return self._stream.get_extra_info(info)


def _left(deadline: float) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise ConnectTimeout("the time is over")
    return left


def _is_literal(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def _unwrapped(address: IPv6Address) -> IPv4Address | None:
    """Give the address of IPv4 an address stands for, None where it stands for itself."""
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    for network, behind in _WRAPPING:
        if isinstance(network, IPv6Network) and address in network:
            return IPv4Address(int(address) >> behind & 0xFFFF_FFFF)
    return None
