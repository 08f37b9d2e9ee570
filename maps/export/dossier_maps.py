"""Maps of a dossier as pictures: where a site lies, and what lies round it."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any, Final

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
    figure, axes = _canvas()
    answer.exclusions.area.dissolve().boundary.plot(ax=axes, color="#334155", linewidth=1)
    sites = answer.sites
    sites.plot(ax=axes, facecolor="#bbdfc9", edgecolor=_SITE, linewidth=0.8)
    sites.loc[[site]].plot(ax=axes, facecolor=_SITE, edgecolor=_SITE)
    for name, shape in sites.geometry.items():
        axes.annotate(str(name), shapely.get_coordinates(shape.centroid)[0], fontsize=7, ha="center")
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
    legend = [Patch(facecolor="none", edgecolor=_SITE, label=site)]
    for name, colour in reversed(_COLOURS.items()):
        part = near[applied & (tier == name)]
        if len(part):
            part.plot(ax=axes, color=colour, alpha=0.6, linewidth=0)
            legend.append(Patch(facecolor=colour, alpha=0.6, label=words(f"site_tier.{name}")))
    answer.sites.boundary.plot(ax=axes, color=_SITE, linewidth=0.8)
    answer.sites.loc[[site]].boundary.plot(ax=axes, color=_SITE, linewidth=2.2)
    axes.set_xlim(window.bounds[0], window.bounds[2])
    axes.set_ylim(window.bounds[1], window.bounds[3])
    axes.legend(handles=legend, fontsize=7, loc="lower right", prop={"family": _FONT, "size": 7})
    return _finished(figure, axes, words, note=note)


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
    axes.plot([x, x + length], [y, y], color="black", linewidth=3)
    text = f"{length / 1000:g} km" if length >= 1000 else f"{length:g} m"  # noqa: PLR2004
    axes.annotate(text.replace(".", ",") if words.lang == "vi" else text, (x, y), (0, 4),
                  textcoords="offset points", fontsize=7)  # fmt: skip
    axes.annotate(words("dossier.north"), (0.97, 0.97), (0.97, 0.87), xycoords="axes fraction", ha="center",
                  fontsize=8, arrowprops={"arrowstyle": "->"}, va="bottom")  # fmt: skip
    axes.set_xlabel(words("site_column.y_east"), fontsize=7)
    axes.set_ylabel(words("site_column.x_north"), fontsize=7)
    axes.tick_params(labelsize=6)
    axes.ticklabel_format(style="plain", useOffset=False)
    if note:
        axes.set_title(note, fontsize=8, color="#b42318", loc="left")
    out = io.BytesIO()
    figure.savefig(out, format="png", bbox_inches="tight")
    return out.getvalue()
