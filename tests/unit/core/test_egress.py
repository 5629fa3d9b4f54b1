"""The egress rule: `storywatch.egress`."""

from ipaddress import IPv4Address, IPv6Address, IPv6Network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storywatch.egress import EgressPolicy, is_public

_REFUSED = """
0.0.0.0 0.0.0.1 0.255.255.255
10.0.0.0 10.1.2.3 10.255.255.255
100.64.0.0 100.100.100.200 100.127.255.255
127.0.0.0 127.0.0.1 127.1.2.3 127.255.255.255
168.63.129.16
169.254.0.0 169.254.169.254 169.254.255.255
172.16.0.0 172.20.0.1 172.31.255.255
192.0.0.0 192.0.0.8 192.0.0.170 192.0.0.192 192.0.0.255
192.0.2.0 192.0.2.255
192.31.196.0 192.31.196.255
192.52.193.0 192.52.193.255
192.88.99.0 192.88.99.1 192.88.99.255
192.168.0.0 192.168.1.1 192.168.255.255
192.175.48.0 192.175.48.255
198.18.0.0 198.19.255.255
198.51.100.0 198.51.100.255
203.0.113.0 203.0.113.255
224.0.0.0 224.0.0.1 232.1.1.1 239.255.255.255
240.0.0.0 250.1.2.3 255.255.255.254 255.255.255.255
:: ::1 ::2 ::ffff
::7f00:1 ::127.0.0.1 ::8.8.8.8
::ffff:127.0.0.1 ::ffff:7f00:1 ::ffff:10.0.0.1 ::ffff:169.254.169.254 ::ffff:0.0.0.0 ::ffff:192.168.0.1
::ffff:0:127.0.0.1 ::ffff:0:8.8.8.8
64:ff9b::127.0.0.1 64:ff9b::10.0.0.1 64:ff9b::a9fe:a9fe 64:ff9b:1:: 64:ff9b:1::8.8.8.8
64:ff9b::1:808:808 ::fffe:808:808 ::1:ffff:808:808
100:: 100::1 100:0:0:1::1 1fff:ffff::1
2001:: 2001::1 2001:0:4136:e378:8000:63bf:3fff:fdd2 2001:2::1 2001:10::1 2001:20::1 2001:1ff:ffff::1
2001:db8:: 2001:db8::1 2001:db8:ffff:ffff:ffff:ffff:ffff:ffff
2002:: 2002:7f00:1:: 2002:a9fe:a9fe::1 2002:808:808::1
2620:4f:8000:: 2620:4f:8000:ffff::1
3fff:: 3fff:fff:ffff::1
4000:: 5f00::1 8000::1
fc00:: fc00::1 fd00::1 fd00:ec2::254 fdff:ffff::1
fe00::1 fe80:: fe80::1 fe80::1%eth0 fe80::1%25eth0 febf::1 fec0::1 feff::1
ff00:: ff01::1 ff02::1 ff02::1%2 ff0e::1 ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff
"""

_PERMITTED = """
1.0.0.0 1.1.1.1 8.8.8.8 9.255.255.255 11.0.0.0
100.63.255.255 100.128.0.0 126.255.255.255 128.0.0.0
168.63.129.15 168.63.129.17 169.253.255.255 169.255.0.0 172.15.255.255 172.32.0.0
191.255.255.255 192.0.1.0 192.0.3.0 192.31.195.255 192.31.197.0 192.52.192.255 192.52.194.0 192.88.98.255
192.88.100.0 192.167.255.255 192.169.0.0 192.175.47.255 192.175.49.0
198.17.255.255 198.20.0.0 198.51.99.255 198.51.101.0 203.0.112.255 203.0.114.0 223.255.255.255
2000::1 2001:200::1 2001:4860:4860::8888 2001:db7:ffff::1 2001:db9::1 2003::1 2606:4700::1111
2620:4f:7fff::1 2620:4f:8001::1 2a00:1450:4001::1 3ffe:ffff::1 3fff:1000::1
::ffff:8.8.8.8 ::ffff:808:808 64:ff9b::8.8.8.8 64:ff9b::808:808
"""

REFUSED, PERMITTED = _REFUSED.split(), _PERMITTED.split()


@pytest.mark.parametrize("address", REFUSED)
def test_special_addresses_are_refused(address: str) -> None:
    """Both ends of every special range, wrapped IPv4, zone ids, and the clouds' metadata addresses."""
    assert not is_public(address)
    assert not EgressPolicy().permits("outlet.example", address, 443)


