"""Tables of a comparison: its rows with their status, the links, and the pieces behind the figures."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from spatial._attributes import STATUS_COLUMNS, names_of, same_name, stated
from spatial._engine import parts_of, thickness
from spatial._geos import AREA_FLOOR_M2
from spatial._noise import Parted, parted

if TYPE_CHECKING:
    from spatial._matching import Matching, Versions
    from spatial._rings import Floats, Ints

__all__ = ["Answered", "answered", "links_table", "pieces_table", "rows_table"]

_HA: Final = 10_000.0
#: gained and lost land that differ by less than this factor are a move
_MOVE: Final = 0.5


class Answered(NamedTuple):
    """Rows with their differences split at a tolerance."""

    both: Versions
    rows: Matching
    lost: Parted
    gained: Parted


def answered(both: Versions, rows: Matching, tolerance_m: float) -> Answered:
    """Split the differences of the rows; a feature without a counterpart is no redrawing."""
    certain = rows.without_counterpart
    lost, gained = (parted(c, tolerance_m, certain=certain) for c in (rows.cuts.lost, rows.cuts.gained))
    for side, uncut in zip((lost, gained), rows.uncut_m2, strict=True):
        side.redrawn_m2[:] += uncut
    return Answered(both, rows, lost, gained)


def rows_table(found: Answered) -> pd.DataFrame:
    """One row per set of features that belong together."""
    both, rows = found.both, found.rows
    shape = _shapes(found)
    n = len(shape)
    lists = {
        "before_ids": _lists(both.before.index.to_numpy(), rows.of_before, n),
        "after_ids": _lists(both.after.index.to_numpy(), rows.of_after, n),
        "before_names": _lists(both.before["name"].to_numpy(), rows.of_before, n),
        "after_names": _lists(both.after["name"].to_numpy(), rows.of_after, n),
    }
    table = pd.DataFrame({name: pd.Series(values, dtype=object) for name, values in lists.items()})
    flags = _flags(both, rows, n)
    status = np.where(np.isin(shape, ["unchanged", "redrawn"]) & flags["renamed"], "renamed", shape)
    again = np.isin(status, ["unchanged", "redrawn"]) & (flags["status_after"] != flags["status_before"])
    table.insert(2, "status", np.where(again, "status_changed", status).astype(object))
    table["shape"] = shape
    table["renamed"] = flags["renamed"]
    table["status_changed"] = flags["status_after"] != flags["status_before"]
    table["status_before"], table["status_after"] = flags["status_before"], flags["status_after"]
    table["matched_by"] = _matched_by(rows, n)
    for name, values in _areas(found).items():
        table[name] = values
    return table.assign(**_parts(found, n))


def _shapes(found: Answered) -> np.ndarray[Any, np.dtype[Any]]:
    """What happened to the land of each row, whatever it is called."""
    rows = found.rows
    one, other = rows.sizes
    lost, gained = found.lost.real_m2, found.gained.real_m2
    noise = found.lost.redrawn_m2 + found.gained.redrawn_m2
    balanced = np.minimum(lost, gained) >= _MOVE * np.maximum(lost, gained)
    return np.select(
        [
            one == 0,
            other == 0,
            (one > 1) & (other > 1),
            one > 1,
            other > 1,
            (lost == 0) & (gained == 0) & (noise <= AREA_FLOOR_M2),
            (lost == 0) & (gained == 0),
            balanced,
            gained > lost,
        ],
        [
            *("added", "dropped", "reorganised", "merged", "split"),
            *("unchanged", "redrawn", "moved", "expanded"),
        ],
        default="reduced",
    ).astype(object)


def _areas(found: Answered) -> dict[str, Floats]:
    lost, gained, kept = found.lost, found.gained, found.rows.cuts.kept_m2
    return {
        "area_before_ha": (kept + lost.real_m2 + lost.redrawn_m2) / _HA,
        "area_after_ha": (kept + gained.real_m2 + gained.redrawn_m2) / _HA,
        "kept_ha": kept / _HA,
        "gained_ha": gained.real_m2 / _HA,
        "lost_ha": lost.real_m2 / _HA,
        "noise_ha": (gained.redrawn_m2 + lost.redrawn_m2) / _HA,
        "noise_gained_ha": gained.redrawn_m2 / _HA,
        "noise_lost_ha": lost.redrawn_m2 / _HA,
    }


def _lists(values: np.ndarray[Any, Any], row: Ints, n: int) -> list[list[Any]]:
    order = np.argsort(row, kind="stable")
    cuts = np.searchsorted(row[order], np.arange(n + 1)).tolist()
    sorted_values = values[order].tolist()
    return [sorted_values[a:b] for a, b in pairwise(cuts)]


def _flags(both: Versions, rows: Matching, n: int) -> dict[str, Any]:
    """Name and status of the rows of one feature before and one after."""
    pair = np.flatnonzero((rows.sizes[0] == 1) & (rows.sizes[1] == 1))
    first, last = _first(rows.of_before, n)[pair], _first(rows.of_after, n)[pair]
    names = np.array(names_of(both.before), dtype=object), np.array(names_of(both.after), dtype=object)
    renamed = np.zeros(n, dtype=bool)
    renamed[pair] = ~same_name(names[0][first].tolist(), names[1][last].tolist())
    told = [np.full(n, "", dtype=object), np.full(n, "", dtype=object)]
    for column in STATUS_COLUMNS:
        one = np.array(stated(both.before, column), dtype=object)[first]
        other = np.array(stated(both.after, column), dtype=object)[last]
        differ = pair[(one != other) & (one != "") & (other != "")]
        at = np.isin(pair, differ)
        for side, values in zip(told, (one, other), strict=True):
            side[differ] = [f"{a}; {b}" if a else b for a, b in zip(side[differ], values[at], strict=True)]
    return {"renamed": renamed, "status_before": told[0], "status_after": told[1]}


def _first(row: Ints, n: int) -> Ints:
    out = np.full(n, -1, dtype=np.int64)
    out[row[::-1]] = np.arange(len(row))[::-1]
    return out


def _matched_by(rows: Matching, n: int) -> np.ndarray[Any, Any]:
    equal = np.zeros(n, dtype=bool)
    equal[rows.of_before[rows.links.i[rows.links.equal]]] = True
    none = (rows.sizes[0] == 0) | (rows.sizes[1] == 0)
    return np.select([rows.by_name, none, equal], ["name", "", "equal"], default="area").astype(object)


def _parts(found: Answered, n: int) -> dict[str, pd.Series]:
    """Features that a row had land from, or gave land to, without being one row with them."""
    links, rows = found.rows.links, found.rows
    apart = rows.of_before[links.i] != rows.of_after[links.j]
    i, j = links.i[apart], links.j[apart]
    here, there = rows.of_before[i], rows.of_after[j]
    ids = found.both.before.index.to_numpy(), found.both.after.index.to_numpy()
    out = {
        "also_before_ids": _lists(ids[0][i], there, n),
        "also_after_ids": _lists(ids[1][j], here, n),
    }
    return {name: pd.Series([list(dict.fromkeys(v)) for v in of], dtype=object) for name, of in out.items()}


def links_table(found: Answered) -> pd.DataFrame:
    """Every pair of features that share more than redrawing."""
    links, rows, both = found.rows.links, found.rows, found.both
    area = shapely.area(both.shapes[0])[links.i], shapely.area(both.shapes[1])[links.j]
    here, there = rows.of_before[links.i], rows.of_after[links.j]
    return pd.DataFrame(
        {
            "before": both.before.index.to_numpy()[links.i],
            "after": both.after.index.to_numpy()[links.j],
            "area_ha": links.area_m2 / _HA,
            "share_before_pct": 100 * links.area_m2 / area[0],
            "share_after_pct": 100 * links.area_m2 / area[1],
            "role": np.where(here == there, "row", "part").astype(object),
            "row_before": here,
            "row_after": there,
        }
    )


def pieces_table(found: Answered) -> gpd.GeoDataFrame:
    """Single parts of what the rows gained, lost and drew anew."""
    sides = [
        ("gained", "gained", found.gained.real),
        ("lost", "lost", found.lost.real),
        ("redrawn", "gained", found.gained.redrawn),
        ("redrawn", "lost", found.lost.redrawn),
    ]
    tables = []
    for change, side, land in sides:
        parts, row = parts_of(land)
        facts = {"row": row, "change": change, "side": side, "area_m2": shapely.area(parts)}
        tables.append(pd.DataFrame({**facts, "thickness_m": thickness(parts), "geometry": parts}))
    whole = pd.concat(tables, ignore_index=True).sort_values(["row"], kind="stable", ignore_index=True)
    return gpd.GeoDataFrame(whole, geometry="geometry", crs=found.both.before.crs)
