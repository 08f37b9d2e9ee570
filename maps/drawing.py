"""A boundary that somebody drew: checked, and written as a list of corners or read from one."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import geopandas as gpd
import shapely

from layers import Finding, Layer, Provenance
from layers.corners import crossings_named, read_corners, rings_of_area

if TYPE_CHECKING:
    from pyproj import CRS
    from shapely import MultiPolygon, Polygon
    from shapely.geometry.base import BaseGeometry

    from layers import Period
    from maps.words import Words

__all__ = [
    "DRAWN_STEP",
    "Drawn",
    "check_boundary",
    "corner_lines",
    "read_boundary_text",
]

#: step of the provenance that tells a drawn layer from a read one; the number of corners stands behind it
DRAWN_STEP: Final = "drawn"
_HA: Final = 10_000.0
#: a click that slipped is no zone; the smallest cluster of Decree 303/2026 has 5 ha
_SMALLEST_HA: Final = 0.05
_OUTSIDE_HA: Final = 0.005
_DIGITS: Final = 3


@dataclass(frozen=True)
class Drawn:
    """A boundary that was drawn or typed.

    Parameters
    ----------
    area : Polygon or MultiPolygon
        In the system of the workspace, corners to the millimetre.
    crs : pyproj.CRS
        Projected, metres.
    findings : tuple of Finding
        From :func:`check_boundary`.

    Examples
    --------
    >>> from layers.crs import as_crs
    >>> drawn = Drawn(shapely.box(558_000, 2_325_000, 558_400, 2_325_250), as_crs(5897))
    >>> drawn.area_ha, drawn.corners, drawn.sound
    (10.0, 4, True)
    """

    area: Polygon | MultiPolygon
    crs: CRS
    findings: tuple[Finding, ...] = ()

    @property
    def sound(self) -> bool:
        """True where no finding forbids its use."""
        return all(finding.level != "block" for finding in self.findings)

    @property
    def area_ha(self) -> float:
        """Hectares in the projected system; no figure to show where the boundary crosses itself."""
        return float(self.area.area) / _HA

    def figures(self, words: Words) -> str:
        """Write its size in words.

        Parameters
        ----------
        words : Words

        Returns
        -------
        str
            Hectares where it is an area, perimeter and corners. What crosses itself has no one figure of
            hectares: the loops that turn the other way would be taken off.
        """
        length = words.number(float(self.area.length), 0)
        if not self.area.is_valid:
            return words("draw.figures_broken", length=length, corners=self.corners)
        area = words.number(self.area_ha, 2)
        return words("draw.figures", area=area, length=length, corners=self.corners)

    @property
    def corners(self) -> int:
        """Corners of all rings."""
        return sum(len(ring) for part in rings_of_area(self.area) for ring in part)

    @property
    def frame(self) -> gpd.GeoDataFrame:
        """The boundary as a frame of one row, index 1."""
        return gpd.GeoDataFrame(geometry=[self.area], index=[1], crs=self.crs)

    @property
    def wkt(self) -> str:
        """The boundary as text, every corner to the millimetre: what a question holds of it."""
        return str(shapely.to_wkt(self.area, rounding_precision=_DIGITS, trim=True))

    def layer(self, name: str, kind: str, *, source: str, period: Period | None = None) -> Layer:
        """Make a layer of one feature that says that it was drawn.

        Parameters
        ----------
        name : str
            Of the layer and of its feature.
        kind : str
            One of :func:`layers.kinds.kinds`.
        source : str
            Words for where it comes from.
        period : Period, optional

        Returns
        -------
        Layer
            Its provenance has the step ``drawn`` with the number of corners, and the hash of its corners.
        """
        steps = (f"{DRAWN_STEP} x{self.corners}",)
        frame = self.frame.assign(name=[name])[["name", "geometry"]]
        digest = hashlib.sha256(self.wkt.encode()).hexdigest()
        return Layer(frame, name, kind, period, Provenance(source=source, sha256=digest, steps=steps))


def check_boundary(
    area: Polygon | MultiPolygon,
    *,
    around: BaseGeometry | None = None,
    min_area_ha: float = _SMALLEST_HA,
) -> list[Finding]:
    """Check a boundary before it is asked about or saved; nothing is mended.

    Parameters
    ----------
    area : Polygon or MultiPolygon
    around : shapely geometry, optional
        Land that the workspace speaks of, in the same system.
    min_area_ha : float
        Less than this is taken for a slip of the hand, hectares.

    Returns
    -------
    list of Finding
        ``drawn_crosses``, ``drawn_overlaps`` and ``drawn_too_small`` block, as does ``drawn_outside`` where
        nothing lies inside; a part outside is a warning ``drawn_partly_outside`` with hectares.

    Examples
    --------
    >>> bow = shapely.Polygon([(0, 0), (400, 400), (400, 0), (0, 400)])
    >>> [(f.code, f.fields["found"]) for f in check_boundary(bow)]
    [('drawn_crosses', ['1–2 × 3–4'])]
    """
    size = float(area.area) / _HA
    if not area.is_valid:
        return [_broken(area)]
    if size < min_area_ha:
        return [Finding("drawn_too_small", "", None, "block", {"area_ha": size, "expected": min_area_ha})]
    outside = 0.0 if around is None or around.is_empty else float(area.difference(around).area) / _HA
    if outside <= _OUTSIDE_HA:
        return []
    if outside >= size - _OUTSIDE_HA:
        return [Finding("drawn_outside", "", None, "block", {"area_ha": size})]
    share = 100 * outside / size
    return [Finding("drawn_partly_outside", "", None, "warn", {"area_ha": outside, "share_pct": share})]


def _broken(area: Polygon | MultiPolygon) -> Finding:
    """Say how a boundary is no area: by the edges that cross, else by what GEOS says of its parts."""
    found = crossings_named(area)[:6]
    if found:
        return Finding("drawn_crosses", "", None, "block", {"found": found})
    return Finding("drawn_overlaps", "", None, "block", {"found": str(shapely.is_valid_reason(area))})


def corner_lines(area: Polygon | MultiPolygon, words: Words) -> str:
    """Write a boundary as the list of corners that decisions print.

    Parameters
    ----------
    area : Polygon or MultiPolygon
    words : Words

    Returns
    -------
    str
        A line a corner: X (north) and Y (east) to the millimetre, decimal comma in Vietnamese; the ring
        stands first where there are several. :func:`read_boundary_text` reads it back.

    Examples
    --------
    >>> from maps.words import words
    >>> print(corner_lines(shapely.Polygon([(5, 2.5), (5, 1), (9, 1)]), words("vi")))
    Điểm; X (bắc); Y (đông)
    1; 2,500; 5,000
    2; 1,000; 5,000
    3; 1,000; 9,000
    """
    rings = [ring for part in rings_of_area(area) for ring in part]
    several = len(rings) > 1
    head = [words("draw.ring")] if several else []
    lines = ["; ".join([*head, words("draw.point"), words("draw.north"), words("draw.east")])]
    mark = "," if words.lang == "vi" else "."
    for n, ring in enumerate(rings, 1):
        for m, (east, north) in enumerate(ring, 1):
            figures = [f"{value:.{_DIGITS}f}".replace(".", mark) for value in (north, east)]
            lines.append("; ".join([*([str(n)] if several else []), str(m), *figures]))
    return "\n".join(lines)


def read_boundary_text(text: str, crs: CRS, *, around: BaseGeometry | None = None) -> Drawn:
    """Read a list of corners and check it as if it had been drawn.

    Parameters
    ----------
    text : str
        As for :func:`layers.corners.read_corners`.
    crs : pyproj.CRS
    around : shapely geometry, optional
        As for :func:`check_boundary`.

    Returns
    -------
    Drawn
        With the findings of the table and of the boundary.

    Raises
    ------
    ThoCongError
        As :func:`layers.corners.read_corners`.
    """
    area, said = read_corners(text, crs)
    # that edges cross is said once, by the check, with what to do
    again = ("ring_crosses", "ring_tangled", "rings_overlap")
    kept = [finding for finding in said if finding.code not in again]
    return Drawn(area, crs, (*kept, *check_boundary(area, around=around)))
