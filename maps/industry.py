"""Suggestions by kind of industry: which criteria matter for it, how much, and why we think so.

Rests on ``data/reference/industry_presets.csv``: our own reasoning, row by row, and no law.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from layers import Finding, reference
from layers.errors import QuestionError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from maps.words import Words

__all__ = ["Suggestion", "industries", "industry_name", "lacking_criteria", "suggestions"]


@dataclass(frozen=True)
class Suggestion:
    """One criterion that a kind of industry asks for.

    Parameters
    ----------
    criterion : str
    weight : float
    function : str
        Value function; that of the table of criteria where the suggestion has none of its own.
    reason_vi, reason_en : str
    principle : str
        Row of ``principles`` that the reason rests on, or empty.
    """

    criterion: str
    weight: float
    function: str
    reason_vi: str
    reason_en: str
    principle: str

    def reason(self, words: Words) -> str:
        """Say why.

        Parameters
        ----------
        words : Words

        Returns
        -------
        str
        """
        return self.reason_vi if words.lang == "vi" else self.reason_en


def industries() -> list[str]:
    """List the kinds of industry that there are suggestions for.

    Returns
    -------
    list of str

    Examples
    --------
    >>> industries()
    ['electronics', 'food_processing', 'building_materials', 'logistics', 'craft_village']
    """
    return list(dict.fromkeys(reference.table("industry_presets")["industry"]))


def suggestions(industry: str) -> dict[str, Suggestion]:
    """Return what is suggested for a kind of industry.

    Parameters
    ----------
    industry : str

    Returns
    -------
    dict of str to Suggestion
        By criterion, in the order of the table.

    Raises
    ------
    QuestionError
        ``industry_unknown``.

    Examples
    --------
    >>> suggestions("logistics")["junction"].function
    'linear:0=1;8000=0'
    """
    table = reference.table("industry_presets")
    mine = table[table["industry"] == industry]
    if mine.empty:
        raise QuestionError("industry_unknown", found=industry, expected=industries())
    usual = reference.table("criteria")["function"]
    return {
        str(row["criterion"]): Suggestion(
            str(row["criterion"]),
            float(row["weight"]),
            str(row["function"]) or str(usual[row["criterion"]]),
            str(row["reason_vi"]),
            str(row["reason_en"]),
            str(row["principle"]),
        )
        for _, row in mine.iterrows()
    }


def industry_name(industry: str, words: Words) -> str:
    """Name a kind of industry.

    Parameters
    ----------
    industry : str
    words : Words

    Returns
    -------
    str
    """
    return words(f"industry.{industry}") if words.has(f"industry.{industry}") else industry


def lacking_criteria(industry: str, asked: Iterable[str], layer: str) -> list[Finding]:
    """Say which criteria of a suggestion a search goes without.

    Parameters
    ----------
    industry : str
        Empty where none was chosen.
    asked : iterable of str
        Criteria of the search.
    layer : str
        Name of the area of search.

    Returns
    -------
    list of Finding
        ``industry_criteria_lacking`` or nothing.

    Raises
    ------
    QuestionError
        ``industry_unknown``.
    """
    missing = sorted(set(suggestions(industry)) - set(asked)) if industry else []
    fields = {"industry": industry, "criterion": missing}
    return [Finding("industry_criteria_lacking", layer, None, "warn", fields)] if missing else []