@pytest.mark.parametrize("address", PERMITTED)
def test_public_addresses_are_permitted(address: str) -> None:
    """The neighbours of every refused range: the rule refuses no more than it must."""
    assert is_public(address)
    assert EgressPolicy().permits("outlet.example", address, 443)


def test_the_tables_are_long_enough_to_mean_something() -> None:
    """At least 60 refused addresses, none in both tables."""
    assert len(set(REFUSED)) >= 60
    assert not set(REFUSED) & set(PERMITTED)


@pytest.mark.parametrize(
    "text",
    ["", "localhost", "0177.0.0.1", "127.1", "2130706433", "0x7f000001", "1.2.3.4.5", "::g", "[::1]", "1.2.3.4:80"],
)
def test_what_is_no_address_is_an_error_and_never_permitted(text: str) -> None:
    """The rule judges addresses that are dialled; other spellings must be resolved first."""
    with pytest.raises(ValueError, match="address"):
        is_public(text)


@given(st.ip_addresses(v=4))
def test_an_address_wrapped_in_ipv6_is_judged_as_itself(address: IPv4Address) -> None:
    """Mapped and NAT64 forms open no way around the list."""
    assert is_public(f"::ffff:{address}") == is_public(f"64:ff9b::{address}") == is_public(str(address))


@given(st.ip_addresses(v=6))
def test_no_ipv6_address_outside_global_unicast_is_public(address: IPv6Address) -> None:
    """Whatever is public and wraps no IPv4 address lies in 2000::/3."""
    possible = map(IPv6Network, ("2000::/3", "::ffff:0:0/96", "64:ff9b::/96"))
    assert not is_public(str(address)) or any(address in network for network in possible)


ALLOWING = EgressPolicy.allowing(["LocalHost:8080", "[::1]:9090", "10.0.0.5:25", "mail.internal.:587"])


@pytest.mark.parametrize(
    ("host", "address", "port"),
    [
        ("localhost", "127.0.0.1", 8080),
        ("LOCALHOST.", "::1", 8080),
        ("::1", "::1", 9090),
        ("anything.example", "::1", 9090),
        ("10.0.0.5", "10.0.0.5", 25),
        ("mail.internal", "192.168.1.4", 587),
    ],
)
def test_an_allowed_target_may_be_dialled(host: str, address: str, port: int) -> None:
    """By the name that the operator wrote or by the address."""
    assert ALLOWING.permits(host, address, port)


@pytest.mark.parametrize(
    ("host", "address", "port"),
    [
        ("localhost", "127.0.0.1", 8081),
        ("localhost.evil.example", "127.0.0.1", 8080),
        ("evil.example", "127.0.0.1", 8080),
        ("10.0.0.5", "10.0.0.5", 80),
        ("10.0.0.6", "10.0.0.6", 25),
    ],
)
def test_nothing_beside_an_allowed_target_may_be_dialled(host: str, address: str, port: int) -> None:
    """Another port, host or address stays refused."""
    assert not ALLOWING.permits(host, address, port)


@pytest.mark.parametrize("text", ["", "localhost", ":80", "localhost:", "localhost:http", "localhost:0", "h:65536"])
def test_a_wrong_target_is_named(text: str) -> None:
    """The message quotes the text and shows the form."""
    with pytest.raises(ValueError, match="HOST:PORT") as raised:
        EgressPolicy.allowing(["localhost:80", text])
    assert repr(text) in str(raised.value)


def test_an_address_is_allowed_however_it_is_spelt() -> None:
    """IPv6 has many spellings of one address; the operator may write any."""
    policy = EgressPolicy.allowing(["[0:0:0:0:0:0:0:1]:8080"])
    assert policy.permits("::1", "::1", 8080)
    assert policy.permits("localhost", "0::1", 8080)
    assert not policy.permits("::1", "::1", 8081)


def test_one_clients_target_is_open_to_that_client_only() -> None:
    """The mail server may be private; a feed's redirect must not reach it."""
    policy = EgressPolicy.allowing(["127.0.0.1:80"])
    mail = policy.and_target("10.0.0.25", 25)
    assert mail.permits("10.0.0.25", "10.0.0.25", 25)
    assert mail.permits("127.0.0.1", "127.0.0.1", 80)
    assert not policy.permits("10.0.0.25", "10.0.0.25", 25)
    assert not mail.permits("10.0.0.25", "10.0.0.25", 26)
