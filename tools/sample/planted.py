"""The planted answer of a search for sites: places that must be found, and traps that must not be.

Everywhere but in the places named here a made layer of strictly protected land lies over the district, so the
answer is known; all other land, roads and villages are those of the sample.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

import geopandas as gpd
import shapely

from .plane import CRS

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

__all__ = ["planted_search"]

#: river round the place that is cut off: begins and ends so many metres outside it
_MOAT_M: Final = (6.0, 25.0)


class _Place(NamedTuple):
    """West, south, width and height in metres; what a search must say of it."""

    case: str
    name: str
    west: int
    south: int
    width: int
    height: int
    expected: str

    @property
    def land(self) -> shapely.Polygon:
        return shapely.box(self.west, self.south, self.west + self.width, self.south + self.height)


_PLACES: Final = (
    _Place("wide", "Vị trí cài sẵn 1 (mô phỏng)", 547_840, 2_320_880, 1600, 1000, "site"),
    _Place("large", "Vị trí cài sẵn 2 (mô phỏng)", 555_380, 2_314_340, 1000, 600, "site"),
    _Place("middle", "Vị trí cài sẵn 3 (mô phỏng)", 551_260, 2_321_080, 600, 400, "site"),
    _Place("north", "Vị trí cài sẵn 4 (mô phỏng)", 555_820, 2_326_940, 600, 400, "site"),
    _Place("small", "Vị trí cài sẵn 5 (mô phỏng)", 554_480, 2_318_400, 300, 240, "site"),
    _Place("too_small", "Bẫy: quá nhỏ (mô phỏng)", 565_560, 2_320_560, 200, 160, "too_small"),
    _Place("too_thin", "Bẫy: quá hẹp (mô phỏng)", 546_800, 2_322_260, 1500, 60, "too_thin"),
    _Place("at_the_dam", "Bẫy: cạnh đập (mô phỏng)", 553_440, 2_316_640, 500, 400, "dam:DAM-special"),
    _Place("cut_off", "Bẫy: sông bao quanh (mô phỏng)", 559_280, 2_320_180, 500, 400, "no_road"),
    _Place("remote", "Bẫy: xa đường (mô phỏng)", 545_260, 2_322_160, 600, 600, "no_road"),
    _Place("in_the_belt", "Bẫy: trong vành đai xanh (mô phỏng)", 568_580, 2_323_980, 400, 600, "green_belt"),
    _Place("housing", "Bẫy: đã là đất ở (mô phỏng)", 561_560, 2_329_760, 400, 400, "residential"),
)


def planted_search(extent: BaseGeometry) -> dict[str, gpd.GeoDataFrame]:
    """Make the layers of the planted search.

    Parameters
    ----------
    extent : shapely geometry
        The surveyed extent.

    Returns
    -------
    dict of str to geopandas.GeoDataFrame
        ``planted`` (the places, with ``case`` and what is ``expected`` of each), and the constraints
        ``strict_land``, ``moat`` and ``dam``.
    """
    lands = [place.land for place in _PLACES]
    named = {place.case: place.land for place in _PLACES}
    inner, outer = (named["cut_off"].buffer(off, join_style="mitre") for off in _MOAT_M)
    west, south, east, north = named["at_the_dam"].bounds
    middle = (south + north) / 2
    dam = shapely.LineString([(west - 50, middle), (east + 50, middle)])
    strict = shapely.difference(extent, shapely.union_all(lands))

    def one(shape: BaseGeometry, **columns: object) -> gpd.GeoDataFrame:
        facts = {name: [value] for name, value in columns.items()}
        return gpd.GeoDataFrame(facts, geometry=[shape], crs=CRS)

    facts = {name: [getattr(place, name) for place in _PLACES] for name in ("case", "name", "expected")}
    ids = {"id": [f"VT-{n:02d}" for n in range(1, len(_PLACES) + 1)]}
    return {
        "planted": gpd.GeoDataFrame({**ids, **facts}, geometry=lands, crs=CRS),
        "strict_land": one(strict, id="BV-01", name="Đất cần bảo vệ nghiêm ngặt (mô phỏng)"),
        "moat": one(shapely.difference(outer, inner), id="SG-01", name="Sông bao (mô phỏng)"),
        "dam": one(dam, id="DP-01", name="Đập (mô phỏng)", dam_grade="special"),
    }
