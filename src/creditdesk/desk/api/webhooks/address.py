"""Where events may be sent: over TLS to public addresses, and to what the administrator allows besides.

A name is resolved for every delivery, every address it leads to is judged, and the connection goes to an address that was
judged: a name that leads elsewhere a moment later changes nothing.
"""

from __future__ import annotations

import ipaddress
import os
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

ALLOW = "CREDITDESK_WEBHOOK_ALLOW"
"""Origins that the administrator allows although they are not public or not encrypted: `https://erp.internal,http://10.0.0.7:8080`."""

LONGEST = 2000
_NAT64 = ipaddress.ip_network("64:ff9b::/96")


class WrongAddress(ValueError):
    """Nothing is sent there."""


class NoSuchHost(WrongAddress):
    """The name leads nowhere, for now."""


@dataclass(frozen=True)
class Target:
    """An address of a receiver, taken apart.

    Attributes:
        path: with its query.
        allowed: the administrator named its origin.
    """

    scheme: str
    host: str
    port: int
    path: str
    allowed: bool

    @property
    def shown(self) -> str:
        """What the header `Host` says."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        usual = 443 if self.scheme == "https" else 80
        return host if self.port == usual else f"{host}:{self.port}"


def read(url: str, environment: Mapping[str, str] = os.environ) -> Target:
    """Take an address apart.

    Raises:
        WrongAddress: it is none, or of a kind to which nothing is sent.
    """
    if len(url) > LONGEST or not url.isascii() or not url.isprintable() or " " in url:
        raise WrongAddress(f"allowed: an address of at most {LONGEST} plain characters")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as wrong:
        raise WrongAddress(f"no address: {wrong}") from wrong
    if parts.scheme not in ("https", "http") or not parts.hostname:
        raise WrongAddress("allowed: an address that begins with https:// and names a host")
    if "@" in parts.netloc:
        raise WrongAddress("allowed: an address without a name and password; the signature says who sends")
    if parts.fragment:
        raise WrongAddress("allowed: an address without #")
    found = (
        parts.scheme,
        parts.hostname.lower().rstrip("."),
        port or (443 if parts.scheme == "https" else 80),
    )
    allowed = found in _origins(environment.get(ALLOW, ""))
    if parts.scheme != "https" and not allowed:
        raise WrongAddress(
            f"allowed: https://; the way out: encrypt it, or let the administrator add it to {ALLOW}"
        )
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    target = Target(*found, path, allowed)
    if not allowed and _literal(target.host) and not public(target.host):
        raise WrongAddress(
            f"{target.host} is no public address; the way out: the administrator adds it to {ALLOW}"
        )
    return target


def _origins(said: str) -> set[tuple[str, str, int]]:
    found = set()
    for one in said.split(","):
        parts = urlsplit(one.strip())
        if parts.scheme in ("https", "http") and parts.hostname:
            found.add(
                (parts.scheme, parts.hostname.lower(), parts.port or (443 if parts.scheme == "https" else 80))
            )
    return found


def _literal(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def resolve(target: Target) -> list[str]:
    """The addresses of a receiver, in the order in which they are tried.

    Raises:
        NoSuchHost: the name leads nowhere.
        WrongAddress: it leads to an address that is not public.
    """
    try:
        found = socket.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as wrong:
        raise NoSuchHost(f"{target.host}: the name leads nowhere ({wrong})") from wrong
    addresses = list(dict.fromkeys(str(one[4][0]) for one in found))
    if not target.allowed:
        for one in addresses:
            if not public(one):
                raise WrongAddress(f"{target.host} leads to {one}, which is no public address")
    return addresses


def public(address: str) -> bool:
    """Whether an address is one of the internet at large, also where it is wrapped in another one."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None)
        if inner is None and ip in _NAT64:
            inner = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
        if inner is not None:
            return public(str(inner))
    return ip.is_global and not ip.is_multicast and not ip.is_reserved and not ip.is_unspecified
