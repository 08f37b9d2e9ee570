"""Weights of criteria: normalised, from pairwise comparison, and how sites rank when weights move."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from layers.errors import QuestionError
from spatial._limits import WEIGHT_MOST

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

__all__ = ["PairwiseWeights", "normal_weights", "pairwise_weights", "rank_ranges", "topsis_scores"]

#: random indices of Saaty (1980) for matrices of size 1 to 15
_RANDOM: Final = (0, 0, 0.58, 0.90, 1.12, 1.24, 1.32, 1.41, 1.45, 1.49, 1.51, 1.48, 1.56, 1.57, 1.59)
_RECIPROCAL: Final = 1e-6


def normal_weights(weights: Mapping[str, float]) -> dict[str, float]:
    """Scale weights so that they add up to one.

    Parameters
    ----------
    weights : mapping of str to float
        Not negative.

    Returns
    -------
    dict of str to float

    Raises
    ------
    QuestionError
        ``weights_zero`` where all are zero or there are none, ``weight_wrong`` for one that is negative,
        above a million or no number.

    Examples
    --------
    >>> normal_weights({"road": 3, "rice_land": 1})
    {'road': 0.75, 'rice_land': 0.25}
    """
    for name, weight in weights.items():
        if not 0 <= weight <= WEIGHT_MOST:
            raise QuestionError("weight_wrong", found=float(weight), criterion=name)
    total = float(sum(weights.values()))
    if total <= 0:
        raise QuestionError("weights_zero", criterion=list(weights))
    return {name: float(weight) / total for name, weight in weights.items()}


@dataclass(frozen=True)
class PairwiseWeights:
    """Weights from comparing criteria two by two.

    Parameters
    ----------
    weights : dict of str to float
        Adding up to one.
    consistency_ratio : float
        Of Saaty: above 0.1 the comparisons contradict each other too much to be used as they are.
    """

    weights: dict[str, float]
    consistency_ratio: float


def pairwise_weights(names: Sequence[str], matrix: NDArray[np.float64]) -> PairwiseWeights:
    """Find the weights that a table of comparisons stands for.

    Parameters
    ----------
    names : sequence of str
        Criteria, up to fifteen.
    matrix : numpy.ndarray, shape (n, n)
        How many times more the criterion of the row matters than that of the column; reciprocal.

    Returns
    -------
    PairwiseWeights

    Raises
    ------
    QuestionError
        ``pairwise_wrong`` for a matrix of another size, one with a number that isn't positive, or one
        whose two halves contradict each other.

    Notes
    -----
    Analytic hierarchy process (Saaty 1980): the principal eigenvector, and (λ - n)/(n - 1) over the
    random index of the size.

    Examples
    --------
    >>> found = pairwise_weights(["road", "rice"], np.array([[1, 3], [1 / 3, 1]]))
    >>> {name: round(weight, 6) for name, weight in found.weights.items()}, found.consistency_ratio
    ({'road': 0.75, 'rice': 0.25}, 0.0)
    """
    n = len(names)
    values = np.asarray(matrix, dtype=float)
    sized = values.shape == (n, n) and 0 < n <= len(_RANDOM)
    if not sized or not (np.isfinite(values).all() and (values > 0).all()):
        raise QuestionError("pairwise_wrong", found=str(values.tolist()), expected=n)
    if np.abs(values * values.T - 1).max() > _RECIPROCAL:
        raise QuestionError("pairwise_wrong", found=str(values.tolist()), expected=n)
    roots, vectors = np.linalg.eig(values)
    first = int(np.argmax(roots.real))
    share = np.abs(vectors[:, first].real)
    index = (float(roots[first].real) - n) / (n - 1) if n > 1 else 0.0
    ratio = max(index, 0.0) / _RANDOM[n - 1] if _RANDOM[n - 1] else 0.0
    weights = dict(zip(names, (share / share.sum()).tolist(), strict=True))
    return PairwiseWeights(weights, round(ratio, 12))


def rank_ranges(
    values: pd.DataFrame, weights: Mapping[str, float], *, draws: int, seed: int, share: float, top: int
) -> pd.DataFrame:
    """Rank alternatives again and again while every weight moves.

    Parameters
    ----------
    values : pandas.DataFrame
        One row per alternative, one column per criterion, scores 0 to 1.
    weights : mapping of str to float
        For each column, adding up to one.
    draws : int
    seed : int
        The same seed gives the same draws.
    share : float
        How far each weight moves up or down, such as 0.2; the moved weights are normalised again.
    top : int
        How many count as the best.

    Returns
    -------
    pandas.DataFrame
        Index of `values`; ``rank`` with the weights as given, ``rank_low`` (best) and ``rank_high`` over
        all draws, ``top_share`` (part of the draws in which it is among the `top` best). Equal scores
        rank in the order of the rows.

    Examples
    --------
    >>> sites = pd.DataFrame({"road": [0.9, 0.2, 0.5], "rice": [0.2, 0.8, 0.45]}, index=["A", "B", "C"])
    >>> found = rank_ranges(sites, {"road": 0.5, "rice": 0.5}, draws=200, seed=1, share=0.2, top=1)
    >>> found[["rank", "rank_low", "rank_high"]].values.tolist()
    [[1, 1, 2], [2, 1, 3], [3, 2, 3]]
    """
    table = values.to_numpy(dtype=float)
    given = np.array([weights[str(name)] for name in values.columns])
    moved = given * np.random.default_rng(seed).uniform(1 - share, 1 + share, (max(draws, 1), len(given)))
    moved /= moved.sum(axis=1, keepdims=True)
    own = _ranks((table @ given)[None, :])[0]
    every = _ranks(moved @ table.T)
    every = np.vstack([every, own])
    return pd.DataFrame(
        {
            "rank": own,
            "rank_low": every.min(axis=0),
            "rank_high": every.max(axis=0),
            "top_share": (every[:-1] <= top).mean(axis=0),
        },
        index=values.index,
    )


def _ranks(scores: NDArray[np.float64]) -> NDArray[np.int64]:
    """Rank each row, 1 for the highest; scores equal to nine digits keep the order of the columns."""
    order = np.argsort(-np.round(scores, 9), axis=1, kind="stable")
    out = np.empty(scores.shape, dtype=np.int64)
    np.put_along_axis(out, order, np.arange(1, scores.shape[1] + 1)[None, :], axis=1)
    return out


def topsis_scores(values: pd.DataFrame, weights: Mapping[str, float]) -> pd.Series:
    """Score alternatives by how near they are to the best of each criterion and how far from the worst.

    Parameters
    ----------
    values : pandas.DataFrame
        As for :func:`rank_ranges`: more is better in every column.
    weights : mapping of str to float

    Returns
    -------
    pandas.Series
        0 to 1, index of `values`; 1 everywhere where the alternatives don't differ.

    Notes
    -----
    TOPSIS (Hwang and Yoon 1981) as the package pymcdm reckons it, each column scaled between its least
    and its greatest; columns in which the alternatives don't differ have no say.

    Examples
    --------
    >>> sites = pd.DataFrame({"road": [1.0, 0.0], "rice": [0.9, 0.2]}, index=["A", "B"])
    >>> topsis_scores(sites, {"road": 0.5, "rice": 0.5}).to_dict()
    {'A': 1.0, 'B': 0.0}
    """
    from pymcdm.methods import TOPSIS  # noqa: PLC0415 - brings matplotlib along

    spread = np.ptp(values.to_numpy(dtype=float), axis=0) if len(values) else np.zeros(len(values.columns))
    differing = [c for c, width in zip(values, spread, strict=True) if width > 0 and weights[str(c)] > 0]
    if not differing:
        return pd.Series(1.0, index=values.index)
    share = np.array([weights[str(name)] for name in differing])
    table = values[differing].to_numpy(dtype=float)
    scores = TOPSIS()(table, share / share.sum(), np.ones(len(differing)), validation=False)
    return pd.Series(np.asarray(scores, dtype=float), index=values.index)
