"""The map of a search for sites: area of search, land that constraints take, land passed over, sites."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import geopandas as gpd
import pandas as pd

from maps.candidate_tables import constraint_name
from maps.canvas import MapLayer
from maps.styles import SELECTED, Look
from maps.tables import clause_of, made_note, records

if TYPE_CHECKING:
    from maps.words import Words
    from spatial.candidates import CandidateAnswer

__all__ = ["excluded_frame", "marked_site", "site_layers"]

_TOP: Final = 90
_LOOKS: Final = {
    "area": Look("", "", "#334155", 1.8, "8 4"),
    "taken": Look("#94a3b8", "", "#64748b", 0.4, opacity=0.45),
    "passed": Look("", "", "#b45309", 1.2, "4 3"),
    "sites": Look("#1a7f4b", "", "#0b5d33", 2.5, opacity=0.35),
}


def excluded_frame(answer: CandidateAnswer, words: Words) -> gpd.GeoDataFrame:
    """Land that each constraint takes, joined.

    Parameters
    ----------
    answer : CandidateAnswer
    words : Words

    Returns
    -------
    geopandas.GeoDataFrame
        Columns ``constraint, label, alone_ha, added_ha, rule, confidence, clause, note``, index 0, 1, ...
    """
    found = answer.exclusions
    holds = found.rows["applied"].to_numpy(dtype=bool)[found.land["row"].to_numpy()]
    joined = found.land.loc[holds, ["row", "geometry"]].dissolve(by="row")
    rows = records(found.rows.loc[joined.index])
    facts = pd.DataFrame(
        {
            "constraint": [row["constraint"] for row in rows],
            "label": [constraint_name(row, words) for row in rows],
            **{k: [row[k] for row in rows] for k in ("alone_ha", "added_ha", "rule", "confidence")},
            "clause": [clause_of(row, words) for row in rows],
            "note": made_note(answer, words),
        }
    )
    return gpd.GeoDataFrame(facts, geometry=joined.geometry.to_numpy(), crs=found.area.crs)


def site_layers(answer: CandidateAnswer, words: Words, *, coarse_m: float = 0.0) -> list[MapLayer]:
    """Layers of the map.

    Parameters
    ----------
    answer : CandidateAnswer
    words : Words
    coarse_m : float
        How much outlines of taken land may be simplified, for the screen alone.

    Returns
    -------
    list of MapLayer
        From below: area of search, land taken, land passed over, sites; those that are empty left out.
    """
    taken, passed = excluded_frame(answer, words), answer.passed_over
    if coarse_m:
        taken = taken.set_geometry(taken.geometry.simplify(coarse_m))
        taken = taken[~taken.geometry.is_empty].reset_index(drop=True)
    frames = {
        "area": (answer.exclusions.area.dissolve(), [[words("site_sheet.area")]]),
        "taken": (taken, [[row["label"], row["clause"]] for row in _facts(taken)]),
        "passed": (
            passed,
            [[words(f"site_passed.{r['why']}"), f"{words.number(r['area_ha'])} ha"] for r in _facts(passed)],
        ),
        "sites": (answer.sites, _site_tips(answer, words)),
    }
    out = []
    for order, (name, (frame, tips)) in enumerate(frames.items(), start=10):
        if len(frame):
            title, look = words(f"site_sheet.{name}"), _LOOKS[name]
            shown = frame[["geometry"]].assign(look=0, tip=pd.Series(tips, index=frame.index, dtype=object))
            group, legend = words("site_sheet.group"), [look.legend(title)]
            out.append(
                MapLayer(f"site-{name}", title, group, order, shown, [look], legend, show=name != "passed")
            )
    return out


def marked_site(answer: CandidateAnswer, site: str | None) -> MapLayer:
    """Return the layer that marks a site.

    Parameters
    ----------
    answer : CandidateAnswer
    site : str or None
        Index of ``answer.sites``; with None, or a site that isn't there, the layer is empty.

    Returns
    -------
    MapLayer
    """
    sites = answer.sites
    shapes = [] if site is None or site not in sites.index else [sites.geometry.loc[site]]
    frame = gpd.GeoDataFrame(geometry=shapes, crs=sites.crs)
    return MapLayer("selection", "", "", _TOP, frame, [SELECTED])


def _facts(frame: gpd.GeoDataFrame) -> list[dict[str, Any]]:
    return records(pd.DataFrame(frame.drop(columns="geometry")))


def _site_tips(answer: CandidateAnswer, words: Words) -> list[list[str]]:
    sites = answer.sites
    out = []
    for site, row in zip(sites.index, _facts(sites), strict=True):
        figures = {"rank": int(row["rank"]), "score": float(row["score"]), "area_ha": float(row["area_ha"])}
        out.append([str(site), words("site_export.figures", **figures), str(row["commune"])])
    return out
