"""Keeps webhooks from reaching inward: every address is checked at the moment of connecting.

The name is resolved here, all its addresses are judged, and the connection goes to the judged address
itself, so a name that changes between check and connect gains nothing. Redirects are not followed.
"""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Iterable, Sequence
from typing import Final
from urllib.parse import urlsplit

import httpcore

from service.errors import Problem

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

_NAT64: Final = (ipaddress.ip_network("64:ff9b::/96"), ipaddress.ip_network("64:ff9b:1::/48"))
_REFUSED: Final = tuple(
    ipaddress.ip_network(text)
    for text in (
        "0.0.0.0/8", "100.64.0.0/10", "168.63.129.16/32", "192.0.0.0/24", "192.88.99.0/24",
        "198.18.0.0/15", "224.0.0.0/4", "240.0.0.0/4", "fec0::/10", "ff00::/8",
    )
)  # fmt: skip


class Refused(Exception):
    """The target is not one that webhooks may reach."""


def check_url(url: str, allowed: Sequence[str] = ()) -> None:
    """Nothing when `url` is one webhooks may go to, as far as its text says.

    Raises:
        Problem: `target-refused`, saying what is wrong with it.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise Problem("target-refused", "url: it is not a URL.") from None
    if parts.scheme != "https" and not (parts.scheme == "http" and allowed):
        raise Problem("target-refused", "url: only https:// is sent to.")
    if not parts.hostname or parts.username is not None or parts.password is not None or port == 0:
        raise Problem("target-refused", "url: give a host, and no user name or password.")
    if any(ord(letter) <= 32 or ord(letter) == 127 for letter in url) or not url.isascii():
        raise Problem("target-refused", "url: it holds spaces, control characters or letters beyond ASCII.")
    try:
        judge(_numbers(parts.hostname), allowed)
    except Refused as error:
        raise Problem("target-refused", f"url: {error}") from None


def _numbers(host: str) -> list[str]:
    """The address when the host is one in any notation (also 127.1, 0x7f000001, 2130706433)."""
    try:
        return [str(ipaddress.ip_address(host.partition("%")[0]))]
    except ValueError:
        pass
    try:
        return [socket.inet_ntoa(socket.inet_aton(host))]
    except OSError:
        name = host.rstrip(".").lower()
        inward = name in {"localhost", "metadata"} or name.endswith((".localhost", ".local", ".internal"))
        return ["127.0.0.1"] if inward else []


def judge(addresses: Iterable[str], allowed: Sequence[str] = ()) -> None:
    """Nothing when every address is public (or in an `allowed` network).

    Raises:
        Refused: one is private, loopback, link-local, metadata, multicast or reserved.
    """
    networks = [ipaddress.ip_network(network) for network in allowed]
    for text in addresses:
        address = ipaddress.ip_address(text.partition("%")[0])
        for inner in _unwrapped(address):
            if any(inner.version == network.version and inner in network for network in networks):
                continue
            if not inner.is_global or any(inner.version == net.version and inner in net for net in _REFUSED):
                raise Refused("the address is private, local or reserved; webhooks go to public hosts only.")


def _unwrapped(address: Address) -> list[Address]:
    """The address, and the IPv4 addresses that IPv6 forms carry inside: all of them must be public."""
    if isinstance(address, ipaddress.IPv4Address):
        return [address]
    if address.ipv4_mapped is not None:
        return [address.ipv4_mapped]
    inside: list[Address] = []
    if address.sixtofour is not None:
        inside.append(address.sixtofour)
    if address.teredo is not None:
        inside += list(address.teredo)
    low = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    if any(address in network for network in _NAT64) or int(address) >> 32 == 0:
        return [low]
    return [address, *inside]


class GuardedBackend(httpcore.NetworkBackend):
    """Connects by name only to judged addresses; TLS still checks the certificate for the name."""

    def __init__(self, allowed: Sequence[str] = ()) -> None:
        self._allowed = allowed
        self._inner = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        """A connection to the first address of `host` that answers, after judging all of them.

        Raises:
            Refused: one of the addresses is not public.
            httpcore.ConnectError: the name is unknown or nobody answers.
        """
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            raise httpcore.ConnectError(f"the name cannot be resolved: {type(error).__name__}") from error
        addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))
        judge(addresses, self._allowed)
        failure: Exception = httpcore.ConnectError("the name has no address")
        for address in addresses[:3]:
            try:
                return self._inner.connect_tcp(address, port, timeout, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
        raise failure

    def connect_unix_socket(
        self,
        path: str,
        timeout: float | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        """Never.

        Raises:
            Refused: always.
        """
        raise Refused("webhooks do not go to Unix sockets.")

    def sleep(self, seconds: float) -> None:
        """Between attempts of httpcore itself; there are none."""
        self._inner.sleep(seconds)


def post(
    url: str, headers: dict[str, str], content: bytes, *, timeout_s: float, allowed: Sequence[str]
) -> int:
    """The status that answers a POST. The answer's body is not read; redirects are not followed.

    Raises:
        Refused: the target is not public.
        httpcore.NetworkError, httpcore.TimeoutException, httpcore.ProtocolError: it could not be sent.
    """
    timeouts = {"connect": timeout_s, "read": timeout_s, "write": timeout_s, "pool": timeout_s}
    with (
        httpcore.ConnectionPool(network_backend=GuardedBackend(allowed), retries=0) as pool,
        pool.stream(
            "POST", url, headers=list(headers.items()), content=content, extensions={"timeout": timeouts}
        ) as response,
    ):
        return int(response.status)
