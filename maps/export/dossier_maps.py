"""Maps of a dossier as pictures: where a site lies, and what lies round it."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any, Final

import geopandas as gpd
import numpy as np
import shapely

if TYPE_CHECKING:
    from maps.words import Words
    from spatial.candidates import CandidateAnswer

__all__ = ["constraint_map", "location_map"]

_COLOURS: Final = {
    "blocks": "#b42318",
    "distance": "#d9480f",
    "consent": "#e8a33d",
    "chosen": "#c084fc",
    "own": "#7c8aa0",
    "no_data": "#d4d4d8",
}
_SITE: Final = "#0b5d33"
_EDGE: Final = "#334155"
_AREA: Final = 2
#: kind, colour, width and dashes of what a place is recognised by
_GROUND: Final[dict[str, tuple[str, str, float, Any]]] = {
    "units": ("admin_unit", "#94a3b8", 0.6, (0, (5, 3))),
    "rivers": ("river", "#3b82c4", 0.7, "solid"),
    "roads": ("road", "#b08968", 0.5, "solid"),
}
_ROOM: Final = 1.2
_INCHES: Final = (6.6, 5.2)
_DPI: Final = 150
_FONT: Final = "DejaVu Sans"


def location_map(answer: CandidateAnswer, site: str, words: Words, *, note: str) -> bytes:
    """Draw the area of search with all sites, this one filled.

    Parameters
    ----------
    answer : CandidateAnswer
    site : str
    words : Words
    note : str
        The made-data label.

    Returns
    -------
    bytes
        PNG.
    """
    from matplotlib.lines import Line2D  # noqa: PLC0415 - takes a moment to load
    from matplotlib.patches import Patch  # noqa: PLC0415

    figure, axes = _canvas()
    area = answer.exclusions.area.dissolve()
    area.boundary.plot(ax=axes, color=_EDGE, linewidth=1.2)
    limits = axes.get_xlim(), axes.get_ylim()
    legend: list[Any] = [Line2D([], [], color=_EDGE, linewidth=1.2, label=words("dossier.area"))]
    legend += _ground(answer, axes, words)
    sites = answer.sites
    if len(sites) > 1:
        others = sites.drop(index=site)
        others.plot(ax=axes, facecolor="#bbdfc9", edgecolor=_SITE, linewidth=0.8, zorder=4)
    sites.loc[[site]].plot(ax=axes, facecolor=_SITE, edgecolor=_SITE, zorder=5)
    _named(axes, sites, site, beside_pt=22)
    legend.append(Patch(facecolor=_SITE, edgecolor=_SITE, label=site))
    if len(sites) > 1:
        legend.append(Patch(facecolor="#bbdfc9", edgecolor=_SITE, label=words("dossier.others")))
    axes.set_xlim(*limits[0])
    axes.set_ylim(*limits[1])
    _legend(axes, legend)
    return _finished(figure, axes, words, note=note)


def constraint_map(answer: CandidateAnswer, site: str, words: Words, *, note: str) -> bytes:
    """Draw a site with the land that constraints take round it, by tier.

    Parameters
    ----------
    answer : CandidateAnswer
    site : str
    words : Words
    note : str

    Returns
    -------
    bytes
        PNG.
    """
    from matplotlib.patches import Patch  # noqa: PLC0415 - takes a moment to load

    figure, axes = _canvas()
    shape = answer.sites.geometry[site]
    left, bottom, right, top = shape.bounds
    room = _ROOM * max(right - left, top - bottom)
    window = shapely.box(left - room, bottom - room, right + room, top + room)
    found = answer.exclusions
    near = found.land[shapely.intersects(found.land.geometry.to_numpy(), window)]
    tier = found.rows["tier"].to_numpy()[near["row"].to_numpy()]
    applied = found.rows["applied"].to_numpy(dtype=bool)[near["row"].to_numpy()]
    legend = [Patch(facecolor="none", edgecolor=_SITE, linewidth=2.2, label=site)]
    if len(answer.sites) > 1:
        legend.append(Patch(facecolor="none", edgecolor=_SITE, label=words("dossier.others")))
    for name, colour in reversed(_COLOURS.items()):
        part = near[applied & (tier == name)]
        if len(part):
            part.plot(ax=axes, color=colour, alpha=0.6, linewidth=0)
            legend.append(Patch(facecolor=colour, alpha=0.6, label=words(f"site_tier.{name}")))
    legend += _ground(answer, axes, words, window=window)
    answer.sites.boundary.plot(ax=axes, color=_SITE, linewidth=0.8, zorder=4)
    answer.sites.loc[[site]].boundary.plot(ax=axes, color=_SITE, linewidth=2.2, zorder=5)
    seen = answer.sites[shapely.intersects(answer.sites.geometry.to_numpy(), window)]
    _named(axes, seen, site)
    axes.set_xlim(window.bounds[0], window.bounds[2])
    axes.set_ylim(window.bounds[1], window.bounds[3])
    _legend(axes, legend)
    return _finished(figure, axes, words, note=note)


def _ground(answer: CandidateAnswer, axes: Any, words: Words, *, window: Any = None) -> list[Any]:
    """Draw communes, rivers and roads, as far as the search was given them; returns what the legend says."""
    from matplotlib.lines import Line2D  # noqa: PLC0415 - takes a moment to load

    out = []
    for name, (kind, colour, width, dashes) in _GROUND.items():
        frames = [layer.frame for layer in answer.basis.layers if layer.kind_name == kind]
        shapes = np.concatenate([np.zeros(0, dtype=object), *(f.geometry.to_numpy() for f in frames)])
        lines = np.where(shapely.get_dimensions(shapes) == _AREA, shapely.boundary(shapes), shapes)
        lines = lines[shapely.intersects(lines, window)] if window is not None else lines
        lines = lines[shapely.get_dimensions(lines) == 1]
        if not len(lines):
            continue
        gpd.GeoSeries(lines).plot(ax=axes, color=colour, linewidth=width, linestyle=dashes, zorder=2)
        label = words(f"dossier.{name}")
        out.append(Line2D([], [], color=colour, linewidth=width, linestyle=dashes, label=label))
    return out


def _named(axes: Any, sites: gpd.GeoDataFrame, site: str, *, beside_pt: float = 0.0) -> None:
    """Write names on sites, this one last and larger, beside it where its name would hide it."""
    from matplotlib.patheffects import withStroke  # noqa: PLC0415 - takes a moment to load

    for name in [*(n for n in sites.index if n != site), site]:
        mine = name == site
        place = shapely.get_coordinates(sites.geometry[name].representative_point())[0]
        axes.annotate(
            str(name), place, (-beside_pt, beside_pt) if mine else (0, 0), textcoords="offset points",
            fontsize=9 if mine else 6.5, fontweight="bold" if mine else "normal", ha="center", va="center",
            path_effects=[withStroke(linewidth=2.2, foreground="white")], zorder=6,
            arrowprops={"arrowstyle": "-", "linewidth": 0.8} if mine and beside_pt else None,
        )  # fmt: skip


def _legend(axes: Any, handles: list[Any]) -> None:
    """Below the map, where it covers nothing."""
    place: dict[str, Any] = {
        "loc": "upper center",
        "bbox_to_anchor": (0.5, -0.1),
        "ncol": 4,
    }
    axes.legend(handles=handles, prop={"family": _FONT, "size": 7}, frameon=False, **place)


def _canvas() -> tuple[Any, Any]:
    from matplotlib.backends.backend_agg import FigureCanvasAgg  # noqa: PLC0415
    from matplotlib.figure import Figure  # noqa: PLC0415

    figure = Figure(figsize=_INCHES, dpi=_DPI)
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    axes.set_aspect("equal")
    return figure, axes


def _finished(figure: Any, axes: Any, words: Words, *, note: str) -> bytes:
    """Add scale bar, north arrow and label; coordinates at the rim, north up the side."""
    left, right = axes.get_xlim()
    bottom, top = axes.get_ylim()
    length = 10 ** np.floor(np.log10((right - left) / 3))
    length = max(n * length for n in (1, 2, 5) if n * length <= (right - left) / 3)
    x, y = left + 0.04 * (right - left), bottom + 0.04 * (top - bottom)
    axes.plot([x, x + length], [y, y], color="black", linewidth=3, zorder=7)
    text = f"{length / 1000:g} km" if length >= 1000 else f"{length:g} m"  # noqa: PLR2004
    axes.annotate(text.replace(".", ",") if words.lang == "vi" else text, (x, y), (0, 4),
                  textcoords="offset points", fontsize=7)  # fmt: skip
    axes.annotate(words("dossier.north"), (0.97, 0.97), (0.97, 0.87), xycoords="axes fraction", ha="center",
                  fontsize=8, arrowprops={"arrowstyle": "->"}, va="bottom")  # fmt: skip
    axes.set_xlabel(words("site_column.y_east"), fontsize=7)
    axes.set_ylabel(words("site_column.x_north"), fontsize=7)
    axes.tick_params(labelsize=6)
    axes.ticklabel_format(style="plain", useOffset=False)
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_formatter(lambda value, _: words.number(value, 0))
    if note:
        axes.set_title(note, fontsize=8, color="#b42318", loc="left")
    out = io.BytesIO()
    figure.savefig(out, format="png", bbox_inches="tight")
    return out.getvalue()
