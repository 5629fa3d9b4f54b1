"""The egress rule: which addresses Storywatch may dial. Pure; `network` asks it about every connection.

The lists follow IANA's special-purpose registries (RFC 6890 and its updates). `ipaddress.is_global` alone is not
enough: it calls multicast, 6to4 relays, NAT64 and a cloud's metadata address global on some supported Pythons.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

REFUSED_V4 = tuple(
    map(
        IPv4Network,
        (
            "0.0.0.0/8",
            "10.0.0.0/8",
            "100.64.0.0/10",
            "127.0.0.0/8",
            "168.63.129.16/32",  # Azure's metadata and DNS address, outside every special range
            "169.254.0.0/16",
            "172.16.0.0/12",
            "192.0.0.0/24",
            "192.0.2.0/24",
            "192.31.196.0/24",
            "192.52.193.0/24",
            "192.88.99.0/24",
            "192.168.0.0/16",
            "192.175.48.0/24",
            "198.18.0.0/15",
            "198.51.100.0/24",
            "203.0.113.0/24",
            "224.0.0.0/4",
            "240.0.0.0/4",
        ),
    )
)
GLOBAL_V6 = IPv6Network("2000::/3")
REFUSED_V6 = tuple(map(IPv6Network, ("2001::/23", "2001:db8::/32", "2002::/16", "2620:4f:8000::/48", "3fff::/20")))
WRAPS_V4 = tuple(map(IPv6Network, ("::ffff:0:0/96", "64:ff9b::/96")))


def is_public(address: str) -> bool:
    """Tell whether an IP address may be dialled without the operator's leave. ValueError if it is no address."""
    ip = ip_address(address.partition("%")[0])
    if isinstance(ip, IPv6Address):
        return _is_public_v6(ip)
    return not any(ip in network for network in REFUSED_V4)


def _is_public_v6(ip: IPv6Address) -> bool:
    if any(ip in network for network in WRAPS_V4):
        return is_public(str(IPv4Address(int(ip) & 0xFFFF_FFFF)))
    return ip in GLOBAL_V6 and not any(ip in network for network in REFUSED_V6)


@dataclass(frozen=True, kw_only=True, slots=True)
class EgressPolicy:
    """What may be dialled: public addresses, and the (host, port) pairs that the operator allowed by name."""

    allowed: frozenset[tuple[str, int]] = frozenset()

    @classmethod
    def allowing(cls, targets: Iterable[str]) -> "EgressPolicy":
        """Read `host:port` texts; an IPv6 address stands in brackets. ValueError names the text that is wrong."""
        return cls(allowed=frozenset(map(_host_and_port, targets)))

    def and_target(self, host: str, port: int) -> "EgressPolicy":
        """Return a policy that also permits this target, for the one client whose target it is."""
        return EgressPolicy(allowed=self.allowed | {(_spelt_alike(host.lower().rstrip(".")), port)})

    def permits(self, host: str, address: str, port: int) -> bool:
        """Tell whether `address`, to which `host` resolved, may be dialled at `port`."""
        return is_public(address) or bool(
            {(_spelt_alike(host.lower().rstrip(".")), port), (_spelt_alike(address), port)} & self.allowed
        )


def _host_and_port(target: str) -> tuple[str, int]:
    host, _, port = target.rpartition(":")
    host = host.removeprefix("[").removesuffix("]").lower().rstrip(".")
    if not host or not port.isdecimal() or not 0 < int(port) < 65536:
        raise ValueError(f"{target!r} is not HOST:PORT, such as localhost:8080 or [::1]:8080")
    return _spelt_alike(host), int(port)


def _spelt_alike(host: str) -> str:
    """Return one spelling for an IP address that has many; a name stays as it is."""
    try:
        return str(ip_address(host))
    except ValueError:
        return host
