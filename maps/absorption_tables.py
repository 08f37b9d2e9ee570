"""Absorbed land as tables in words: the same on the page, in a workbook, in a CSV file and at a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from maps.columns import headed
from maps.tables import records

if TYPE_CHECKING:
    from collections.abc import Mapping

    from maps.words import Words
    from spatial.absorption import Absorption

__all__ = [
    "SECTION",
    "asked_text",
    "housing_table",
    "ledger_rows",
    "ledger_table",
    "place_label",
    "places_lines",
    "places_table",
    "stock_lines",
    "years_figures",
    "years_text",
]

#: section of the locale files with the headings
SECTION: Final = "absorption_column"
#: a pace at which land lasts for longer than this says only that there is no haste
_LONG_YEARS: Final = 1000
_WHOLE_YEARS: Final = 10
_LEDGER: Final = (
    *("scope", "place", "interval", "area_ha", "opening_ha", "lost_to_housing_ha", "lost_ha_year"),
    *("lost_to_other_ha", "lost_to_no_data_ha", "gained_ha", "gained_from_housing_ha"),
    *("gained_from_no_data_ha", "noise_ha", "noise_lost_ha", "noise_gained_ha", "closing_ha"),
    *("uncovered_before_ha", "uncovered_after_ha"),
)
_PLACES: Final = (
    *("rank", "scope", "place", "years", "opening_ha", "lost_to_housing_ha", "pace_ha_year"),
    *("slowest_ha_year", "fastest_ha_year", "closing_ha", "lost_share_pct", "years_left", "years_low"),
    *("years_high", "chance_pct", "intervals", "uncovered_ha"),
)
_HOUSING: Final = ("place", "housing_ha", "share_pct", "housing_first_ha", "zone_ha", "noise_ha")


def place_label(row: Mapping[str, Any], words: Words) -> str:
    """Name a place of the ledger.

    Parameters
    ----------
    row : mapping
        With ``scope, place, name, ring_m``.
    words : Words

    Returns
    -------
    str
        Its own name, that of the zone a ring goes round, or what the scope is called.

    Examples
    --------
    >>> from maps.words import words
    >>> ring = {"scope": "ring", "place": "C1", "name": "CCN A", "ring_m": 500.0}
    >>> place_label(ring, words("en"))
    'CCN A: ring to 500 m'
    """
    name, distance = row["name"] or row["place"], words.number(row["ring_m"], 0)
    if row["scope"] in ("ring", "rings"):
        return words(f"absorption_place.{row['scope']}", name=name, distance=distance)
    return str(name) if name else words(f"absorption_place.{row['scope']}")


def years_figures(row: Mapping[str, Any], words: Words) -> tuple[str, str, str]:
    """Write the years left of a place and both ends of their range, however long.

    Parameters
    ----------
    row : mapping
        A row of ``Absorption.years_left``.
    words : Words

    Returns
    -------
    tuple of str
        Empty where there is no figure.
    """

    def said(years: float) -> str:
        return words.number(years, 0 if years >= _WHOLE_YEARS else 1)

    return said(row["years_left"]), said(row["years_low"]), said(row["years_high"])


def years_text(row: Mapping[str, Any], words: Words) -> str:
    """Say how long the land of a place lasts.

    Parameters
    ----------
    row : mapping
        A row of ``Absorption.years_left``.
    words : Words

    Returns
    -------
    str
        Years with their range where there is one; a state in words where there are none.
    """
    if row["state"] != "runs_out":
        return words(f"absorption_state.{row['state']}")
    if row["years_left"] > _LONG_YEARS:
        return words("absorption_years.long", years=_LONG_YEARS)
    left, low, high = years_figures(row, words)
    if row["basis"] != "range":
        return words("absorption_years.alone", years=left)
    if not row["years_high"] <= _LONG_YEARS:  # NaN where the slowest pace was none
        return words("absorption_years.open", years=left, low=low)
    return words("absorption_years.between", years=left, low=low, high=high)


def places_lines(answer: Absorption, words: Words) -> pd.DataFrame:
    """Give a line a place over the whole series, columns by their names.

    Parameters
    ----------
    answer : Absorption
    words : Words

    Returns
    -------
    pandas.DataFrame
        Index of ``answer.years_left``.
    """
    frame = answer.years_left.copy()
    rows = records(frame)
    frame["lost_share_pct"] = (
        100 * frame["lost_to_housing_ha"] / frame["opening_ha"].where(frame["opening_ha"] > 0)
    )
    # missing numbers as everywhere else: the page and the terminal write them as nothing
    frame["rank"] = frame["rank"].astype(float)
    frame["chance_pct"] = 100 * frame["chance"]
    frame["place"] = [place_label(row, words) for row in rows]
    frame["years"] = [years_text(row, words) for row in rows]
    frame["scope"] = [words(f"absorption_scope.{row['scope']}") for row in rows]
    return frame[list(_PLACES)]


def places_table(answer: Absorption, words: Words) -> pd.DataFrame:
    """Head the lines of the places in words.

    Parameters
    ----------
    answer : Absorption
    words : Words

    Returns
    -------
    pandas.DataFrame
        :func:`places_lines` with headings in words, the most urgent communes first.
    """
    lines = places_lines(answer, words)
    order = lines["rank"].fillna(len(lines) + 1).sort_values(kind="stable").index
    return headed(lines.loc[order], words, section=SECTION)


def ledger_table(answer: Absorption, words: Words) -> pd.DataFrame:
    """Write the ledger of every place and interval in words.

    Parameters
    ----------
    answer : Absorption
    words : Words

    Returns
    -------
    pandas.DataFrame
        Index of ``answer.ledger``.
    """
    frame = answer.ledger.copy()
    rows = records(frame)
    frame["place"] = [place_label(row, words) for row in rows]
    frame["scope"] = [words(f"absorption_scope.{row['scope']}") for row in rows]
    return headed(frame[list(_LEDGER)], words, section=SECTION)


def housing_table(answer: Absorption, words: Words) -> pd.DataFrame:
    """Write in words which zones have housing inside.

    Parameters
    ----------
    answer : Absorption
    words : Words

    Returns
    -------
    pandas.DataFrame
        Index of ``answer.already_housing``.
    """
    frame = pd.DataFrame(answer.already_housing.drop(columns="geometry"))
    frame["place"] = frame["name"].where(frame["name"] != "", frame["zone"])
    return headed(frame[list(_HOUSING)], words, section=SECTION)


def ledger_rows(answer: Absorption, row: int) -> pd.DataFrame:
    """Rows of the ledger that speak of one place, oldest first.

    Parameters
    ----------
    answer : Absorption
    row : int
        Index of ``answer.years_left``.

    Returns
    -------
    pandas.DataFrame
        Part of ``answer.ledger``, its index kept.
    """
    place, ledger = answer.years_left.loc[row], answer.ledger
    same = (ledger["scope"] == place["scope"]) & (ledger["place"] == place["place"])
    if not pd.isna(place["ring_m"]):
        same &= ledger["ring_m"] == place["ring_m"]
    return ledger[same]


def stock_lines(answer: Absorption, row: int) -> pd.DataFrame:
    """Stock of one place at each survey.

    Parameters
    ----------
    answer : Absorption
    row : int
        Index of ``answer.years_left``.

    Returns
    -------
    pandas.DataFrame
        Columns ``year, area_ha, planned``.
    """
    mine = ledger_rows(answer, row)
    years = [int(mine["from_year"].iloc[0]), *mine["to_year"].astype(int)]
    stock = [float(mine["opening_ha"].iloc[0]), *mine["closing_ha"].astype(float)]
    plans = {
        int(str(layer["period"])[-4:])
        for layer in answer.run["layers"]
        if layer["role"] == "series" and layer["stage"] in ("approved", "proposed")
    }
    return pd.DataFrame({"year": years, "area_ha": stock, "planned": [year in plans for year in years]})


def asked_text(answer: Absorption, words: Words) -> str:
    """Say what was followed, where, and what absorbs it.

    Parameters
    ----------
    answer : Absorption
    words : Words

    Returns
    -------
    str
    """
    run = answer.run
    subject = ", ".join(run["subject"]) or words("absorption_asked.not_housing")
    parts = [
        words("absorption_asked.surveys", years=", ".join(map(str, run["years"]))),
        words(f"absorption_asked.{run['scope']}"),
        words("absorption_asked.classes", subject=subject, housing=", ".join(run["housing"])),
    ]
    if run["ring_m"]:
        distances = ", ".join(words.number(m, 0) for m in run["ring_m"])
        parts.append(words(f"absorption_asked.rings_{run['rings_of']}", distances=distances))
    return " · ".join(parts)
