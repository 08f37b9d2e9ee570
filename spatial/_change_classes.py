"""Classes of two layers that are compared: codes, the crosswalk between their lists, what stays outside."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd
import shapely

from layers.crosswalk import default_crosswalk, list_of
from layers.errors import GeometryError, SchemaError
from layers.findings import Finding
from layers.landuse import LISTS, code_list, list_on
from spatial._claims import claimed
from spatial._validity import valid

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from layers.crosswalk import Crosswalk
    from layers.layer import Layer
    from spatial._rings import Bools, Geometries

    Labels = NDArray[np.object_]

__all__ = ["NO_CODE", "UNCOVERED", "Side", "crosswalk_for", "group_of", "in_order", "sides"]

#: class of rows whose code is empty
NO_CODE: Final = "(no code)"
#: row or column of land that one layer covers and the other doesn't
UNCOVERED: Final = "(uncovered)"
_HA: Final = 10_000.0
_NAMED: Final = 12
_GROUPS: Final = ("NNP", "PNN", "CSD")


@dataclass(frozen=True)
class Side:
    """One of the layers that are compared: polygons that share no land, each with its class."""

    layer: Layer
    column: str
    rows: Labels  # index label of every polygon
    geometry: Geometries
    label: Labels  # class of every polygon
    stated_ha: dict[str, float]  # area of the polygons of each class as they were drawn
    doubled_ha: float  # of it, land that was counted more than once
    aside_ha: dict[str, float]  # functional classes, which lie over the others


def sides(
    layers: Sequence[Layer], columns: Sequence[str], walk: Crosswalk | None
) -> tuple[list[Side], Crosswalk | None, list[Finding]]:
    """Polygons of both layers with their common classes, the crosswalk that was used, and what was seen.

    Raises
    ------
    SchemaError
        ``column_missing``.
    GeometryError
        ``geometry_invalid``.
    """
    findings: list[Finding] = []
    read = [_read(layer, column, findings) for layer, column in zip(layers, columns, strict=True)]
    used = walk or crosswalk_for(layers, [side.stated_ha for side in read])
    if used is not None:
        read = [_walked(side, used, n, findings) for n, side in enumerate(read)]
        findings += _told(used, read)
    return [_claimed(side, findings) for side in read], used, findings


def _read(layer: Layer, column: str, findings: list[Finding]) -> Side:
    """Areas of a layer with their codes; functional classes are set aside with their hectares."""
    frame = layer.frame
    if column not in frame:
        found = [str(c) for c in frame.columns if c != frame.geometry.name]
        raise SchemaError("column_missing", layer=layer.name, column=column, found=found)
    geometry = frame.geometry.to_numpy()
    areal = np.isin(shapely.get_type_id(geometry), (3, 6)) & ~shapely.is_empty(geometry)
    if not areal.all():
        fields: dict[str, Any] = {"found": [str(r) for r in frame.index[~areal][:_NAMED]]}
        findings.append(
            Finding("change_no_area", layer.name, None, "warn", {"count": int((~areal).sum()), **fields})
        )
    kept = np.flatnonzero(areal)
    _require_valid(layer, kept)
    label = _texts(frame[column].iloc[kept])
    empty = label == NO_CODE
    area = shapely.area(geometry[kept])
    if empty.any():
        fields = {"column": column, "count": int(empty.sum()), "area_ha": float(area[empty].sum()) / _HA}
        findings.append(Finding("change_no_code", layer.name, None, "warn", fields))
    over = _functional(layer, label)
    aside = _sums(label[over], area[over])
    if aside:
        fields = {"found": sorted(aside), "area_ha": sum(aside.values())}
        findings.append(Finding("change_functional", layer.name, None, "info", fields))
    kept, label = kept[~over], label[~over]
    stated = _sums(label, area[~over])
    return Side(layer, column, frame.index.to_numpy()[kept], geometry[kept], label, stated, 0.0, aside)


def _require_valid(layer: Layer, kept: NDArray[np.intp]) -> None:
    geometry = layer.frame.geometry.to_numpy()
    bad = kept[~valid(geometry[kept])]
    if len(bad):
        reason = str(shapely.is_valid_reason(geometry[bad[0]]))
        row = str(layer.frame.index[bad[0]])
        raise GeometryError("geometry_invalid", layer=layer.name, row=row, found=reason)


def _texts(values: pd.Series) -> Labels:
    """Codes as text; whole numbers that a file stored as fractions lose their zero."""
    fractions = pd.api.types.is_float_dtype(values) and bool((values.dropna() % 1 == 0).all())
    place, codes = pd.factorize(values.astype("Int64") if fractions else values, use_na_sentinel=True)
    names = [str(code).strip() or NO_CODE for code in codes]
    return np.array([*names, NO_CODE], dtype=object)[place]  # place -1 is the last


def _sums(label: Labels, area_m2: NDArray[np.float64]) -> dict[str, float]:
    place, names = pd.factorize(label)
    sums = np.bincount(place, weights=area_m2, minlength=len(names)) / _HA
    return dict(zip(map(str, names), map(float, sums), strict=True))


def _functional(layer: Layer, label: Labels) -> Bools:
    """Where a polygon is of a class that lies over the others by law: KKT, CNC, KDT."""
    if layer.kind_name != "land_use":
        return np.zeros(len(label), dtype=bool)
    return np.isin(label, [code for code, entry in code_list().items() if entry.functional])


def crosswalk_for(layers: Sequence[Layer], codes: Sequence[dict[str, float]]) -> Crosswalk | None:
    """Choose the shipped crosswalk where two layers of land use have codes of different lists."""
    lists = [_list(layer, used) for layer, used in zip(layers, codes, strict=True)]
    if None in lists or lists[0] == lists[1]:
        return None
    walk = default_crosswalk()
    return walk if lists[0] == LISTS[0] else walk.swapped()


def _list(layer: Layer, codes: dict[str, float]) -> str | None:
    """Name the list of a layer: that of its period, else the one that alone has some of the codes."""
    if layer.kind_name != "land_use":
        return None
    if layer.period is not None:
        return list_on(date(layer.period.first, 12, 31))
    return list_of(codes, {name: frozenset(code_list(name)) for name in LISTS})


def _walked(side: Side, walk: Crosswalk, n: int, findings: list[Finding]) -> Side:
    """Codes as common classes; what the table doesn't know keeps its code."""
    classes = (walk.before, walk.after)[n]
    unknown = sorted(c for c in side.stated_ha if c not in classes and c != NO_CODE)
    if unknown:
        area_ha = sum(side.stated_ha[c] for c in unknown)
        fields = {"found": unknown, "area_ha": area_ha, "table": walk.name}
        findings.append(Finding("crosswalk_unmapped", side.layer.name, None, "warn", fields))
    stated: dict[str, float] = {}
    for code, area_ha in side.stated_ha.items():
        name = classes.get(code, code)
        stated[name] = stated.get(name, 0.0) + area_ha
    place, codes = pd.factorize(side.label)
    label = np.array([classes.get(str(c), str(c)) for c in codes], dtype=object)[place]
    return _with(side, side.geometry, label, stated)


