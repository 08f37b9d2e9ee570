"""An answer as plain frames with ASCII column names: what every exchange format is written from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import geopandas as gpd
import pandas as pd
import shapely

from maps.answer_map import drawn_rows
from maps.conflict_tables import constraint_label
from maps.export.files import source_of
from maps.tables import clause_of, made_note, periods_of, records

if TYPE_CHECKING:
    from typing import Any

    import numpy as np
    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    from maps.words import Words
    from spatial.conflicts import ConflictAnswer

__all__ = [
    "contract_rows",
    "contract_totals",
    "overlap_families",
    "overlaps_frame",
    "pieces_frame",
    "zones_frame",
]

#: families of geometry, each its own layer where a format wants one family a layer
_FAMILIES: Final = {"Polygon": "areas", "LineString": "lines", "Point": "points"}


def contract_rows(answer: ConflictAnswer, words: Words) -> list[dict[str, Any]]:
    """Rows for scripts: the fields that the terminal promises, then the rest.

    Parameters
    ----------
    answer : ConflictAnswer
    words : Words
        Decides the language of the clause.

    Returns
    -------
    list of dict
        ``zone, constraint, kind, state, area_ha, share_pct, noise_ha, clause, valid_from, valid_to,
        confidence``, then ``zone_name, zone_kind, layer, part, code, features, length_m, rule, basis,
        unsettled, state_found, reason, by, at``; empty text as ``None``.
    """
    first = ("zone", "constraint", "kind", "state", "area_ha", "share_pct", "noise_ha")
    rest = (
        "valid_from",
        "valid_to",
        "confidence",
        "zone_name",
        "zone_kind",
        "layer",
        "part",
        "code",
        "features",
    )
    more = ("length_m", "rule", "basis", "unsettled", "state_found", "reason", "by", "at")
    return [
        {
            **{key: row[key] for key in first},
            "clause": clause_of(row, words) or None,
            **{key: row[key] if row[key] != "" else None for key in (*rest, *more)},
        }
        for row in records(answer.rows)
    ]


def contract_totals(answer: ConflictAnswer) -> list[dict[str, Any]]:
    """Totals for scripts, one record per zone.

    Parameters
    ----------
    answer : ConflictAnswer

    Returns
    -------
    list of dict
        ``zone`` and the columns of ``answer.totals``.
    """
    totals = zip(answer.totals.index, records(answer.totals), strict=True)
    return [{"zone": zone, **values} for zone, values in totals]


def zones_frame(answer: ConflictAnswer, words: Words) -> gpd.GeoDataFrame:
    """Zones with their totals.

    Parameters
    ----------
    answer : ConflictAnswer
    words : Words

    Returns
    -------
    geopandas.GeoDataFrame
        Columns ``zone, name, kind, kind_name, area_ha, ...``, index 0, 1, 2, ...
    """
    zones = answer.zones
    facts = pd.DataFrame(
        {
            "zone": zones.index,
            "name": zones["zone_name"].to_numpy(),
            "kind": zones["zone_kind"].to_numpy(),
            "kind_name": [words(f"kind.{k}") for k in zones["zone_kind"]],
            "note": made_note(answer, words),
        }
    )
    totals = answer.totals.reset_index(drop=True)
    return gpd.GeoDataFrame(
        pd.concat([facts, totals], axis=1), geometry=zones.geometry.to_numpy(), crs=zones.crs
    )


def overlaps_frame(answer: ConflictAnswer, words: Words) -> gpd.GeoDataFrame:
    """Overlaps joined per row and family of geometry, with the clause and validity each rests on.

    Parameters
    ----------
    answer : ConflictAnswer
    words : Words

    Returns
    -------
    geopandas.GeoDataFrame
        Areas, lines and points: ``zone, zone_name, constraint, label, state, state_name, area_ha,
        share_pct, length_m, features, clause, valid_from, valid_to, confidence, reason, on_date,
        rules, source, note``. Hectares stand with areas alone and metres with lines alone, so that
        each column adds up.
    """
    drawn = _one_family(drawn_rows(answer))
    periods = periods_of(answer)
    out = []
    for row, family in zip(records(answer.rows.loc[drawn["row"]]), drawn["family"], strict=True):
        kept = ("zone", "zone_name", "constraint", "state")
        land = family == "areas"
        out.append(
            {
                **{key: row[key] for key in kept},
                "area_ha": float(row["area_ha"]) if land else 0.0,
                "share_pct": float(row["share_pct"]) if land else 0.0,
                "length_m": float(row["length_m"]) if family == "lines" else 0.0,
                "features": int(row["features"]),
                "label": constraint_label(row, periods, words),
                "state_name": words(f"state.{row['state']}"),
                "clause": clause_of(row, words),
                "valid_from": row["valid_from"],
                "valid_to": row["valid_to"],
                "confidence": row["confidence"],
                "reason": row["reason"],
                "on_date": answer.run["on"],
                "rules": answer.run["rule_version"],
                "source": source_of(answer, row["layer"]),
                "note": made_note(answer, words),
            }
        )
    return gpd.GeoDataFrame(pd.DataFrame(out), geometry=drawn.geometry.to_numpy(), crs=drawn.crs)


def _one_family(drawn: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Rows of an answer that are drawn, taken apart into areas, lines and points."""
    parts = drawn.loc[drawn["row"] >= 0, ["row", drawn.geometry.name]].explode(index_parts=False)
    parts = parts.explode(index_parts=False)  # parts of a multi-geometry within a collection
    parts = parts.assign(family=parts.geom_type.str.replace("LinearRing", "LineString").map(_FAMILIES))
    keys = ["row", "family"]
    groups = {(row, str(family)): part for (row, family), part in parts.groupby(keys, sort=False)}
    return gpd.GeoDataFrame(
        pd.DataFrame(list(groups), columns=keys),
        geometry=[_gathered(part.geometry.to_numpy(), family) for (_, family), part in groups.items()],
        crs=drawn.crs,
    )


