"""An answer on distances on the map: what was measured, rings of what is required, the nearest lines."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd
import shapely

from maps.canvas import MapLayer
from maps.distance_tables import rule_label, target_label, why_text
from maps.styles import SELECTED, Look, distance_look, kind_look
from maps.tables import clause_of, periods_of, records
from spatial.buffers import rings
from spatial.distances import DISTANCE_STATES

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from maps.words import Words
    from spatial.distances import DistanceAnswer

__all__ = ["distance_layers", "marked_layer", "required_rings", "source_at"]

#: answers whose largest distance is drawn as a ring
_RINGED = ("too_near", "depends", "preset", "kept")
#: shown at first; the others wait in the panel
_SHOWN = ("too_near", "depends", "preset")
_TOP = 90
_REACH_M = 300.0


def required_rings(answer: DistanceAnswer) -> gpd.GeoDataFrame:
    """Draw a ring round each source for the largest distance that any row of an answer asks of it.

    Parameters
    ----------
    answer : DistanceAnswer

    Returns
    -------
    geopandas.GeoDataFrame
        Columns ``source, name, state`` (the gravest of the source) and those of
        :func:`spatial.buffers.rings`; index 0, 1, 2, ...
    """
    rows = answer.rows[answer.rows["state"].isin(_RINGED) & (answer.rows["required_m"] > 0)]
    rank = rows["state"].map({state: n for n, state in enumerate(_RINGED)})
    gravest = rank.groupby(rows["source"]).min().map(dict(enumerate(_RINGED)))
    same = rows["state"] == rows["source"].map(gravest)
    largest = rows[same].groupby("source")["required_m"].max()
    chosen = answer.sources.loc[largest.index]
    if chosen.empty:
        columns = ["source", "name", "state", "distance_m", "area_error_share"]
        return gpd.GeoDataFrame(pd.DataFrame(columns=columns), geometry=[], crs=answer.sources.crs)
    drawn = rings(chosen, distance_m=largest.to_numpy())
    drawn.insert(0, "source", chosen.index)
    drawn.insert(1, "name", chosen["name"])
    drawn.insert(2, "state", gravest.reindex(chosen.index))
    return drawn.reset_index(drop=True)


def distance_layers(answer: DistanceAnswer, words: Words) -> list[MapLayer]:
    """Layers that show an answer.

    Parameters
    ----------
    answer : DistanceAnswer
    words : Words

    Returns
    -------
    list of MapLayer
        What was measured on top, the nearest lines by answer, the rings below; lines that need no
        look are hidden at first.
    """
    return [_sources(answer, words), *_lines(answer, words), _targets(answer, words), _rings(answer, words)]


def _targets(answer: DistanceAnswer, words: Words) -> MapLayer:
    """What lies too near, in the colours of its answer."""
    near, periods = answer.targets, periods_of(answer)
    looks = [Look(distance_look(s).fill, "", distance_look(s).stroke, 1.0, opacity=0.45) for s in _SHOWN]
    tips = [
        [
            target_label({f"target_{k}" if k != "target" else k: v for k, v in row.items()}, periods, words),
            words(f"distance_state.{row['state']}"),
        ]
        for row in records(near)
    ]
    return MapLayer(
        id="targets",
        title=words("distance_map.targets"),
        group=words("group.answer"),
        order=66,
        frame=near[[near.geometry.name]].assign(
            look=[_SHOWN.index(s) for s in near["state"]], tip=_tips(tips, near)
        ),
        looks=looks,
        legend=[
            look.legend(words(f"distance_state.{s}"))
            for s, look in zip(_SHOWN, looks, strict=True)
            if (near["state"] == s).any()
        ],
    )


def _tips(lines: list[list[str]], frame: gpd.GeoDataFrame) -> pd.Series:
    return pd.Series(lines, index=frame.index, dtype=object)


def _sources(answer: DistanceAnswer, words: Words) -> MapLayer:
    kinds = list(dict.fromkeys(answer.sources["kind"]))
    tips = []
    for label, row in zip(answer.sources.index, records(answer.totals), strict=True):
        facts = [str(row["name"] or label), words(f"kind.{row['kind']}")]
        if row["too_near"]:
            facts.append(words("distance_map.shortfall", shortfall=words.number(row["worst_shortfall_m"], 1)))
        tips.append(facts)
    shape = "area" if answer.sources.geom_type.str.contains("Polygon").any() else "point"
    return MapLayer(
        id="sources",
        title=words("distance_map.sources"),
        group=words("group.answer"),
        order=80,
        frame=answer.sources.assign(
            look=[kinds.index(k) for k in answer.sources["kind"]], tip=_tips(tips, answer.sources)
        ),
        looks=[kind_look(k) for k in kinds],
        legend=[kind_look(k).legend(words(f"kind.{k}"), shape=shape) for k in kinds],
    )


def _lines(answer: DistanceAnswer, words: Words) -> list[MapLayer]:
    """One layer per answer; of several rows for one pair the one that asks most."""
    rows = answer.rows.loc[answer.lines.index]
    order = rows.sort_values("required_m", ascending=False, kind="stable", na_position="last")
    once = order.drop_duplicates(["source", "target_layer", "target", "state"]).index
    out = []
    periods = periods_of(answer)
    for n, state in enumerate(s for s in DISTANCE_STATES if s != "no_data"):
        index = [i for i in once if rows.loc[i, "state"] == state]
        part = answer.lines.loc[index]
        tips = [_tip(row, periods, words) for row in records(rows.loc[index])]
        look = distance_look(state)
        out.append(
            MapLayer(
                id=f"line-{state.replace('_', '-')}",
                title=words(f"distance_state.{state}"),
                group=words("group.answer"),
                order=78 - n,
                frame=part[[part.geometry.name]].assign(tip=_tips(tips, part)),
                looks=[Look("", "", look.stroke, look.weight, look.dash)],
                legend=[Look("", "", look.stroke, look.weight, look.dash).legend(shape="line")],
                show=state in _SHOWN,
            )
        )
    return out


def _tip(row: Mapping[str, Any], periods: Mapping[str, str | None], words: Words) -> list[str]:
    source = str(row["source_name"] or row["source"])
    figures = {"actual": words.number(row["actual_m"], 1), "required": words.number(row["required_m"], 1)}
    named = "distance_map.lengths" if figures["required"] else "distance_map.length"
    lines = [
        words("distance_map.line", source=source, target=target_label(row, periods, words)),
        words(f"distance_state.{row['state']}"),
        words(named, **figures),
        words("distance_map.shortfall", shortfall=words.number(row["shortfall_m"], 1))
        if row["shortfall_m"] > 0
        else "",
        rule_label(row, words),
        why_text(row, words),
        clause_of(row, words),
    ]
    return [line for line in lines if line]


def _rings(answer: DistanceAnswer, words: Words) -> MapLayer:
    drawn = required_rings(answer)
    outlines = [Look("", "", distance_look(s).stroke, 1.4, "6 4") for s in _RINGED]
    tips = [
        [words("distance_map.ring", distance=words.number(row["distance_m"], 0), name=str(row["name"]))]
        for row in records(drawn)
    ]
    used = [s for s in _RINGED if (drawn["state"] == s).any()]
    return MapLayer(
        id="rings",
        title=words("distance_map.rings"),
        group=words("group.answer"),
        order=60,
        frame=drawn[[drawn.geometry.name]].assign(
            look=[_RINGED.index(s) for s in drawn["state"]], tip=_tips(tips, drawn)
        ),
        looks=outlines,
        legend=[outlines[_RINGED.index(s)].legend(words(f"distance_state.{s}")) for s in used],
    )


def marked_layer(answer: DistanceAnswer, *, source: str, row: int | None) -> MapLayer:
    """Return the layer that marks what is selected: the line of a row, or a source.

    Parameters
    ----------
    answer : DistanceAnswer
    source : str
        Label, empty for none.
    row : int or None
        Index of a row.

    Returns
    -------
    MapLayer
    """
    shapes = [answer.lines.geometry.loc[row]] if row is not None and row in answer.lines.index else []
    if not shapes and source in answer.sources.index:
        shapes = [answer.sources.geometry.loc[source]]
    bare = gpd.GeoDataFrame(geometry=shapes, crs=answer.sources.crs)
    return MapLayer("selection", "", "", _TOP, bare, [SELECTED])


def source_at(answer: DistanceAnswer, x: float, y: float) -> str:
    """Find the source at a point: the smallest one there, else the nearest within 300 m.

    Parameters
    ----------
    answer : DistanceAnswer
    x, y : float
        In the CRS of the answer.

    Returns
    -------
    str
        Label, empty where there is none.
    """
    away = pd.Series(
        shapely.distance(answer.sources.geometry.to_numpy(), shapely.Point(x, y)), index=answer.sources.index
    )
    near = away[away <= min(max(float(away.min()), 0.0), _REACH_M)]
    if near.empty:
        return ""
    areas = shapely.area(answer.sources.loc[near.index].geometry.to_numpy())
    return str(near.index[int(areas.argmin())])