def _with(side: Side, geometry: Geometries, label: Labels, stated: dict[str, float]) -> Side:
    return Side(
        side.layer, side.column, side.rows, geometry, label, stated, side.doubled_ha, side.aside_ha
    )


def _told(walk: Crosswalk, read: Sequence[Side]) -> list[Finding]:
    """What a reader should know: codes that stand against several, and codes whose meaning changed."""
    out, layer = [], read[0].layer.name
    met = set(read[0].stated_ha) | set(read[1].stated_ha)
    for code, others in walk.several.items():
        if walk.before[code] in met:
            fields = {"found": code, "expected": list(others), "name": walk.before[code]}
            out.append(Finding("crosswalk_several", layer, None, "warn", fields))
    if "relation" in walk.table:
        rows = walk.table[walk.table["relation"] == "meaning_changed"]
        changed = sorted({walk.before.get(c, c) for c in rows["code_before"]} & met)
        if changed:
            out.append(Finding("crosswalk_meaning", layer, None, "info", {"found": changed}))
    return out


def _claimed(side: Side, findings: list[Finding]) -> Side:
    """Give every hectare one claim: where classes overlap, the class that has less land in the layer wins.

    Areas of classes don't change when a polygon is cut into tiles, so neither does the winner.
    """
    names = sorted(side.stated_ha, key=lambda c: (round(side.stated_ha[c], 4), c))
    rank = {name: n for n, name in enumerate(names)}
    found = claimed(side.geometry, np.array([rank[c] for c in side.label], dtype=np.int64))
    if not len(found.winner):
        return side
    pairs: dict[str, float] = {}
    for winner, loser, area_m2 in zip(found.winner, found.loser, found.shared_m2, strict=True):
        pair = f"{side.label[winner]} > {side.label[loser]}"
        pairs[pair] = pairs.get(pair, 0.0) + float(area_m2) / _HA
    worst = sorted(pairs, key=lambda pair: -pairs[pair])[:_NAMED]
    fields = {
        "area_ha": found.lost_m2 / _HA,
        "count": len(found.winner),
        "found": [f"{pair} ({pairs[pair]:.4f} ha)" for pair in worst],
        "rows": [str(side.rows[at]) for at in found.loser[:_NAMED]],
    }
    findings.append(Finding("change_overlap", side.layer.name, None, "warn", fields))
    left = ~shapely.is_empty(found.geometry)
    return Side(
        side.layer,
        side.column,
        side.rows[left],
        found.geometry[left],
        side.label[left],
        side.stated_ha,
        found.lost_m2 / _HA,
        side.aside_ha,
    )


def group_of(name: str) -> str:
    """Group of a class: NNP, PNN or CSD; a class of no list is its own group.

    A class that stands for several codes has their group where they share one.
    """
    known = code_list()
    groups = {known[code].group for code in name.split("+") if code in known}
    found = groups.pop() if len(groups) == 1 else ""
    return found or name


def in_order(names: set[str]) -> list[str]:
    """Classes in the order of the official lists, others behind them, land without a code last."""
    places = {code: n for n, code in enumerate(code_list("2018"))}
    places |= {code: n for n, code in enumerate(code_list())}
    places |= {code: n for n, code in enumerate(_table_order())}

    def place(name: str) -> tuple[int, float, str]:
        if name == NO_CODE:
            return (2, 0.0, name)
        first = name.split("+")[0]
        if first in places:
            return (0, places[first], name)
        number = float(name) if name.lstrip("-").isdecimal() else 0.0
        return (1, number, name)

    return sorted(names, key=place)


def _table_order() -> list[str]:
    """Codes as the table of both lists has them: a code of one list beside its neighbours of the other."""
    from layers import reference  # noqa: PLC0415 - for one table

    return list(dict.fromkeys(reference.table("landuse_codes")["code"]))
