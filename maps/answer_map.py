"""A conflict answer on the map: zones, each overlap drawn, land without data, redrawing noise."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd
import shapely

from maps.canvas import MapLayer
from maps.conflict_tables import constraint_label, row_facts
from maps.sight import MOST_FEATURES, Sight, shape_of
from maps.styles import NOISE, SELECTED, UNKNOWN_LAND, Look, kind_look, land_looks, state_look
from maps.tables import clause_of, land_name, layer_title, periods_of, records

if TYPE_CHECKING:
    from collections.abc import Sequence

    from layers import Layer
    from maps.styles import LandLook
    from maps.words import Words
    from spatial.conflicts import ConflictAnswer

__all__ = [
    "answer_layers",
    "context_layers",
    "drawn_by_server",
    "drawn_rows",
    "group_of",
    "row_at",
    "selection_layer",
]

_STATES = ("blocks", "needs_consent", "no_data")
_TOP = 90
_GROUPS = {"zone": "zones", "constraint": "constraints", "context": "base"}
_MOST_CODES, _LONGEST_CODE = 6, 12
_BASE_KINDS = ("admin_unit", "road", "river")


def drawn_rows(answer: ConflictAnswer) -> gpd.GeoDataFrame:
    """Join the pieces behind each row of an answer.

    Parameters
    ----------
    answer : ConflictAnswer

    Returns
    -------
    geopandas.GeoDataFrame
        One row per zone, layer, part, state and noise: ``zone, layer, part, state, noise, row``
        (index label in ``answer.rows``, -1 where none) and the joined geometry.
    """
    keys = ["zone", "layer", "part", "state", "noise"]
    shown = answer.pieces[answer.pieces["noise"] | answer.pieces["state"].isin(_STATES)]
    groups = shown.groupby(keys, sort=False)
    geometry = [shapely.union_all(part.geometry.to_numpy()) for _, part in groups]
    frame = gpd.GeoDataFrame(
        pd.DataFrame([key for key, _ in groups], columns=keys), geometry=geometry, crs=answer.pieces.crs
    )
    first = answer.rows.drop_duplicates(keys[:4])
    index = dict(zip(first[keys[:4]].itertuples(index=False, name=None), first.index.tolist(), strict=True))
    found = [
        -1 if noise else index.get((z, name, p, s), -1) for z, name, p, s, noise in frame[keys].to_numpy()
    ]
    return frame.assign(row=pd.Series(found, index=frame.index, dtype=int))


def answer_layers(answer: ConflictAnswer, drawn: gpd.GeoDataFrame, words: Words) -> list[MapLayer]:
    """Layers that show an answer.

    Parameters
    ----------
    answer : ConflictAnswer
    drawn : geopandas.GeoDataFrame
        From :func:`drawn_rows`.
    words : Words

    Returns
    -------
    list of MapLayer
        Zones on top, then blocked, consent, no data, and noise (hidden at first).
    """
    out = [_zones(answer, words)]
    for n, state in enumerate(_STATES):
        part = drawn[(drawn["state"] == state) & ~drawn["noise"]]
        tips = [_row_tip(answer, int(row), words) for row in part["row"]]
        out.append(
            MapLayer(
                id=f"state-{state.replace('_', '-')}",
                title=words(f"state.{state}"),
                group=words("group.answer"),
                order=70 - n,
                frame=part.assign(tip=_column(tips, part)),
                looks=[state_look(state)],
                legend=[state_look(state).legend()],
            )
        )
    thin = drawn[drawn["noise"]]
    out.append(
        MapLayer(
            id="noise",
            title=words("map.noise", tolerance_m=answer.run["tolerance_m"]),
            group=words("group.answer"),
            order=64,
            frame=thin,
            looks=[NOISE],
            legend=[NOISE.legend()],
            show=False,
        )
    )
    return out


def _column(tips: list[list[str]], frame: gpd.GeoDataFrame) -> pd.Series:
    """Lists as values of a column, one per feature."""
    return pd.Series(tips, index=frame.index, dtype=object)


def _zones(answer: ConflictAnswer, words: Words) -> MapLayer:
    kinds = list(dict.fromkeys(answer.zones["zone_kind"]))
    facts = answer.zones[["zone_name", "zone_kind"]].join(answer.totals)
    tips = [
        [
            str(zone["zone_name"]),
            words(f"kind.{zone['zone_kind']}"),
            words("map.zone_area", area=words.number(zone["area_ha"])),
            words("map.zone_hit", area=words.number(zone["hit_ha"])),
        ]
        for zone in records(facts)
    ]
    look = [kinds.index(k) for k in answer.zones["zone_kind"]]
    return MapLayer(
        id="zones",
        title=words("map.zones"),
        group=words("group.answer"),
        order=80,
        frame=answer.zones.assign(look=look, tip=_column(tips, answer.zones)),
        looks=[kind_look(k) for k in kinds],
        legend=[kind_look(k).legend(words(f"kind.{k}")) for k in kinds],
    )


def _row_tip(answer: ConflictAnswer, row: int, words: Words) -> list[str]:
    if row < 0:
        return []
    facts = row_facts(answer, row)
    area = words(
        "map.row_area", area=words.number(facts["area_ha"]), share=words.number(facts["share_pct"], 1)
    )
    lines = [
        f"{facts['zone_name']}: {words('state.' + facts['state'])}",
        constraint_label(facts, periods_of(answer), words),
        area,
        clause_of(facts, words),
    ]
    return [line for line in lines if line]


def selection_layer(
    answer: ConflictAnswer, drawn: gpd.GeoDataFrame, *, zone: str, row: int | None
) -> MapLayer:
    """Return the layer that marks what is selected: a zone, or the overlap of one row.

    Parameters
    ----------
    answer : ConflictAnswer
    drawn : geopandas.GeoDataFrame
    zone : str
        Zone label, empty for none.
    row : int or None
        Index of a row.

    Returns
    -------
    MapLayer
    """
    frame = drawn[drawn["row"] == row] if row is not None else drawn.iloc[:0]
    if frame.empty and zone in answer.zones.index:
        frame = answer.zones.loc[[zone]]
    bare = gpd.GeoDataFrame(geometry=frame.geometry.to_numpy(), crs=answer.zones.crs)
    return MapLayer("selection", "", "", _TOP, bare, [SELECTED])


def drawn_by_server(layer: Layer | Sight) -> bool:
    """Decide how a layer gets to the screen: few features as features, more as picture tiles.

    Parameters
    ----------
    layer : Layer or Sight

    Returns
    -------
    bool
    """
    if isinstance(layer, Sight):
        return True
    land = layer.kind_name == "land_use" and shape_of(layer) == "area"
    return land or len(layer.frame) > MOST_FEATURES


def context_layers(layers: Sequence[Layer | Sight], words: Words) -> list[MapLayer]:
    """Layers that show what an answer was checked against.

    Parameters
    ----------
    layers : sequence of Layer or Sight
    words : Words

    Returns
    -------
    list of MapLayer
        In the order given; hidden at first, but for zones, boundaries, roads and rivers. What
        :func:`drawn_by_server` says is drawn by the server has a frame only for its place.
    """
    return [
        _land(n, layer, words) if layer.kind_name == "land_use" else _context(n, layer, words)
        for n, layer in enumerate(layers)
    ]


def group_of(layer: Layer | Sight) -> str:
    """Choose the group of the panel that a layer stands in.

    Parameters
    ----------
    layer : Layer or Sight

    Returns
    -------
    str
        Key under ``group`` of the locale files.
    """
    if layer.kind_name == "land_use":
        return "land"
    return "base" if layer.kind_name in _BASE_KINDS else _GROUPS[layer.kind.role]


def _context(n: int, layer: Layer | Sight, words: Words) -> MapLayer:
    look = kind_look(layer.kind_name)
    title = layer_title(layer, words)
    base = layer.kind_name in _BASE_KINDS
    shown = base or layer.kind.role == "zone"
    return MapLayer(
        id=f"layer-{n}",
        title=title,
        group=words(f"group.{group_of(layer)}"),
        order=(10 if base else 30) + n,
        frame=layer.frame if isinstance(layer, Sight) else _tipped(layer, title),
        looks=[look],
        legend=[look.legend(shape=shape_of(layer))],
        show=shown,
        folded=not shown,
        name=layer.name,
    )


def _tipped(layer: Layer, title: str) -> gpd.GeoDataFrame:
    names = layer.frame["name"] if "name" in layer.frame else pd.Series("", index=layer.frame.index)
    tips = [[line for line in (str(name or ""), title) if line] for name in names.fillna("")]
    return layer.frame[[layer.frame.geometry.name]].assign(tip=_column(tips, layer.frame))


def _class_areas(layer: Layer | Sight) -> pd.Series:
    """Area of each land-use code, the largest first; of land without one under an empty code."""
    if isinstance(layer, Sight):
        area = pd.Series(layer.class_m2, dtype=float)
    elif "code" in layer.frame:
        area = layer.frame.geometry.area.groupby(layer.frame["code"].fillna("")).sum()
    else:
        area = pd.Series(dtype=float)
    return area.sort_values(ascending=False)


def _land(n: int, layer: Layer | Sight, words: Words) -> MapLayer:
    """Land use with the legend of its codes, the commonest first."""
    looks, found = land_looks(), [str(c) for c in _class_areas(layer).index]
    codes = [c for c in found if c in looks]
    unknown = [c or words("map.land_no_code") for c in found if c not in looks]
    legend = [_land_entry(looks[c], f"{c} {land_name(c, words)}") for c in codes]
    plain = [Look(looks[c].colour, "", "#8a8a8a", 0.5) for c in codes]
    if unknown:
        said = ", ".join(c[:_LONGEST_CODE] for c in unknown[:_MOST_CODES])
        more = ", …" if len(unknown) > _MOST_CODES else ""
        legend.append(_land_entry(UNKNOWN_LAND, words("map.land_unknown", codes=said + more)))
    bare = "code" not in layer.frame and not codes
    plain.append(kind_look("land_use") if bare else Look(UNKNOWN_LAND.colour, "", "#8a8a8a", 0.5))
    shown = layer.frame[[layer.frame.geometry.name]]
    if "code" in layer.frame:
        code = layer.frame["code"]
        at = code.map({c: i for i, c in enumerate(codes)}).fillna(len(codes))
        shown = shown.assign(look=at, label=code.fillna("").astype(str).str[:_LONGEST_CODE])
    return MapLayer(
        f"layer-{n}", layer_title(layer, words), words("group.land"), 2 + n, shown, plain, legend, folded=True
    )


def _land_entry(look: LandLook, label: str) -> dict[str, object]:
    over = f"url(#tc-land{look.hatch})" if look.hatch else ""
    return {"fill": look.colour, "stroke": "#8a8a8a", "weight": 0.6, "label": label, "over": over}


def row_at(answer: ConflictAnswer, drawn: gpd.GeoDataFrame, x: float, y: float) -> tuple[str, int | None]:
    """Find what lies under a point: the zone, and the gravest overlap.

    Parameters
    ----------
    answer : ConflictAnswer
    drawn : geopandas.GeoDataFrame
    x, y : float
        In the CRS of the answer.

    Returns
    -------
    zone : str
        Empty where no zone lies there; the smallest where several do.
    row : int or None
    """
    point = shapely.Point(x, y)
    zones = answer.zones[answer.zones.geometry.intersects(point)]
    if zones.empty:
        return "", None
    zone = str(zones.geometry.area.idxmin())
    hits = drawn[(drawn["row"] >= 0) & (drawn["zone"] == zone) & drawn.geometry.intersects(point)]
    if hits.empty:
        return zone, None
    gravest = hits["state"].map({state: n for n, state in enumerate(_STATES)}).argmin()
    return zone, int(hits["row"].iloc[gravest])
