"""Asking an address outside: only HTTP, only public hosts, one answer of limited size within a limited time.

Whoever may write an address must not be able to make the server look into the network it stands in: a host
is looked up once, every address it has must be public, and the connection goes to the address that was
checked. Redirections are not followed, nothing is sent along that names a reader. Hosts of an office's own
network are let in by whoever starts the server, never by an address on a page.
"""

from __future__ import annotations

import http.client
import ipaddress
import os
import re
import socket
import ssl
from contextlib import closing, suppress
from dataclasses import dataclass
from functools import cache
from importlib import metadata
from threading import Timer
from typing import Final
from urllib.parse import SplitResult, urlsplit

from layers.causes import Cause
from layers.errors import QuestionError, SourceError

Place = ipaddress.IPv4Address | ipaddress.IPv6Address

__all__ = ["HOSTS", "Answer", "checked_address", "fetched"]

#: environment variable that names hosts of one's own network, ``host`` or ``host:port``, joined by commas
HOSTS: Final = "THOCONG_BASEMAP_HOSTS"
_LONGEST: Final = 2_000
_PORTS: Final = {"http": 80, "https": 443}
_FIRST_FREE: Final = 1_024
_OK: Final = 200
_CHUNK: Final = 65_536
_NAT64: Final = ipaddress.ip_network("64:ff9b::/96")
#: translation within one network (RFC 8215), which not every Python knows to be local
_LOCAL_NETS: Final = (ipaddress.ip_network("64:ff9b:1::/48"),)
_STRANGE: Final = re.compile(r"[\s\x00-\x1f\x7f\\]")


@dataclass(frozen=True)
class Answer:
    """What a host answered.

    Parameters
    ----------
    body : bytes
    media_type : str
        As the host says.
    """

    body: bytes
    media_type: str


def checked_address(address: str) -> SplitResult:
    """Refuse an address that is not to be asked.

    Parameters
    ----------
    address : str

    Returns
    -------
    urllib.parse.SplitResult

    Raises
    ------
    QuestionError
        ``basemap_address`` for anything but plain HTTP(S) without user and password, ``basemap_private`` for
        a host that is itself an address of a private network.
    """
    trouble = _trouble(address)
    if trouble:
        shown = address.split("?", maxsplit=1)[0].rsplit("@", maxsplit=1)[-1][:80]
        raise QuestionError("basemap_address", found=shown, why=Cause(f"address_{trouble}"))
    parts = urlsplit(address)
    host = parts.hostname or ""
    with suppress(ValueError):
        _check_public(ipaddress.ip_address(host), parts)
    if host == "localhost" or host.endswith((".localhost", ".local", ".internal")):
        _check_let_in(parts)
    return parts


def _trouble(address: str) -> str:
    """Why an address is none of ours, by name (``cause.address_<name>``); empty where it is one."""
    if len(address) > _LONGEST or _STRANGE.search(address):
        return "strange"
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        return "strange"
    if parts.scheme not in _PORTS:
        return "scheme"
    if "@" in parts.netloc:
        return "credentials"
    if not parts.hostname or "{" in parts.netloc.replace("{s}", ""):
        return "host"
    usual = port is None or port in _PORTS.values() or port >= _FIRST_FREE
    return "" if usual else "port"


def _let_in(parts: SplitResult) -> bool:
    listed = {name.strip().casefold() for name in os.environ.get(HOSTS, "").split(",") if name.strip()}
    host = (parts.hostname or "").casefold()
    return host in listed or f"{host}:{parts.port or _PORTS[parts.scheme]}" in listed


def _check_let_in(parts: SplitResult) -> None:
    if not _let_in(parts):
        raise QuestionError("basemap_private", found=parts.hostname)


def _check_public(place: Place, parts: SplitResult) -> None:
    inner = getattr(place, "ipv4_mapped", None) or getattr(place, "sixtofour", None) or _translated(place)
    local = getattr(place, "is_site_local", False) or any(place in net for net in _LOCAL_NETS)
    if local or not (inner.is_global and place.is_global) or inner.is_multicast:
        _check_let_in(parts)


def _translated(place: Place) -> Place:
    """Give the IPv4 address that a translator of the well-known prefix (RFC 6052) leads to."""
    if place in _NAT64:
        return ipaddress.IPv4Address(int(place) & 0xFFFF_FFFF)
    return place


def fetched(address: str, *, most_bytes: int, within_s: float) -> Answer:
    """Ask an address.

    Parameters
    ----------
    address : str
    most_bytes : int
        A longer answer is refused.
    within_s : float
        From the connection to the last byte.

    Returns
    -------
    Answer

    Raises
    ------
    QuestionError
        As :func:`checked_address`; ``basemap_private`` for a host that has a private address.
    SourceError
        ``basemap_unreachable``, ``basemap_refused`` (the host answers with something else than 200),
        ``basemap_too_large``.
    """
    parts = checked_address(address)
    host = parts.hostname or ""
    try:
        with closing(_connected(parts, within_s)) as line:
            ending = Timer(within_s, _cut, (line.sock,))
            ending.daemon = True
            ending.start()
            try:
                return _asked(line, parts, most_bytes)
            finally:
                ending.cancel()
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise SourceError("basemap_unreachable", host=host) from error


def _connected(parts: SplitResult, within_s: float) -> http.client.HTTPConnection:
    """Connect to an address of the host that was looked up and checked, and to no other."""
    host, port = parts.hostname or "", parts.port or _PORTS[parts.scheme]
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    for *_, place in found:
        _check_public(ipaddress.ip_address(str(place[0]).split("%")[0]), parts)
    sock = socket.create_connection((str(found[0][4][0]), port), timeout=within_s)
    if parts.scheme == "https":
        sock = _trust().wrap_socket(sock, server_hostname=host)
    line = http.client.HTTPConnection(host, port, timeout=within_s)
    line.sock = sock
    return line


@cache
def _trust() -> ssl.SSLContext:
    return ssl.create_default_context()


@cache
def _name() -> str:
    # services of OpenStreetMap ask every program to say who it is
    try:
        return f"ThoCong/{metadata.version('thocong')}"
    except metadata.PackageNotFoundError:
        return "ThoCong"


def _cut(sock: socket.socket) -> None:
    with suppress(OSError):
        sock.shutdown(socket.SHUT_RDWR)


def _asked(line: http.client.HTTPConnection, parts: SplitResult, most_bytes: int) -> Answer:
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    line.request("GET", path, headers={"User-Agent": _name(), "Accept": "*/*", "Accept-Encoding": "identity"})
    answer = line.getresponse()
    if answer.status != _OK:
        raise SourceError("basemap_refused", host=parts.hostname, found=answer.status)
    body = bytearray()
    while part := answer.read1(_CHUNK):
        body += part
        if len(body) > most_bytes:
            raise SourceError("basemap_too_large", host=parts.hostname, expected=most_bytes)
    missing = answer.length  # what the host promised and never sent
    if missing:
        raise SourceError("basemap_unreachable", host=parts.hostname)
    return Answer(bytes(body), (answer.getheader("Content-Type") or "").split(";")[0].strip().casefold())