def _gathered(parts: NDArray[np.object_], family: str) -> BaseGeometry:
    gather: dict[str, Any] = {
        "areas": shapely.multipolygons,
        "lines": shapely.multilinestrings,
        "points": shapely.multipoints,
    }
    whole: BaseGeometry = gather[family](parts)
    return whole


def overlap_families(overlaps: gpd.GeoDataFrame) -> dict[str, gpd.GeoDataFrame]:
    """Part overlaps by family of geometry.

    Parameters
    ----------
    overlaps : geopandas.GeoDataFrame
        From :func:`overlaps_frame`.

    Returns
    -------
    dict of str to geopandas.GeoDataFrame
        ``overlaps`` (areas, even where there are none), ``overlaps_lines``, ``overlaps_points``
        where there are any.
    """
    if overlaps.empty:
        return {"overlaps": overlaps}
    family = overlaps.geom_type.str.removeprefix("Multi").map(_FAMILIES)
    parts = {
        f"overlaps_{name}": overlaps[family == name].reset_index(drop=True)
        for name in ("lines", "points")
        if (family == name).any()
    }
    return {"overlaps": overlaps[family == "areas"].reset_index(drop=True), **parts}


def pieces_frame(answer: ConflictAnswer, words: Words) -> gpd.GeoDataFrame:
    """Every piece, redrawing noise too: nothing that was measured is left out.

    Parameters
    ----------
    answer : ConflictAnswer
    words : Words

    Returns
    -------
    geopandas.GeoDataFrame
        ``zone, layer, kind, part, code, feature, state, noise, area_m2, length_m, thickness_m, note``.
    """
    pieces = answer.pieces
    columns = ["zone", "layer", "kind", "part", "code", "feature", "state", "noise"]
    facts = pieces[[*columns, "area_m2", "length_m", "thickness_m"]].reset_index(drop=True)
    facts["feature"] = facts["feature"].astype("string")
    facts["note"] = made_note(answer, words)
    return gpd.GeoDataFrame(facts, geometry=shapely.force_2d(pieces.geometry.to_numpy()), crs=pieces.crs)
