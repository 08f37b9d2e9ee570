"""Confusion tables of encodings and coordinate systems over all provinces: ``python -m tests.hostile.run_verdicts``.

Names and points are those of the communes of the shipped reference (made from ``vietnamadminunits``), at
1, 10, 50 and 200 values. An answer is *right*, *not sure* (nothing is proposed) or *wrong*.
"""

from __future__ import annotations

import argparse
import random
import unicodedata
from collections import Counter
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from layers import reference
from layers.crs import as_crs, metric_crs_at, mover
from layers.legacy_text import judge_text
from layers.verdict import judge_crs
from tests.layers.test_legacy_text import OLD, spoilt
from tests.layers.test_verdict import CASES, coverage, made, place, raw

if TYPE_CHECKING:
    from collections.abc import Iterator

VALUES = (1, 10, 50, 200)
_SEED = 7


def written(name: str, encoding: str) -> str:
    """Write a name in an encoding, as a reader of Latin-1 gets it; or in a form of Unicode."""
    return unicodedata.normalize(encoding, name) if encoding in ("NFC", "NFD") else spoilt(name, encoding)


def text_answers(rounds: int) -> Iterator[tuple[str, int, str]]:
    """Judge columns of names of every province; gives encoding, number of values and what came of it."""
    table = reference.table("communes_2025")
    every = table["name"].tolist()
    for code, rows in table.groupby("province_code"):
        for encoding in (*OLD, "NFC", "NFD"):
            for count in VALUES:
                dice = random.Random(f"{_SEED} {code} {encoding} {count}")
                for _ in range(rounds):
                    names = rows["name"].tolist()
                    # a province has fewer than two hundred: the others are anybody's
                    names = dice.sample(names, min(count, len(names)))
                    names += dice.sample(every, count - len(names))
                    yield encoding, count, _judged([written(n, encoding) for n in names], encoding)


def _judged(values: list[str], encoding: str) -> str:
    told = judge_text(values).encoding
    whole = encoding in ("NFC", "NFD") or all(value.isascii() for value in values)
    if told in ("", "?"):
        return "right" if whole and told == "" else "not sure"
    return "wrong" if whole or told != encoding else "right"


def point_answers(every: int) -> Iterator[tuple[str, int, str, str]]:
    """Judge points of every province; gives mistake, number of points, what is known, and what came of it."""
    for code in sorted(reference.table("communes_2025")["province_code"].unique())[::every]:
        known, home = place(code)
        seats = _seats(code, home)
        for case in CASES:
            treatment, stated = made(case, home)
            if treatment.wide and home in (5897, 9212):
                continue  # on this meridian it is the zone of 6°
            for count in VALUES:
                alone = judge_crs(raw(seats.iloc[:count], treatment), stated)
                yield case, count, "nothing", _right(alone, treatment, case)
                points = raw(known.iloc[20:80], treatment)[:count]
                yield (
                    case,
                    count,
                    "a layer with the same edges",
                    _right(judge_crs(points, stated, known=[known]), treatment, case),
                )


def _seats(code: str, home: int) -> Any:
    """Parcels round the places of the communes of a province, one corner of each first."""
    import geopandas as gpd
    import shapely

    rows = reference.table("communes_2025").query("province_code == @code").sort_values("name")
    x, y = mover(as_crs(4326), as_crs(home)).transform(
        rows["lon"].to_numpy(float), rows["lat"].to_numpy(float)
    )
    few = gpd.GeoDataFrame(geometry=shapely.points(x, y), crs=home)
    more = coverage(float(x[0]), float(y[0]), home).geometry
    corners = shapely.points(shapely.get_coordinates(more.to_numpy()))
    return gpd.GeoDataFrame(geometry=[*few.geometry, *corners], crs=home)


def _right(verdict: Any, treatment: Any, case: str) -> str:
    if verdict.state == "mistake" and verdict.proposed is not None:
        found = verdict.proposed.treatment
        if case == "none":
            return "wrong"
        probe = np.array([[105.6, 21.0]])
        target = metric_crs_at(105.6, 21.0)
        x, y = mover(as_crs(4326), treatment.crs).transform(*probe[0])
        numbers = np.array([[x, y]]) / _unit(treatment)
        numbers = numbers[:, ::-1] if treatment.swapped else numbers
        apart = np.abs(found.placed(numbers, target) - treatment.placed(numbers, target)).max()
        return "right" if apart < 0.01 else "wrong"
    return "right" if case == "none" else "not sure"


def _unit(treatment: Any) -> float:
    from layers.treatment import UNITS_M

    return UNITS_M.get(treatment.unit, 1.0)


def table(answers: Counter[tuple[Any, ...]]) -> pd.DataFrame:
    """Turn counts into a table: a row a question, a column a number of values and an answer."""
    frame = pd.Series(answers).unstack(fill_value=0)  # noqa: PD010 - of a series
    return frame.reindex(columns=["right", "not sure", "wrong"], fill_value=0)


def main() -> None:
    """Print both tables, and end with 1 if an answer was wrong."""
    wanted = argparse.ArgumentParser()
    wanted.add_argument("--rounds", type=int, default=3)
    wanted.add_argument("--every", type=int, default=1, help="points of every n-th province only")
    wanted.add_argument("--only", choices=("text", "points"))
    given = wanted.parse_args()
    wrong = 0
    if given.only != "points":
        wrong += shown(table(Counter(text_answers(given.rounds))), level=-1)
    if given.only != "text":
        told = point_answers(given.every)
        counts = Counter((known, case, count, what) for case, count, known, what in told)
        wrong += shown(table(counts), level=[0, 2])
    raise SystemExit(1 if wrong else 0)


def shown(found: pd.DataFrame, level: int | list[int]) -> int:
    """Print a table and its sums by some of its levels; gives the number of wrong answers."""
    print(found.to_string())
    print(found.groupby(level=level).sum().to_string())
    print(found.sum().to_dict(), flush=True)
    return int(found["wrong"].sum())


if __name__ == "__main__":
    main()
