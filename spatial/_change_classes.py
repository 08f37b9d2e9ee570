"""Classes of two layers that are compared: codes, the crosswalk between their lists, what stays outside."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd
import shapely

from layers import reference
from layers.crosswalk import default_crosswalk, list_of
from layers.errors import GeometryError, SchemaError
from layers.findings import Finding
from layers.landuse import LISTS, code_list, list_on
from spatial._claims import claimed
from spatial._validity import valid

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from layers.crosswalk import Crosswalk
    from layers.findings import Level
    from layers.layer import Layer
    from spatial._rings import Bools, Geometries

    Labels = NDArray[np.object_]

__all__ = ["NO_CODE", "UNCOVERED", "Side", "group_of", "in_order", "sides"]

#: class of rows whose code is empty
NO_CODE: Final = "(no code)"
#: row or column of land that one layer covers and the other doesn't
UNCOVERED: Final = "(uncovered)"
_HA: Final = 10_000.0
_NAMED: Final = 12


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
    findings: tuple[Finding, ...] = ()

    def seeing(self, code: str, level: Level = "warn", **fields: Any) -> Side:
        """Return the same side with a finding more."""
        found = Finding(code, self.layer.name, None, level, fields)
        return replace(self, findings=(*self.findings, found))


def sides(
    layers: Sequence[Layer], columns: Sequence[str], walk: Crosswalk | None
) -> tuple[list[Side], Crosswalk | None]:
    """Polygons of layers with their common classes, and the crosswalk that was used.

    Raises
    ------
    SchemaError
        ``column_missing``.
    GeometryError
        ``geometry_invalid``.
    """
    read = [_read(layer, column) for layer, column in zip(layers, columns, strict=True)]
    used, which = _chosen(read, walk)
    if used is None:
        read[0] = _unsure(read)
    if used is not None:
        read = [_walked(side, used, n) for side, n in zip(read, which, strict=True)]
        read[0] = _told(used, read)
    return [_claimed(side) for side in read], used


def _read(layer: Layer, column: str) -> Side:
    """Areas of a layer with their codes; functional classes are set aside with their hectares."""
    frame = layer.frame
    if column not in frame:
        found = [str(c) for c in frame.columns if c != frame.geometry.name]
        raise SchemaError("column_missing", layer=layer.name, column=column, found=found)
    geometry = frame.geometry.to_numpy()
    areal = np.isin(shapely.get_type_id(geometry), (3, 6)) & ~shapely.is_empty(geometry)
    kept = np.flatnonzero(areal)
    _require_valid(layer, kept)
    label, area = _texts(frame[column].iloc[kept]), shapely.area(geometry[kept])
    over, empty = _functional(layer, label), label == NO_CODE
    aside, stated = _sums(label[over], area[over]), _sums(label[~over], area[~over])
    on = kept[~over]
    side = Side(layer, column, frame.index.to_numpy()[on], geometry[on], label[~over], stated, 0.0, aside)
    if not areal.all():
        rows = [str(r) for r in frame.index[~areal][:_NAMED]]
        side = side.seeing("change_no_area", count=int((~areal).sum()), found=rows)
    if empty.any():
        lost = float(area[empty].sum()) / _HA
        side = side.seeing("change_no_code", column=column, count=int(empty.sum()), area_ha=lost)
    if aside:
        side = side.seeing("change_functional", "info", found=sorted(aside), area_ha=sum(aside.values()))
    return side


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


def _chosen(read: Sequence[Side], walk: Crosswalk | None) -> tuple[Crosswalk | None, list[int]]:
    """The crosswalk, and for every layer whether its codes are of the earlier (0) or the later list (1)."""
    lists = [_list(side) for side in read]
    at = [LISTS.index(name) if name is not None else -1 for name in lists]
    if walk is None:
        differ = None not in lists and len(set(lists)) > 1
        return (default_crosswalk(), at) if differ else (None, at)
    if len(set(at)) > 1 and -1 not in at and sorted(at) == at:
        return walk, at
    return walk, [0] + [1] * (len(read) - 1)


def _unsure(read: Sequence[Side]) -> Side:
    """Say so where one layer's list is known and another's isn't: codes are compared as they are."""
    lists = {side.layer.name: _list(side) for side in read if side.layer.kind_name == "land_use"}
    unknown = [name for name, found in lists.items() if found is None]
    if not unknown or len(unknown) == len(lists):
        return read[0]
    known = sorted({found for found in lists.values() if found is not None})
    return read[0].seeing("crosswalk_unsure", found=unknown, expected=known)


