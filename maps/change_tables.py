"""Change of land as tables in words, and as plain values for scripts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from maps.tables import land_name, layer_label
from spatial.change import NO_CODE, UNCOVERED

if TYPE_CHECKING:
    from layers.crosswalk import Crosswalk
    from maps.words import Words
    from spatial.change import Change, ChangeSeries

__all__ = [
    "change_record",
    "class_label",
    "class_name",
    "crosswalk_table",
    "date_label",
    "moves",
    "moves_table",
    "series_record",
    "summed",
    "totals_table",
]


def class_name(name: str, words: Words) -> str:
    """Name a class of land for people: what its code means.

    Parameters
    ----------
    name : str
        Of a :class:`~spatial.change.Change`.
    words : Words

    Returns
    -------
    str
        The name itself for a class of no official list.

    Examples
    --------
    >>> from maps.words import words
    >>> class_name("ONT", words("vi")), class_name("forest", words("vi"))
    ('Đất ở tại nông thôn', 'forest')
    """
    if name == UNCOVERED:
        return words("change.uncovered")
    if name == NO_CODE:
        return words("change.no_code")
    parts = [land_name(code, words) for code in name.split("+")]
    return " + ".join(parts) if all(parts) else name


def class_label(name: str, words: Words) -> str:
    """Code and name of a class in one line.

    Parameters
    ----------
    name : str
    words : Words

    Returns
    -------
    str

    Examples
    --------
    >>> from maps.words import words
    >>> class_label("ONT", words("vi"))
    'ONT – Đất ở tại nông thôn'
    """
    said = class_name(name, words)
    return said if said == name or name in (UNCOVERED, NO_CODE) else f"{name} – {said}"


def date_label(answer: Change, end: int, words: Words) -> str:
    """Name the date of one side: its period, else its layer.

    Parameters
    ----------
    answer : Change
    end : int
        0 for the start, 1 for the end.
    words : Words

    Returns
    -------
    str
    """
    layer = answer.run["layers"][end]
    period = str(layer["period"] or "")
    if not period:
        return layer_label(layer["name"], layer["kind"], None, words)
    return words("change.year" if period.isdecimal() else "change.span", period=period)


def summed(answer: Change) -> dict[str, float]:
    """Add up what changed, what stayed and what was only redrawn.

    Parameters
    ----------
    answer : Change

    Returns
    -------
    dict of str to float
        ``start_ha, end_ha, common_ha, unchanged_ha, changed_ha, noise_ha, real_ha,
        uncovered_before_ha, uncovered_after_ha, uncovered_noise_ha``: ``common = unchanged + changed`` and
        ``changed = noise + real``; ``uncovered_before`` is land that only the later layer covers.
    """
    inner = answer.matrix.drop(index=UNCOVERED, columns=UNCOVERED)
    thin = answer.noise.drop(index=UNCOVERED, columns=UNCOVERED)
    kept = float(answer.totals["kept_ha"].drop(index=UNCOVERED).sum())
    common, noise = float(inner.to_numpy().sum()), float(thin.to_numpy().sum())
    before, after = (float(t[UNCOVERED].to_numpy().sum()) for t in (answer.matrix.T, answer.matrix))
    return {
        "start_ha": common + after,
        "end_ha": common + before,
        "common_ha": common,
        "unchanged_ha": kept,
        "changed_ha": common - kept,
        "noise_ha": noise,
        "real_ha": common - kept - noise,
        "uncovered_before_ha": before,
        "uncovered_after_ha": after,
        "uncovered_noise_ha": float(answer.noise.to_numpy().sum()) - noise,
    }


def change_record(answer: Change) -> dict[str, Any]:
    """Plain values for scripts.

    Parameters
    ----------
    answer : Change

    Returns
    -------
    dict
        ``classes_before``, ``classes_after`` (lists of classes); ``matrix_ha`` and ``noise_ha`` (a list for
        every class before, in it a number for every class after); ``uncovered``: ``before_ha`` (land that the
        layer before doesn't cover, by class after), ``after_ha`` (land that the layer after doesn't cover, by
        class before), and of both ``..._noise_ha``; ``totals`` as :func:`summed`, with ``classes``.
        A row of ``matrix_ha`` and its ``after_ha`` add up to the area at the start, a column and its
        ``before_ha`` to that at the end.
    """
    inner = answer.matrix.drop(index=UNCOVERED, columns=UNCOVERED)
    thin = answer.noise.drop(index=UNCOVERED, columns=UNCOVERED)
    classes = answer.totals.drop(index=UNCOVERED)
    return {
        "classes_before": list(map(str, inner.index)),
        "classes_after": list(map(str, inner.columns)),
        "matrix_ha": inner.to_numpy().tolist(),
        "noise_ha": thin.to_numpy().tolist(),
        "uncovered": {
            "before_ha": answer.matrix.T[UNCOVERED].drop(UNCOVERED).tolist(),
            "after_ha": answer.matrix[UNCOVERED].drop(UNCOVERED).tolist(),
            "before_noise_ha": answer.noise.T[UNCOVERED].drop(UNCOVERED).tolist(),
            "after_noise_ha": answer.noise[UNCOVERED].drop(UNCOVERED).tolist(),
        },
        "totals": {
            **summed(answer),
            "classes": [
                {"class": str(name), **{str(k): float(v) for k, v in row.items()}}
                for name, row in classes.to_dict("index").items()
            ],
        },
    }


def series_record(series: ChangeSeries) -> dict[str, Any]:
    """Plain values of a series: from first to last as :func:`change_record`, then interval by interval.

    Parameters
    ----------
    series : ChangeSeries

    Returns
    -------
    dict
        Of more than two dates also ``intervals`` (each with ``before``, ``after`` and ``years``) and
        ``stock_ha`` (class to hectares at every date, with the names of the layers under ``dates``).
    """
    if len(series.intervals) == 1:
        return change_record(series.overall)
    intervals = []
    for one in series.intervals:
        names = [layer["name"] for layer in one.run["layers"]]
        intervals.append(
            {"before": names[0], "after": names[1], "years": one.run["years"], **change_record(one)}
        )
    stock = {
        str(name): row.tolist() for name, row in zip(series.stock.index, series.stock.to_numpy(), strict=True)
    }
    return {
        **change_record(series.overall),
        "intervals": intervals,
        "dates": list(map(str, series.stock.columns)),
        "stock_ha": stock,
    }


def moves(answer: Change, *, kept: bool = False) -> pd.DataFrame:
    """List the cells of the matrix that hold land, the largest first.

    Parameters
    ----------
    answer : Change
    kept : bool
        True lists land that stayed of its class too.

    Returns
    -------
    pandas.DataFrame
        ``start, end, area_ha, real_ha, noise_ha, share_pct`` (of the class at the start); index 0, 1, 2, ...
    """
    area, thin = answer.matrix.to_numpy(), answer.noise.to_numpy()
    row, column = np.nonzero(area > 0)
    frame = pd.DataFrame(
        {
            "start": answer.matrix.index.to_numpy()[row],
            "end": answer.matrix.columns.to_numpy()[column],
            "area_ha": area[row, column],
            "real_ha": (area - thin)[row, column],
            "noise_ha": thin[row, column],
            "share_pct": answer.share_pct.to_numpy()[row, column],
        }
    )
    shown = frame if kept else frame[frame["start"] != frame["end"]]
    return shown.sort_values("area_ha", ascending=False, kind="stable", ignore_index=True)


def moves_table(answer: Change, words: Words) -> pd.DataFrame:
    """List changes in words.

    Parameters
    ----------
    answer : Change
    words : Words

    Returns
    -------
    pandas.DataFrame
        Index as :func:`moves`.
    """
    frame = moves(answer, kept=True)
    frame.insert(1, "start_name", [class_name(n, words) for n in frame["start"]])
    frame.insert(3, "end_name", [class_name(n, words) for n in frame["end"]])
    return frame.rename(columns={c: words(f"change_column.{c}") for c in frame.columns})


def totals_table(answer: Change, words: Words) -> pd.DataFrame:
    """Totals of every class in words.

    Parameters
    ----------
    answer : Change
    words : Words

    Returns
    -------
    pandas.DataFrame
    """
    frame = answer.totals.reset_index()
    frame.insert(1, "class_name", [class_name(n, words) for n in frame["class"]])
    return frame.rename(columns={c: words(f"change_column.{c}") for c in frame.columns})


def crosswalk_table(walk: Crosswalk, words: Words) -> pd.DataFrame:
    """A crosswalk in words: codes with their names, what became of each, how sure that is.

    Parameters
    ----------
    walk : Crosswalk
    words : Words

    Returns
    -------
    pandas.DataFrame
        A column for each of the table that says anything.
    """
    table = walk.table.fillna("").astype(str)
    made = pd.DataFrame({"code_before": table["code_before"], "code_after": table["code_after"]})
    made["class_name"] = [
        land_name(a or b, words) for a, b in zip(table["code_before"], table["code_after"], strict=True)
    ]
    for column, section in (
        ("class", ""),
        ("relation", "relation"),
        ("confidence", "confidence"),
        ("note", ""),
    ):
        if column in table:
            made[column] = [words(f"{section}.{v}") if section and v else v for v in table[column]]
    return made.rename(columns={c: words(f"change_column.{c}") for c in made.columns})
