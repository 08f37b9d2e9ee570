"""Corners of a boundary table that stand in the wrong order, exchanged where somebody decided so."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import shapely

from layers._rings import corner_count, exchanged, mending_exchanges, named_crossings
from layers.errors import QuestionError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from layers.findings import Ledger

__all__ = ["Exchange", "parse_exchange", "with_exchanges"]

_HA = 10_000.0
_CROSSINGS_NAMED = 6


@dataclass(frozen=True)
class Exchange:
    """Two corners of one ring that take each other's place.

    Parameters
    ----------
    ring : int
        Number of the ring in its table, from 1: the row that findings name.
    first, second : int
        Corners by their order in the ring, from 1.

    Examples
    --------
    >>> str(Exchange(1, 2, 3))
    '1:2-3'
    """

    ring: int
    first: int
    second: int

    def __str__(self) -> str:
        """The way it is written on the command line."""
        return f"{self.ring}:{self.first}-{self.second}"


def parse_exchange(text: str) -> Exchange:
    """Read an exchange.

    Parameters
    ----------
    text : str
        ``RING:CORNER-CORNER``, each by its number from 1.

    Returns
    -------
    Exchange

    Raises
    ------
    QuestionError
        ``exchange_unreadable``.

    Examples
    --------
    >>> parse_exchange("1:2-3")
    Exchange(ring=1, first=2, second=3)
    """
    found = re.fullmatch(r"\s*(\d{1,7}):(\d{1,7})-(\d{1,7})\s*", text, re.ASCII)
    ring, first, second = (int(n) for n in found.groups()) if found else (0, 0, 0)
    if not (ring and first and second) or first == second:
        raise QuestionError("exchange_unreadable", found=text[:80], expected="1:2-3")
    return Exchange(ring, first, second)


def with_exchanges(
    points: Sequence[tuple[float, float]],
    ring: int,
    exchanges: Iterable[Exchange],
    ledger: Ledger,
    *,
    name: str,
) -> list[tuple[float, float]]:
    """Exchange the corners of a ring as asked, and tell what was done and which edges cross.

    Parameters
    ----------
    points : sequence of tuple of float
        Corners as the table has them, closed or not.
    ring : int
        Its number.
    exchanges : iterable of Exchange
        Those of other rings are passed over.
    ledger : Ledger
        Gets ``corners_exchanged`` or ``exchange_unused`` for what was asked, and ``ring_crosses`` or, where
        no exchange of neighbours mends it, ``ring_tangled``.
    name : str
        Of the ring.

    Returns
    -------
    list of tuple of float
    """
    corners = list(points)
    for one in exchanges:
        if one.ring != ring:
            continue
        if max(one.first, one.second) > corner_count(corners):
            count = corner_count(corners)
            ledger.find("exchange_unused", ring, exchange=str(one), found=count, name=name)
            continue
        proposed = _proposed(corners)
        corners = exchanged(corners, (one.first, one.second))
        area_ha = float(shapely.area(shapely.make_valid(shapely.polygons(corners)))) / _HA
        pair = f"{one.first} ↔ {one.second}"
        told: dict[str, Any] = {"exchange": str(one), "found": pair, "area_ha": area_ha, **proposed}
        ledger.find("corners_exchanged", ring, name=name, **told)
    if edges := named_crossings(corners)[:_CROSSINGS_NAMED]:
        proposed = _proposed(corners)
        pairs = [pair.replace("-", " ↔ ") for pair in proposed["mends"]]
        if pairs:
            ledger.find("ring_crosses", ring, found=edges, expected=pairs, name=name, **proposed)
        else:
            ledger.find("ring_tangled", ring, found=edges, name=name)
    return corners


def _proposed(corners: Sequence[tuple[float, float]]) -> dict[str, Any]:
    """Exchanges that would leave no crossing, each with the area that the ring would have."""
    pairs = mending_exchanges(corners)
    areas = [float(shapely.area(shapely.polygons(exchanged(corners, pair)))) / _HA for pair in pairs]
    return {"mends": [f"{first}-{second}" for first, second in pairs], "mends_ha": areas}
