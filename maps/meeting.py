"""What lies on what at a point: how much of a zone a feature takes there, and by which rule that matters."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import shapely

from layers import Layer, reference
from layers.kinds import kind
from maps.tables import clause_of, land_name, layer_title, records
from spatial.conflicts import conflicts

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from pyproj import CRS

    from maps.identify import Found
    from maps.words import Words

__all__ = ["Meeting", "meetings", "told_meeting"]

_GRAVEST = ("blocks", "needs_consent", "no_data", "clear")
_AREA = 2


@dataclass(frozen=True)
class Meeting:
    """Two features on one another.

    Parameters
    ----------
    of, by : Found
        The one whose land is taken, and the one that takes it.
    area_m2, share_pct : float
        Of their common land, and its share of `of`; 0 for lines and points.
    judged : dict
        Row of :func:`spatial.conflicts.conflicts` for the two, empty where `of` is no zone.
    """

    of: Found
    by: Found
    area_m2: float
    share_pct: float
    judged: dict[str, Any] = field(default_factory=dict)


def meetings(found: Sequence[Found], *, crs: CRS, on: date) -> list[Meeting]:
    """Find what lies on what among the features at a point.

    Parameters
    ----------
    found : sequence of Found
        From :func:`maps.identify.found_at`, in the system of the workspace.
    crs : pyproj.CRS
        That system.
    on : datetime.date
        Day whose rules hold.

    Returns
    -------
    list of Meeting
        Of every zone with each other feature there, judged; where no zone lies there, of the first area.
        Shares are of the whole feature, and only of what these two have in common.
    """
    areas = [f for f in found if f.shape is not None and shapely.get_dimensions(f.shape) == _AREA]
    zones = [f for f in areas if kind(f.entry.kind_name).role == "zone"]
    return [
        _met(one, other, crs, on)
        for one in (zones or areas[:1])
        for other in found
        if other is not one and other.shape is not None and other.entry.layer != one.entry.layer
    ]


def _met(one: Found, other: Found, crs: CRS, on: date) -> Meeting:
    common = 0.0
    if one.shape is not None and other.shape is not None:
        common = float(shapely.intersection(one.shape, other.shape).area)
    share = 100 * common / one.area_m2 if one.area_m2 else 0.0
    zone, role = kind(one.entry.kind_name).role == "zone", kind(other.entry.kind_name).role
    judged = _judged(one, other, crs, on) if zone and role != "context" else {}
    return Meeting(one, other, common, share, judged)


def _judged(one: Found, other: Found, crs: CRS, on: date) -> dict[str, Any]:
    """Ask the engine of the conflicts page about these two alone."""
    answer = conflicts(_alone(one, crs), [_alone(other, crs)], rules=reference.table("conflict_rules"), on=on)
    rows = answer.rows[(answer.rows["features"] > 0) | (answer.rows["area_ha"] > 0)]
    if rows.empty:
        return {}
    rank = rows["state"].map({state: n for n, state in enumerate(_GRAVEST)}).fillna(len(_GRAVEST))
    return records(rows.loc[[rank.idxmin()]])[0]


def _alone(found: Found, crs: CRS) -> Layer:
    entry = found.entry
    columns = {name: [value] for name, value in found.facts.items()}
    frame = gpd.GeoDataFrame(columns, geometry=np.array([found.shape], dtype=object), crs=crs)
    around = shapely.box(*frame.total_bounds).buffer(1.0)
    return Layer(frame, entry.layer, entry.kind_name, entry.period, entry.provenance, around)


def told_meeting(met: Meeting, words: Words) -> tuple[str, str]:
    """Say what lies on what.

    Parameters
    ----------
    met : Meeting
    words : Words

    Returns
    -------
    what, value : str
        The other feature; hectares and share, the answer of the rule, its clause.
    """
    facts = met.by.facts
    code = str(facts.get("code") or "")
    named = f"{code} {land_name(code, words)}".strip() or str(facts.get("name") or "")
    what = " · ".join(part for part in (named, layer_title(met.by.entry, words)) if part)
    area = words(
        "identify.share", area=words.number(met.area_m2 / 10_000, 2), share=words.number(met.share_pct, 1)
    )
    said = [area] if met.area_m2 else []
    if met.judged:
        said += [words(f"state.{met.judged['state']}"), clause_of(met.judged, words)]
    return what, " · ".join(part for part in said if part)
