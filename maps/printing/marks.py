"""Features as marks on paper: areas with their hatchings, lines, points, in the system of the sheet."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import shapely
from matplotlib.collections import LineCollection, PathCollection
from matplotlib.colors import to_rgba
from matplotlib.patches import Rectangle
from matplotlib.path import Path
from rasterio.features import rasterize
from rasterio.transform import from_bounds

from layers.crs import to_crs
from maps.styles import HATCHINGS

if TYPE_CHECKING:
    from collections.abc import Sequence

    import geopandas as gpd
    from matplotlib.axes import Axes
    from matplotlib.typing import ColorType
    from numpy.typing import NDArray
    from pyproj import CRS

    from maps.canvas import MapLayer
    from maps.styles import Look

__all__ = ["draw_layers", "face_of", "half_of", "hatch_of", "stroke_of"]

#: hatchings of the screen -> those of matplotlib
_HATCHES: Final = {
    "blocks": "xxx", "consent": "////", "nodata": "...", "gained": "+++", "lost": "\\\\\\\\",
    "changed": "---", "redrawn": "..", "land1": "///", "land2": "\\\\\\", "land3": "---",
    "land4": "|||", "land5": "++", "land6": "...", "land7": "//",
}  # fmt: skip
_GROUNDS: Final = {pattern["id"]: pattern["fill"] for pattern in HATCHINGS}
_PX: Final = 0.5  # points of paper to a pixel of the screen
_HUGE: Final = 60_000
_CELL_M: Final = 0.0254 / 200  # of the paper
_MANY: Final = 3_000  # features that a file holds as shapes; more are a picture within it
_FINE_M: Final = 1e-4  # of the paper: what is thinner than a tenth of a millimetre is not seen
_SPECK_M: Final = 8e-4  # of the paper
_POINT: Final = 14.0
_THIN: Final = 0.35


def draw_layers(
    axes: Axes,
    layers: Sequence[MapLayer],
    crs: CRS,
    *,
    denominator: int,
    opacity: dict[str, float] | None = None,
    divider: float | None = None,
) -> list[MapLayer]:
    """Draw layers, the lowest first.

    Parameters
    ----------
    axes : matplotlib.axes.Axes
        Its limits are the place that is printed, in metres of `crs`.
    layers : sequence of MapLayer
        In the order in which they lie on one another.
    crs : pyproj.CRS
        Projected.
    denominator : int
        Of the scale: many features are simplified to a tenth of a millimetre on paper.
    opacity : dict of str to float, optional
        By layer id.
    divider : float, optional
        Easting: layers of the first period are drawn to its west, those of the second to its east.

    Returns
    -------
    list of MapLayer
        The layers with what of them lies in the place, whose legend belongs on the sheet.
    """
    seen = []
    for n, layer in enumerate(layers):
        columns = ("look", "sign", layer.frame.geometry.name)
        frame = to_crs(layer.frame[[c for c in columns if c in layer.frame]], crs)
        half = half_of(axes, layer.side if divider is not None else None, divider or 0.0)
        inside = frame.iloc[np.sort(frame.sindex.query(shapely.box(*half), predicate="intersects"))]
        if inside.empty:
            continue
        looks = inside["look"].to_numpy(dtype=int) if "look" in inside else np.zeros(len(inside), dtype=int)
        how = {"fade": (opacity or {}).get(layer.id, 1.0), "order": n + 1, "denominator": denominator}
        draw = _draw_cells if len(inside) > _HUGE else _draw_shapes
        there = {*axes.collections, *axes.images}
        bare = ~_signed(inside)
        if bare.any():
            draw(axes, layer, inside.geometry.to_numpy()[bare], looks[bare], **how)
        west, south, east, north = half
        for artist in {*axes.collections, *axes.images} - there:
            frame_of_half = Rectangle((west, south), east - west, north - south, transform=axes.transData)
            artist.set_clip_path(frame_of_half)
        seen.append(_with_seen(layer, inside, set(looks.tolist())))
    return seen


def _signed(frame: gpd.GeoDataFrame) -> NDArray[np.bool_]:
    """Points that text stands for: it is written, and no dot below it."""
    if "sign" not in frame:
        return np.zeros(len(frame), dtype=bool)
    text = frame["sign"].fillna("").astype(str).astype(bool).to_numpy()
    return np.asarray(text & (frame.geom_type == "Point").to_numpy())


def half_of(axes: Axes, side: int | None, divider: float) -> tuple[float, float, float, float]:
    """Return what a layer is drawn in: the place, or its half of it.

    Parameters
    ----------
    axes : matplotlib.axes.Axes
    side : int or None
        Which of the compared periods; ``None`` for all of the place.
    divider : float
        Easting between the periods.

    Returns
    -------
    tuple of float
        West, south, east, north.
    """
    (west, east), (south, north) = axes.get_xlim(), axes.get_ylim()
    return (
        max(west, divider) if side else west,
        south,
        min(east, divider) if side == 0 else east,
        north,
    )


def _draw_shapes(
    axes: Axes, layer: MapLayer, shapes: NDArray[np.object_], looks: NDArray[np.int64], **how: Any
) -> None:
    picture = len(shapes) > _MANY
    if picture:
        shapes = shapely.simplify(shapes, _FINE_M * how["denominator"])
    # edges of what is a speck on paper would be all that is seen of it
    across = float(np.median(np.sqrt(shapely.area(shapes)))) / how["denominator"]
    bare = picture and 0 < across < _SPECK_M
    for k in np.unique(looks).tolist():
        over, look = _entry(layer, k).get("over", ""), layer.looks[k]
        look = replace(look, weight=0.0) if bare and look.fill else look
        _draw(axes, look, shapes[looks == k], over=over, picture=picture, **how)


def _draw_cells(
    axes: Axes, layer: MapLayer, shapes: NDArray[np.object_], looks: NDArray[np.int64], **how: Any
) -> None:
    """Draw more areas than a sheet has room for as cells of their colours, without edges and hatchings."""
    (west, east), (south, north) = axes.get_xlim(), axes.get_ylim()
    cell = how["denominator"] * _CELL_M
    wide, tall = round((east - west) / cell), round((north - south) / cell)
    classes = rasterize(
        zip(shapes, (looks + 1).tolist(), strict=True),
        out_shape=(tall, wide),
        transform=from_bounds(west, south, east, north, wide, tall),
        dtype="int32",
    )
    grounds = [face_of(look.fill or look.stroke, look.opacity * how["fade"]) for look in layer.looks]
    colours = np.array([(0.0, 0.0, 0.0, 0.0), *(to_rgba(ground) for ground in grounds)])
    axes.imshow(
        colours[classes], extent=(west, east, south, north), aspect="auto", zorder=how["order"],
        interpolation="nearest",
    )  # fmt: skip


def _entry(layer: MapLayer, look: int) -> dict[str, Any]:
    """Entry of the legend that stands for a look: they come in the same order."""
    return layer.legend[look] if look < len(layer.legend) else {}


def _with_seen(layer: MapLayer, inside: Any, looks: set[int]) -> MapLayer:
    legend = [entry for n, entry in enumerate(layer.legend) if n in looks or len(layer.legend) == 1]
    return replace(layer, frame=inside, legend=legend)


def face_of(fill: str, opacity: float) -> ColorType:
    """Colour of a ground, from a colour or from the name of a hatching.

    Parameters
    ----------
    fill : str
        ``#RRGGBB``, ``url(#tc-name)`` as in a legend, or empty.
    opacity : float

    Returns
    -------
    matplotlib colour

    Examples
    --------
    >>> face_of("#ff0000", 0.5)
    (1.0, 0.0, 0.0, 0.5)
    >>> face_of("", 1.0)
    'none'
    """
    ground = _GROUNDS.get(_name(fill), fill)
    found = re.fullmatch(r"rgba\((\d+),(\d+),(\d+),([\d.]+)\)", ground)
    if found:
        r, g, b, a = found.groups()
        return (int(r) / 255, int(g) / 255, int(b) / 255, float(a) * opacity)
    return to_rgba(ground, opacity) if ground and ground != "none" else "none"


def hatch_of(fill: str) -> str:
    """Hatching of matplotlib for one of the screen's.

    Parameters
    ----------
    fill : str
        ``url(#tc-name)``, or anything else.

    Returns
    -------
    str
        Empty for none.

    Examples
    --------
    >>> hatch_of("url(#tc-land1)")
    '///'
    """
    return _HATCHES.get(_name(fill), "")


def stroke_of(dash: str, weight: float) -> Any:
    """Pattern of a line on paper.

    Parameters
    ----------
    dash : str
        As SVG writes it.
    weight : float
        Pixels of the screen.

    Returns
    -------
    str or tuple
        Line style of matplotlib.
    """
    parts = [float(part) * _PX for part in dash.split()]
    return (0, tuple(part / max(weight * _PX, 0.3) for part in parts)) if parts else "solid"


def _name(fill: str) -> str:
    return fill.removeprefix("url(#tc-").removesuffix(")") if fill.startswith("url(#tc-") else ""


def _draw(axes: Axes, look: Look, shapes: NDArray[np.object_], **how: Any) -> None:
    parts, _ = shapely.get_parts(shapes, return_index=True)
    dimension = shapely.get_dimensions(parts)
    options = {"zorder": how["order"], "rasterized": how["picture"]}
    ground = f"url(#tc-{look.hatch})" if look.hatch else look.fill
    edge = to_rgba(look.stroke, how["fade"]) if look.weight else "none"
    line: dict[str, Any] = {
        "linewidths": look.weight * _PX,
        "linestyles": [stroke_of(look.dash, look.weight)],
    }
    areas, lines, points = (parts[dimension == d] for d in (2, 1, 0))
    if len(areas):
        axes.add_collection(
            PathCollection(
                _paths(areas), facecolors=[face_of(ground, look.opacity * how["fade"])], edgecolors=[edge],
                hatch=hatch_of(how["over"] or ground) or None, **line, **options,
            )
        )  # fmt: skip
    if len(lines):
        strings = [shapely.get_coordinates(one) for one in lines]
        axes.add_collection(LineCollection(strings, colors=[edge], **line, **options))
    if len(points):
        x, y = shapely.get_coordinates(points).T
        face = face_of(look.fill or look.stroke, how["fade"])
        axes.scatter(x, y, s=_POINT, c=[face], edgecolors=[edge], linewidths=0.4, **options)


def _paths(areas: NDArray[np.object_]) -> list[Path]:
    """Polygons as paths; holes turn the other way, or they would be filled."""
    out = []
    for area in shapely.orient_polygons(areas):
        rings = [shapely.get_coordinates(ring) for ring in (area.exterior, *area.interiors)]
        codes = [np.full(len(ring), Path.LINETO, dtype=np.uint8) for ring in rings]
        for code in codes:
            code[0], code[-1] = Path.MOVETO, Path.CLOSEPOLY
        out.append(Path(np.concatenate(rings), np.concatenate(codes)))
    return out
