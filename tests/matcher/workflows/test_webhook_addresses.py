"""Where webhooks may go: nothing but https, nothing but the public internet, looked at when connecting."""

import time

import pytest
from httpcore2 import ConnectError, ConnectTimeout

from matcher.errors import FieldError
from matcher.workflows.webhook_addresses import (
    AddressRefusedError,
    CheckedNetwork,
    NameUnknownError,
    Resolver,
    check_address,
    is_public,
    resolve,
)
from tests.matcher.workflows.receiver import receiving

NOT_PUBLIC = [
    "0.0.0.0",  # noqa: S104  nothing listens there
    "0.1.2.3",
    "10.0.0.1",
    "100.64.0.1",
    "100.100.100.200",
    "127.0.0.1",
    "127.1.2.3",
    "168.63.129.16",
    "169.254.169.254",
    "172.16.0.1",
    "172.31.255.255",
    "192.0.0.8",
    "192.0.2.1",
    "192.88.99.1",
    "192.168.1.1",
    "198.18.0.1",
    "198.51.100.7",
    "203.0.113.9",
    "224.0.0.1",
    "239.255.255.250",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::7f00:1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "::ffff:169.254.169.254",
    "64:ff9b::7f00:1",
    "64:ff9b::a9fe:a9fe",
    "64:ff9b:1::1",
    "100::1",
    "2001::1",
    "2001:db8::1",
    "2002:7f00:1::",
    "2002:a00:1::",
    "3fff::1",
    "5f00::1",
    "fc00::1",
    "fd00:ec2::254",
    "fe80::1",
    "fe80::1%eth0",
    "fec0::1",
    "ff02::1",
]
PUBLIC = [
    "1.1.1.1",
    "8.8.8.8",
    "93.184.216.34",
    "2606:4700::1111",
    "::ffff:8.8.8.8",
    "64:ff9b::808:808",
    "2002:808:808::",
]


@pytest.mark.parametrize("address", NOT_PUBLIC)
def test_what_is_not_in_the_public_internet_is_told(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", PUBLIC)
def test_what_is_in_the_public_internet_is_told(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "address",
    [
        "",
        "hooks.example",
        "http://hooks.example/in",
        "ftp://hooks.example/in",
        "file:///etc/passwd",
        "https:///in",
        "https://user:word@hooks.example/",
        "https://hooks.example/#part",
        "https://hooks.example:0/",
        "https://hooks.example:99999/",
        "https://한국.example/",
        "https://hooks.example/a b",
        "https://hooks.example\\@127.0.0.1/",
        "https://hooks.example/\x00x",
        "https://127.0.0.1/",
        "https://[::1]/",
        "https://[::ffff:127.0.0.1]/",
        "https://169.254.169.254/latest",
        "https://[::1/",
        f"https://hooks.example/{'a' * 500}",
    ],
)
def test_other_addresses_are_refused_by_name(address: str) -> None:
    with pytest.raises(FieldError, match=r"^address: "):
        check_address(address)


def test_good_addresses_pass_and_private_ones_where_that_is_set() -> None:
    assert check_address(" https://hooks.example:8443/in?a=1 ") == "https://hooks.example:8443/in?a=1"
    assert check_address("http://127.0.0.1:8000/", private=True) == "http://127.0.0.1:8000/"


def network(resolver: Resolver, *, private: bool = False, seconds: float = 5) -> CheckedNetwork:
    """Give a network with a resolver."""
    return CheckedNetwork(time.monotonic() + seconds, resolver, private)


@pytest.mark.parametrize(
    "host", ["localhost", "LOCALHOST", "127.1", "0x7f000001", "2130706433", "017700000001"]
)
def test_spellings_of_this_machine_are_seen_through(host: str) -> None:
    with receiving() as receiver, pytest.raises((AddressRefusedError, NameUnknownError)):
        network(resolve).connect_tcp(host, receiver.port)

    assert receiver.received == []


def test_one_private_address_among_others_is_enough_to_refuse() -> None:
    with pytest.raises(AddressRefusedError):
        network(lambda _host, _port: ["93.184.216.34", "10.0.0.1"]).connect_tcp("hooks.example", 443)


def test_a_name_is_resolved_once_and_that_address_connected_to() -> None:
    """A name that is public when it is looked at, and this machine when it is asked for again."""
    asked: list[str] = []

    def rebind(host: str, _port: int) -> list[str]:
        asked.append(host)
        # Nobody listens at the second address of this machine.
        return ["127.0.0.1"] if len(asked) > 1 else ["127.0.0.2"]

    with receiving() as receiver, pytest.raises(ConnectError):
        network(rebind, private=True).connect_tcp("hooks.example", receiver.port)

    assert asked == ["hooks.example"]


def test_the_next_address_is_tried_where_one_does_not_answer() -> None:
    with receiving() as receiver:
        stream = network(lambda _host, _port: ["127.0.0.2", "127.0.0.1"], private=True).connect_tcp(
            "hooks.example", receiver.port
        )
        stream.close()


def test_a_name_without_an_address_is_told() -> None:
    def unknown(_host: str, _port: int) -> list[str]:
        raise OSError("no such name")

    def none(_host: str, _port: int) -> list[str]:
        return []

    for resolver in (unknown, none):
        with pytest.raises(NameUnknownError):
            network(resolver).connect_tcp("hooks.example", 443)


def test_nothing_is_begun_when_the_time_is_over() -> None:
    with pytest.raises(ConnectTimeout):
        network(lambda _host, _port: ["127.0.0.1"], private=True, seconds=-1).connect_tcp(
            "hooks.example", 443
        )
