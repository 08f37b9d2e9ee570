"""The figures that stand at the head of an answer, by name: what a list of runs shows and compares."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from maps.change_tables import summed
from spatial.land import land_totals

if TYPE_CHECKING:
    from maps.words import Words
    from spatial.absorption import Absorption
    from spatial.candidates import CandidateAnswer
    from spatial.change import ChangeSeries
    from spatial.compare import Comparison
    from spatial.conflicts import ConflictAnswer
    from spatial.distances import DistanceAnswer

__all__ = [
    "Headline",
    "absorption_figures",
    "candidate_figures",
    "change_figures",
    "comparison_figures",
    "conflict_figures",
    "distance_figures",
    "headlines",
]


@dataclass(frozen=True)
class Headline:
    """A figure in words.

    Parameters
    ----------
    name : str
        As it is kept.
    label, value : str
        In words, and as the language writes numbers.
    number : float or None
    """

    name: str
    label: str
    value: str
    number: float | None


#: figure to the key of its words and its decimals, the most telling first
_SHOWN: Final[dict[str, dict[str, tuple[str, int]]]] = {
    "conflicts": {
        "blocks_ha": ("column.blocks_ha", 1),
        "consent_ha": ("column.consent_ha", 1),
        "no_data_ha": ("column.no_data_ha", 1),
        "clear_ha": ("column.clear_ha", 1),
        "noise_ha": ("column.noise_ha", 1),
        "area_ha": ("figure.area", 1),
        "zones": ("figure.zones", 0),
    },
    "distances": {
        "too_near": ("distance_ask.pairs_too_near", 0),
        "worst_shortfall_m": ("distance_ask.worst", 1),
        "depends": ("distance_ask.pairs_depends", 0),
        "sources": ("distance_ask.sources_count", 0),
    },
    "compare": {
        "changed": ("comparison_ask.changed", 0),
        "gained_ha": ("comparison_column.gained_ha", 1),
        "lost_ha": ("comparison_column.lost_ha", 1),
        "noise_ha": ("comparison_column.noise_ha", 2),
        "area_before_ha": ("comparison_column.area_before_ha", 1),
        "area_after_ha": ("comparison_column.area_after_ha", 1),
    },
    "change": {
        "real_ha": ("runs.real_ha", 1),
        "noise_ha": ("runs.noise_ha", 2),
        "unchanged_ha": ("runs.unchanged_ha", 1),
    },
    "absorption": {
        "lost_to_housing_ha": ("absorption_figure.lost", 1),
        "pace_ha_year": ("absorption_figure.pace", 2),
        "closing_ha": ("runs.closing_ha", 1),
        "years_left": ("runs.years_left", 1),
    },
    "candidates": {
        "sites": ("candidate_ask.card_sites", 0),
        "sites_ha": ("candidate_ask.card_sites_ha", 1),
        "left_ha": ("candidate_ask.card_left", 1),
        "taken_ha": ("candidate_ask.card_taken", 1),
        "area_ha": ("candidate_ask.card_area", 1),
        "best_score": ("runs.best_score", 3),
    },
}


def headlines(kind: str, figures: dict[str, float | None], words: Words) -> list[Headline]:
    """Put the figures of a run into words.

    Parameters
    ----------
    kind : str
        Name of the analysis.
    figures : dict of str to float
        As one of the functions here gave them, perhaps long ago: what is not there is left out.
    words : Words

    Returns
    -------
    list of Headline
        The most telling first.

    Examples
    --------
    >>> from maps.words import words
    >>> [(h.label, h.value) for h in headlines("candidates", {"sites": 3.0}, words("en"))]
    [('Sites', '3')]
    """
    shown = _SHOWN.get(kind, {})
    return [
        Headline(name, words(key), words.number(figures[name], digits), figures[name])
        for name, (key, digits) in shown.items()
        if name in figures
    ]


def conflict_figures(answer: ConflictAnswer) -> dict[str, float]:
    """Hectares by answer, each hectare once, and the number of zones.

    Parameters
    ----------
    answer : ConflictAnswer

    Returns
    -------
    dict of str to float
    """
    land = land_totals(answer)
    names = [name for name in _SHOWN["conflicts"] if name != "zones"]
    return {**{name: float(land[name]) for name in names}, "zones": float(len(answer.zones))}


def distance_figures(answer: DistanceAnswer) -> dict[str, float]:
    """Count pairs by answer, and find the worst shortfall.

    Parameters
    ----------
    answer : DistanceAnswer

    Returns
    -------
    dict of str to float
    """
    totals = answer.totals
    return {
        "too_near": float(totals["too_near"].sum()),
        "worst_shortfall_m": float(totals["worst_shortfall_m"].max()),
        "depends": float(totals["depends"].sum()),
        "sources": float(len(totals)),
    }


def comparison_figures(answer: Comparison) -> dict[str, float]:
    """Land before, after and between, and the rows that changed.

    Parameters
    ----------
    answer : Comparison

    Returns
    -------
    dict of str to float
    """
    still = answer.rows["status"].isin(("unchanged", "redrawn"))
    names = [name for name in _SHOWN["compare"] if name != "changed"]
    return {"changed": float((~still).sum()), **{name: float(answer.totals[name]) for name in names}}


def change_figures(answer: ChangeSeries) -> dict[str, float]:
    """Land that changed, was redrawn and stayed, from the first date to the last.

    Parameters
    ----------
    answer : ChangeSeries

    Returns
    -------
    dict of str to float
    """
    sums = summed(answer.overall)
    return {name: float(sums[name]) for name in _SHOWN["change"]}


def absorption_figures(answer: Absorption) -> dict[str, float]:
    """Land lost to housing, its pace, what is left and how long it lasts.

    Parameters
    ----------
    answer : Absorption

    Returns
    -------
    dict of str to float
    """
    left: Any = answer.years_left
    whole = left[left["scope"] == "total"].iloc[0]
    return {name: float(whole[name]) for name in _SHOWN["absorption"]}


def candidate_figures(answer: CandidateAnswer) -> dict[str, float]:
    """Land searched, taken and left; sites, their land and the best score.

    Parameters
    ----------
    answer : CandidateAnswer

    Returns
    -------
    dict of str to float
    """
    found, sites = answer.exclusions, answer.sites
    best = float(sites["score"].max()) if len(sites) else float("nan")
    return {
        "sites": float(len(sites)),
        "sites_ha": float(sites.area.sum()) / 1e4,
        "left_ha": float(found.left_ha),
        "taken_ha": float(found.area_ha - found.left_ha),
        "area_ha": float(found.area_ha),
        "best_score": best,
    }
