"""Where each explanation of the coordinates of a file would put it: to choose by, in a table and on a map."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from layers.crs import as_crs, to_crs
from maps.canvas import MapLayer
from maps.places import crs_label
from maps.styles import Look

if TYPE_CHECKING:
    from pyproj import CRS
    from shapely.geometry.base import BaseGeometry

    from layers import Reading
    from layers.verdict import Candidate, Verdict
    from maps.words import Words

__all__ = [
    "candidate_layers",
    "candidate_rows",
    "candidates_open",
    "colour_of",
    "placed_candidates",
    "reading_label",
    "reason_of",
    "sign_of",
]

_MOST_DRAWN: Final = 300
#: told apart by colour-blind readers too; the number stands beside each
_COLOURS: Final = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#5b3fa8", "#8c510a")
_STATED: Final = "#4b5563"
#: of the first turn through the colours, of the second
_DASHES: Final = ("", "7 5")


def candidates_open(verdict: Verdict) -> bool:
    """Say whether there is something to choose.

    Parameters
    ----------
    verdict : Verdict

    Returns
    -------
    bool
        False where what the file states is proved or plausible.
    """
    return verdict.state not in ("agrees", "plausible") and bool(verdict.candidates)


def placed_candidates(
    reading: Reading, verdict: Verdict, crs: CRS, *, land: BaseGeometry | None = None
) -> gpd.GeoDataFrame:
    """Place the features of a file by every explanation.

    Parameters
    ----------
    reading : Reading
        Its coordinates are those of the file.
    verdict : Verdict
    crs : pyproj.CRS
        System of the workspace.
    land : shapely geometry, optional
        Land that the workspace speaks of.

    Returns
    -------
    geopandas.GeoDataFrame
        A row an explanation, the best first, index 1, 2, ...: ``treatment, mistake, province, moved_m`` (from
        where the file says, NaN where it says nothing), ``fit_m`` (from known edges), ``away_m`` (from the
        land of the workspace, 0 inside, NaN without one), ``proposed``; geometry in `crs`, a sample of
        large files.

    Raises
    ------
    CrsError
        As :func:`layers.crs.to_crs`.
    """
    frame = reading.layer.frame
    shapes = frame[[frame.geometry.name]].iloc[:_MOST_DRAWN]
    places = [_place(shapes, candidate, crs) for candidate in verdict.candidates]
    table = pd.DataFrame(
        {
            "treatment": [str(c.treatment) for c in verdict.candidates],
            "mistake": [c.mistake for c in verdict.candidates],
            "province": [c.province for c in verdict.candidates],
            "moved_m": [c.moved_m for c in verdict.candidates],
            "fit_m": [c.fit_m for c in verdict.candidates],
            "away_m": [land.distance(p) if land is not None and not p.is_empty else np.nan for p in places],
            "proposed": [c == verdict.proposed for c in verdict.candidates],
        },
        index=range(1, len(places) + 1),
    )
    return gpd.GeoDataFrame(table, geometry=places, crs=crs)


def _place(shapes: gpd.GeoDataFrame, candidate: Candidate, crs: CRS) -> BaseGeometry:
    moved = to_crs(candidate.treatment.apply(shapes), crs, max_edge_m=5000.0).geometry
    return shapely.GeometryCollection([s for s in moved if s is not None and np.isfinite(s.bounds).all()])


def candidate_rows(places: gpd.GeoDataFrame, words: Words) -> pd.DataFrame:
    """Write the explanations for a table.

    Parameters
    ----------
    places : geopandas.GeoDataFrame
        From :func:`placed_candidates`.
    words : Words

    Returns
    -------
    pandas.DataFrame
        Texts, headings in the language of the reader; distances that don't exist are left out as columns.
    """
    out = pd.DataFrame({"#": [sign_of(n) for n in places.index]}, index=places.index)
    out[words("quality.treatment")] = [reading_label(one, words) for one in places["treatment"]]
    out[words("quality.mistake")] = [words(f"mistake.{m}") for m in places["mistake"]]
    out[words("quality.province")] = places["province"]
    for name, digits in (("moved_m", 1), ("away_m", 0), ("fit_m", 2)):
        if places[name].notna().any():
            out[words(f"quality.{name}")] = [words.number(v, digits) or "–" for v in places[name]]
    return out


def colour_of(n: int) -> str:
    """Return the colour of an explanation on the map and in the table.

    Parameters
    ----------
    n : int
        Its number, from 1.

    Returns
    -------
    str
    """
    return _COLOURS[(n - 1) % len(_COLOURS)]


def sign_of(n: int) -> str:
    """Return the number of an explanation, with the line that tells two of one colour apart.

    Parameters
    ----------
    n : int
        From 1.

    Returns
    -------
    str

    Examples
    --------
    >>> sign_of(1), sign_of(9), colour_of(1) == colour_of(9)
    ('1', '9 ┄', True)
    """
    return f"{n} ┄" if _dash_of(n) else str(n)


def _dash_of(n: int) -> str:
    return _DASHES[(n - 1) // len(_COLOURS) % len(_DASHES)]


def reason_of(verdict: Verdict, places: gpd.GeoDataFrame, words: Words) -> str:
    """Say which explanation is proposed and why, or why none is.

    Parameters
    ----------
    verdict : Verdict
    places : geopandas.GeoDataFrame
        From :func:`placed_candidates`.
    words : Words

    Returns
    -------
    str
        Nothing is applied by it.
    """
    inside = places[places["away_m"] == 0]
    told: dict[str, Any] = {"count": len(places)}
    if verdict.proposed is not None:
        best = places[places["proposed"]].iloc[0]
        told |= {"treatment": best["treatment"], "mistake": words(f"mistake.{best['mistake']}")}
        key = "import.proposed_fit" if np.isfinite(best["fit_m"]) else "import.proposed"
        return words(key, **told, fit_m=float(best["fit_m"]))
    own = f"EPSG:{as_crs(places.crs).to_epsg()}"
    if places["away_m"].isna().all() and own in (one.split("+")[0] for one in places["treatment"]):
        mine = sorted((one for one in places["treatment"] if one.split("+")[0] == own), key=_supposed)
        plain = [one for one in mine if _supposed(one) == _supposed(mine[0])]
        return words("import.unsure_system", **told, treatment=plain)
    same = sorted((one for one in inside["treatment"] if one.split("+")[0] == own), key=_supposed)
    if len(same) == 1:
        return words("import.unsure_own", **told, treatment=same[0])
    if same and _supposed(same[0]) < _supposed(same[1]):
        return words("import.unsure_plain", **told, treatment=same[0])
    if 0 < len(inside) < len(places):
        return words("import.unsure_inside", **told, inside=inside["treatment"].tolist())
    return words("import.unsure", **told)


def _supposed(treatment: str) -> int:
    """How many mistakes a treatment supposes."""
    return treatment.count("+")


def reading_label(treatment: str, words: Words) -> str:
    """Name a way to read coordinates: the system in words, then the code that stands for the whole.

    Parameters
    ----------
    treatment : str
    words : Words

    Returns
    -------
    str

    Examples
    --------
    >>> from maps.words import words
    >>> reading_label("EPSG:5897+swapped", words("vi"))
    'VN-2000, múi 3°, kinh tuyến trục 105°00′ – EPSG:5897+swapped'
    """
    code = treatment.split("+", maxsplit=1)[0]
    return f"{crs_label(as_crs(code), words).removesuffix(f' ({code})')} – {treatment}"


def candidate_layers(
    places: gpd.GeoDataFrame, stated: gpd.GeoDataFrame | None, words: Words, *, chosen: int | None = None
) -> list[MapLayer]:
    """Draw the explanations, each with its number and colour, and where the file itself says.

    Parameters
    ----------
    places : geopandas.GeoDataFrame
        From :func:`placed_candidates`.
    stated : geopandas.GeoDataFrame or None
        Rows as the file states them, where that is a place at all.
    words : Words
    chosen : int, optional
        Number of the one that is being looked at: drawn stronger.

    Returns
    -------
    list of MapLayer
    """
    group = words("import.candidates")
    out = []
    for order, (n, row) in enumerate(places.iterrows()):
        colour = colour_of(order + 1)
        look = Look(colour, "", colour, 4.0 if n == chosen else 2.0, _dash_of(order + 1))
        away = float(row["moved_m"])
        moved = "" if np.isnan(away) else words("import.moved", distance=words.number(away, 1))
        title = f"{n}. {row['treatment']}"
        tip = [title, words(f"mistake.{row['mistake']}"), str(row["province"]), moved]
        place = gpd.GeoSeries([row.geometry], crs=places.crs)
        out.append(
            _marked((f"candidate-{n}", title, 88 - order), group, place, look=look, tip=tip, sign=str(n))
        )
    if stated is not None and not stated.empty:
        title = words("import.stated")
        look = Look(_STATED, "", _STATED, 2.0)
        place = gpd.GeoSeries(stated.geometry.iloc[:_MOST_DRAWN])
        out.append(_marked(("stated", title, 75), group, place, look=look, tip=[title]))
    return out


def _marked(
    named: tuple[str, str, int],
    group: str,
    place: gpd.GeoSeries,
    *,
    look: Look,
    tip: list[str],
    sign: str = "",
) -> MapLayer:
    """One place (id, title, order): its shapes, and a dot or a number that shows however far the view is."""
    whole = shapely.GeometryCollection(shapely.get_parts(place.to_numpy()).tolist())
    shapes = [*whole.geoms, whole.centroid]
    lines = [line for line in tip if line]
    facts = {
        "look": [0] * len(shapes),
        "tip": pd.Series([lines] * len(shapes), dtype=object),
        "sign": [*[""] * (len(shapes) - 1), sign],
    }
    frame = gpd.GeoDataFrame(facts, geometry=shapes, crs=place.crs)
    name, title, order = named
    return MapLayer(name, title, group, order, frame, [look], [look.legend()])