def _list(side: Side) -> str | None:
    """Name the list of a layer: that of its period, else the one that alone has some of the codes."""
    if side.layer.kind_name != "land_use":
        return None
    if side.layer.period is not None:
        return list_on(date(side.layer.period.first, 12, 31))
    return list_of(side.stated_ha, {name: frozenset(code_list(name)) for name in LISTS})


def _walked(side: Side, walk: Crosswalk, which: int) -> Side:
    """Codes as common classes; what the table doesn't know keeps its code."""
    classes = (walk.before, walk.after)[which]
    unknown = sorted(c for c in side.stated_ha if c not in classes and c != NO_CODE)
    stated: dict[str, float] = {}
    for code, area_ha in side.stated_ha.items():
        name = classes.get(code, code)
        stated[name] = stated.get(name, 0.0) + area_ha
    place, codes = pd.factorize(side.label)
    names = np.array([classes.get(str(c), str(c)) for c in codes], dtype=object)
    made = replace(side, label=names[place], stated_ha=stated)
    if unknown:
        area_ha = sum(side.stated_ha[c] for c in unknown)
        made = made.seeing("crosswalk_unmapped", found=unknown, area_ha=area_ha, table=walk.name)
    return made


def _told(walk: Crosswalk, read: Sequence[Side]) -> Side:
    """What a reader should know: codes that stand against several, and codes whose meaning changed."""
    first = read[0]
    met = {name for side in read for name in side.stated_ha}
    for code, others in walk.several.items():
        if walk.before[code] in met:
            first = first.seeing(
                "crosswalk_several", found=code, expected=list(others), name=walk.before[code]
            )
    if "relation" in walk.table:
        rows = walk.table[walk.table["relation"] == "meaning_changed"]
        changed = sorted({walk.before.get(c, c) for c in rows["code_before"]} & met)
        if changed:
            first = first.seeing("crosswalk_meaning", "info", found=changed)
    return first


def _claimed(side: Side) -> Side:
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
    left = ~shapely.is_empty(found.geometry)
    made = replace(
        side,
        rows=side.rows[left],
        geometry=found.geometry[left],
        label=side.label[left],
        doubled_ha=found.lost_m2 / _HA,
    )
    return made.seeing(
        "change_overlap",
        area_ha=made.doubled_ha,
        count=len(found.winner),
        found=[f"{pair} ({pairs[pair]:.4f} ha)" for pair in worst],
        rows=[str(side.rows[at]) for at in found.loser[:_NAMED]],
    )


def group_of(name: str) -> str:
    """Group of a class: NNP, PNN or CSD; a class of no list is its own group.

    A class that stands for several codes has their group where they share one.
    """
    known = code_list()
    groups = {known[code].group for code in name.split("+") if code in known}
    found = groups.pop() if len(groups) == 1 else ""
    return found or name


def in_order(names: Iterable[str]) -> list[str]:
    """Classes in the order of the official lists, others behind them, land without a code last."""
    # in the table of both lists a code of one stands beside its neighbours of the other
    codes = dict.fromkeys(reference.table("landuse_codes")["code"])
    places = {str(code): n for n, code in enumerate(codes)}

    def place(name: str) -> tuple[int, float, str]:
        if name == NO_CODE:
            return (2, 0.0, name)
        first = name.split("+", maxsplit=1)[0]
        if first in places:
            return (0, places[first], name)
        number = float(name) if name.lstrip("-").isdecimal() else 0.0
        return (1, number, name)

    return sorted(names, key=place)
