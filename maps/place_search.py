"""Finding a place by a name typed without accents, or by coordinates the way people write them.

A pair of numbers says by its size what it is: degrees of Vietnam, or metres of the workspace's VN-2000
zone, northing (X) and easting (Y) in either order.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING, Final

import geopandas as gpd
import shapely

from layers.crs import as_crs, to_crs
from layers.names import fold
from maps.canvas import to_lonlat
from maps.places import crs_label

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pyproj import CRS

    from layers import Layer
    from maps.words import Words

__all__ = ["Hit", "PlaceIndex", "coordinate_hits"]

#: where Vietnam lies, its islands included: degrees, and metres of any VN-2000 zone
_LON: Final = (102.0, 118.0)
_LAT: Final = (6.0, 24.0)
_EASTING: Final = (100_000.0, 900_000.0)
_NORTHING: Final = (660_000.0, 2_700_000.0)
_MOST: Final = 8
_BASE_FIRST: Final = {"context": 0, "zone": 1, "constraint": 2}
_DMS: Final = re.compile(
    r"(\d{1,3})\s*[°dđ]\s*(\d{1,2})\s*['′p]\s*(\d{1,2}(?:[.,]\d+)?)?\s*(?:\"|″|''|g)?\s*([NSEWBĐT])?",
    re.IGNORECASE,
)
#: letters that people write beside coordinates; any other word is a name
_MARKS: Final = {"x", "y", "n", "e", "b", "d", "p", "g", "m", "lat", "lon", "lng", "long"}
_EASTERN: Final = "EĐ"
_NUMBER: Final = r"[-+]?\d(?:[\d.,]*\d)?"


@dataclass(frozen=True)
class Hit:
    """A place that was found.

    Parameters
    ----------
    title : str
        Its name, or its coordinates.
    detail : str
        What it is: kind and period, or the system of the coordinates.
    bounds : tuple of float
        West, south, east, north, degrees; a point has no extent.
    """

    title: str
    detail: str
    bounds: tuple[float, float, float, float]


class PlaceIndex:
    """Names of the features of some layers.

    Parameters
    ----------
    layers : sequence of Layer
        Any CRS; features are known by their columns ``name`` and ``id``.

    Examples
    --------
    >>> from shapely import box
    >>> from layers import Layer
    >>> from maps.words import words
    >>> frame = gpd.GeoDataFrame({"name": ["Xã Đồng Trúc"]}, geometry=[box(105.5, 21, 105.6, 21.1)], crs=4326)
    >>> places = PlaceIndex([Layer(frame, "communes_2025", "admin_unit")])
    >>> [hit.title for hit in places.find("dong truc", words("vi"))]
    ['Xã Đồng Trúc']
    """

    def __init__(self, layers: Sequence[Layer]) -> None:
        self._layers = list(layers)
        self._shown: list[str] = []
        self._folded: list[str] = []
        self._place: list[tuple[int, int]] = []
        for n, layer in enumerate(self._layers):
            names = _texts(layer.frame, "name")
            for row, (name, label) in enumerate(zip(names, _texts(layer.frame, "id"), strict=True)):
                if name or label:
                    self._shown.append(name or label)
                    self._folded.append(fold(f"{name}\n{label}" if name else label))
                    self._place.append((n, row))

    def find(self, query: str, words: Words, *, most: int = _MOST) -> list[Hit]:
        """Find names that hold the words asked for, the nearest to the question first.

        Parameters
        ----------
        query : str
            With or without accents; đ may be d.
        words : Words
        most : int

        Returns
        -------
        list of Hit
            The same name on several layers is as many hits; its latest period stands first.
        """
        asked = fold(query)
        parts = asked.split()
        if not parts:
            return []
        found = [n for n, text in enumerate(self._folded) if all(part in text for part in parts)]
        found.sort(key=lambda n: self._rank(n, asked))
        return [self._hit(n, words) for n in found[:most]]

    def _rank(self, n: int, asked: str) -> tuple[int, int, int, int, str]:
        text = self._folded[n].partition("\n")[0]
        layer = self._layers[self._place[n][0]]
        if text == asked:
            near = 0
        elif text.startswith(asked):
            near = 1
        else:
            near = 2 if re.search(rf"\b{re.escape(asked)}", text) else 3
        latest = -layer.period.last if layer.period else 0
        return near, _BASE_FIRST.get(layer.kind.role, 3), latest, len(text), text

    def _hit(self, n: int, words: Words) -> Hit:
        which, row = self._place[n]
        layer = self._layers[which]
        place = to_lonlat(layer.frame.iloc[[row]][[layer.frame.geometry.name]])
        west, south, east, north = (float(side) for side in place.total_bounds)
        detail = " · ".join(
            part for part in (words(f"kind.{layer.kind_name}"), str(layer.period or "")) if part
        )
        return Hit(self._shown[n], detail, (west, south, east, north))


def _texts(frame: gpd.GeoDataFrame, column: str) -> list[str]:
    if column not in frame:
        return [""] * len(frame)
    return [str(value) for value in frame[column].fillna("").astype(object)]


def coordinate_hits(query: str, crs: CRS, words: Words) -> list[Hit]:
    """Read a pair of coordinates.

    Parameters
    ----------
    query : str
        Degrees in decimals or with minutes and seconds, or metres; decimal point or comma.
    crs : pyproj.CRS
        VN-2000 system that metres are taken to be in.
    words : Words

    Returns
    -------
    list of Hit
        Empty where the text is no pair of coordinates in Vietnam.

    Examples
    --------
    >>> from maps.words import words
    >>> [hit.detail for hit in coordinate_hits("21,0205 105,5604", as_crs(5897), words("vi"))]
    ['WGS 84, vĩ độ và kinh độ']
    >>> coordinate_hits("12, 13", as_crs(5897), words("vi"))
    []
    """
    if not set(re.findall(r"[a-z]+", fold(query))) <= _MARKS:
        return []
    seconds = _dms(query)
    if seconds is not None:
        return _degree_hits([seconds], words)
    pairs = _pairs(query)
    return [*_degree_hits(pairs, words), *_metre_hits(pairs, crs, words)][:_MOST]


def _dms(query: str) -> tuple[float, float] | None:
    """Two angles in degrees, minutes and seconds; a letter says which is which, or else their size."""
    found = _DMS.findall(query)
    if len(found) != 2:  # noqa: PLR2004 - a place has two
        return None
    angles = [int(d) + int(m) / 60 + float((s or "0").replace(",", ".")) / 3600 for d, m, s, _ in found]
    first, second = angles
    return (second, first) if found[0][3].upper() in tuple(_EASTERN) else (first, second)


def _pairs(query: str) -> list[tuple[float, float]]:
    """Every way to read the text as two numbers."""
    bare = re.sub(r"[^\d.,;\s+-]", " ", query)
    cuts = [re.findall(_NUMBER, part) for part in (bare, bare.replace(",", " "))]
    found = [cut for cut in cuts if len(cut) == 2]  # noqa: PLR2004 - a place has two
    pairs = [pair for first, second in found for pair in product(_readings(first), _readings(second))]
    return list(dict.fromkeys(pairs))


def _readings(text: str) -> Iterable[float]:
    """A number with either mark as the decimal one."""
    for decimal, group in ((".", ","), (",", ".")):
        whole, _, rest = text.partition(decimal)
        if (
            decimal in rest
            or group in rest
            or not re.fullmatch(rf"[-+]?(\d+|\d{{1,3}}({re.escape(group)}\d{{3}})+)", whole)
        ):
            continue
        yield float(f"{whole.replace(group, '')}.{rest or 0}")


def _within(value: float, limits: tuple[float, float]) -> bool:
    return limits[0] <= value <= limits[1]


def _degree_hits(pairs: Iterable[tuple[float, float]], words: Words) -> list[Hit]:
    places = dict.fromkeys(
        (lat, lon)
        for pair in pairs
        for lat, lon in (pair, pair[::-1])
        if _within(lat, _LAT) and _within(lon, _LON)
    )
    return [
        Hit(
            f"{words.number(lat, 6)}°, {words.number(lon, 6)}°", words("search.degrees"), (lon, lat, lon, lat)
        )
        for lat, lon in places
    ]


def _metre_hits(pairs: Iterable[tuple[float, float]], crs: CRS, words: Words) -> list[Hit]:
    if not crs.is_projected:
        return []
    places = dict.fromkeys(
        (x, y)
        for pair in pairs
        for x, y in (pair, pair[::-1])
        if _within(x, _NORTHING) and _within(y, _EASTING)
    )
    return [_metre_hit(x, y, crs, words) for x, y in places]


def _metre_hit(northing: float, easting: float, crs: CRS, words: Words) -> Hit:
    here = gpd.GeoDataFrame(geometry=[shapely.Point(easting, northing)], crs=crs)
    lon, lat = shapely.get_coordinates(to_crs(here, as_crs(4326)).geometry)[0].tolist()
    title = f"X {words.number(northing, 2)}  Y {words.number(easting, 2)}"
    return Hit(title, crs_label(crs, words), (lon, lat, lon, lat))
