"""An answer as plain frames with ASCII column names: what every exchange format is written from."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd
import shapely

from maps.answer_map import drawn_rows
from maps.tables import clause_of, constraint_label, periods_of, records

if TYPE_CHECKING:
    from typing import Any

    from maps.words import Words
    from spatial.conflicts import ConflictAnswer

__all__ = ["contract_rows", "contract_totals", "overlaps_frame", "pieces_frame", "zones_frame"]

_AREAL = {"Polygon", "MultiPolygon"}


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
            "note": _note(answer, words),
        }
    )
    totals = answer.totals.reset_index(drop=True)
    return gpd.GeoDataFrame(
        pd.concat([facts, totals], axis=1), geometry=zones.geometry.to_numpy(), crs=zones.crs
    )


def overlaps_frame(answer: ConflictAnswer, words: Words) -> gpd.GeoDataFrame:
    """Overlaps joined per row, with the clause and validity each rests on.

    Parameters
    ----------
    answer : ConflictAnswer
    words : Words

    Returns
    -------
    geopandas.GeoDataFrame
        Areas only; ``zone, zone_name, constraint, label, state, state_name, area_ha, share_pct, clause,
        valid_from, valid_to, confidence, reason, on, note``.
    """
    drawn = drawn_rows(answer)
    drawn = drawn[(drawn["row"] >= 0) & drawn.geom_type.isin(_AREAL)]
    periods = periods_of(answer)
    out = []
    for row in records(answer.rows.loc[drawn["row"]]):
        kept = ("zone", "zone_name", "constraint", "state", "area_ha", "share_pct")
        out.append(
            {
                **{key: row[key] for key in kept},
                "label": constraint_label(row, periods, words),
                "state_name": words(f"state.{row['state']}"),
                "clause": clause_of(row, words),
                "valid_from": row["valid_from"],
                "valid_to": row["valid_to"],
                "confidence": row["confidence"],
                "reason": row["reason"],
                "on_date": answer.run["on"],
                "note": _note(answer, words),
            }
        )
    return gpd.GeoDataFrame(pd.DataFrame(out), geometry=drawn.geometry.to_numpy(), crs=drawn.crs)


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
    facts["note"] = _note(answer, words)
    return gpd.GeoDataFrame(facts, geometry=shapely.force_2d(pieces.geometry.to_numpy()), crs=pieces.crs)


def _note(answer: ConflictAnswer, words: Words) -> str:
    return words("made.label") if answer.run["made"] else ""
