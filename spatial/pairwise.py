"""Comparisons of criteria two by two: from what somebody said to a matrix, and where it contradicts itself.

The weights themselves come from :func:`spatial.weights.pairwise_weights`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
from scipy.sparse.csgraph import connected_components

from layers.errors import QuestionError
from spatial._limits import WEIGHT_MOST
from spatial.weights import pairwise_weights

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

__all__ = ["CONSISTENT", "Contradiction", "comparison_matrix", "consistency_ratio", "worst_contradiction"]

#: consistency ratio above which comparisons contradict each other too much (Saaty 1980)
CONSISTENT: Final = 0.10
_SAME: Final = 1e-6


@dataclass(frozen=True)
class Contradiction:
    """The comparison that lies farthest from what all the others say together.

    Parameters
    ----------
    first, second : str
        Criteria, the one that the others find more important first.
    stated : float
        How many times more the first was said to matter than the second; below 1 it was said to matter less.
    implied : float
        The same by all the other comparisons, 1 or more.
    """

    first: str
    second: str
    stated: float
    implied: float


def comparison_matrix(
    names: Sequence[str], comparisons: Mapping[tuple[str, str], float]
) -> NDArray[np.float64]:
    """Make the full table of comparisons from those that were stated.

    Parameters
    ----------
    names : sequence of str
        Criteria; the order of rows and columns.
    comparisons : mapping of (str, str) to float
        How many times more the first of a pair matters than the second, positive. Either order of a pair
        will do, and as few pairs as link all criteria.

    Returns
    -------
    numpy.ndarray, shape (n, n)
        Reciprocal. A pair that nobody compared holds the ratio that the stated ones imply.

    Raises
    ------
    QuestionError
        ``comparison_wrong`` for a criterion that isn't asked about, one held against itself, a figure that
        isn't positive, or a pair stated twice with other figures; ``comparison_missing`` where criteria
        aren't linked by any comparison.

    Notes
    -----
    Missing comparisons as Harker (1987, Mathematical Modelling 9(11)): the principal eigenvector of the
    matrix with 0 for a missing pair and 1 plus the number of missing ones on the diagonal.

    Examples
    --------
    >>> said = {("road", "rice"): 3.0, ("rice", "slope"): 2.0}
    >>> comparison_matrix(["road", "rice", "slope"], said).round(6)[0].tolist()
    [1.0, 3.0, 6.0]
    """
    at = {name: n for n, name in enumerate(names)}
    out = np.zeros((len(names), len(names)))
    for (one, other), times in comparisons.items():
        known = one in at and other in at and one != other
        if not known or not 1 / WEIGHT_MOST <= times <= WEIGHT_MOST:
            raise QuestionError("comparison_wrong", found=f"{one}:{other}={times:g}", expected=list(names))
        a, b = at[one], at[other]
        if out[a, b] and abs(out[a, b] / times - 1) > _SAME:
            raise QuestionError("comparison_wrong", found=f"{one}:{other}={times:g}", expected=list(names))
        out[a, b], out[b, a] = times, 1 / times
    np.fill_diagonal(out, 1.0)
    count, group = connected_components(out, directed=False)
    if count > 1:
        apart = [[name for name, g in zip(names, group, strict=True) if g == k] for k in range(count)]
        raise QuestionError("comparison_missing", found=" | ".join(", ".join(part) for part in apart))
    return _filled(out)


def _filled(matrix: NDArray[np.float64]) -> NDArray[np.float64]:
    missing = matrix == 0
    if not missing.any():
        return matrix
    known = matrix.copy()
    np.fill_diagonal(known, 1.0 + missing.sum(axis=1))
    roots, vectors = np.linalg.eig(known)
    share = np.abs(vectors[:, int(np.argmax(roots.real))].real)
    implied: NDArray[np.float64] = np.where(missing, share[:, None] / share[None, :], matrix)
    return implied


def consistency_ratio(names: Sequence[str], comparisons: Mapping[tuple[str, str], float]) -> float:
    """Say how far comparisons contradict each other, however few of the pairs were compared.

    Parameters
    ----------
    names : sequence of str
    comparisons : mapping of (str, str) to float
        As :func:`comparison_matrix` takes them.

    Returns
    -------
    float
        Above 0.10 they contradict each other too much; 0 where there are just enough to link all criteria.

    Raises
    ------
    QuestionError
        As :func:`comparison_matrix` and :func:`spatial.weights.pairwise_weights`.

    Notes
    -----
    Saaty's ratio, its random index shrunk with the number m of pairs that nobody compared, for those
    contradict nothing: by 1 - 2m/((n - 1)(n - 2)). That it shrinks nearly along a line was found by Ágoston
    and Csató (2022, Omega 108).

    Examples
    --------
    >>> said = {("road", "rice"): 3, ("rice", "slope"): 3, ("slope", "road"): 2}
    >>> consistency_ratio(["road", "rice", "slope"], said) > CONSISTENT
    True
    >>> consistency_ratio(["road", "rice", "slope"], {("road", "rice"): 9, ("rice", "slope"): 9})
    0.0
    """
    whole = pairwise_weights(names, comparison_matrix(names, comparisons)).consistency_ratio
    n = len(names)
    stated = len({frozenset(pair) for pair in comparisons})
    circles = (n - 1) * (n - 2) // 2  # ways in which comparisons of n criteria can contradict each other
    left = circles - (n * (n - 1) // 2 - stated)
    return whole * circles / left if left > 0 else 0.0


def worst_contradiction(
    names: Sequence[str], comparisons: Mapping[tuple[str, str], float]
) -> Contradiction | None:
    """Name the comparison that contradicts the others most.

    Parameters
    ----------
    names : sequence of str
    comparisons : mapping of (str, str) to float
        As :func:`comparison_matrix` takes them.

    Returns
    -------
    Contradiction or None
        ``None`` where no comparison contradicts another.

    Raises
    ------
    QuestionError
        As :func:`comparison_matrix`.

    Notes
    -----
    Each comparison is left out in turn and held against what the others imply for its pair; the farthest
    apart, in times, is named. Of several as far apart the weakest statement is, for it is the easiest to
    give up.

    Examples
    --------
    >>> names = ["road", "rice", "slope"]
    >>> said = {("road", "rice"): 3, ("rice", "slope"): 3, ("slope", "road"): 2}
    >>> worst = worst_contradiction(names, said)
    >>> worst.first, worst.second, worst.stated, round(worst.implied, 2)
    ('road', 'slope', 0.5, 9.0)
    """
    comparison_matrix(names, comparisons)
    at = {name: n for n, name in enumerate(names)}
    found = []
    for (one, other), stated in sorted(comparisons.items(), key=lambda item: _pair(item[0], at)):
        rest = {p: times for p, times in comparisons.items() if _pair(p, at) != _pair((one, other), at)}
        try:
            implied = float(comparison_matrix(names, rest)[at[one], at[other]])
        except QuestionError:  # nothing but this comparison links the two
            continue
        off = abs(float(np.log(stated) - np.log(implied)))
        if off > _SAME:
            turned = implied < 1
            pair = (other, one, 1 / stated, 1 / implied) if turned else (one, other, stated, implied)
            found.append((-round(off, 6), round(abs(float(np.log(stated))), 6), Contradiction(*pair)))
    return min(found, key=lambda item: item[:2])[2] if found else None


def _pair(pair: tuple[str, str], at: Mapping[str, int]) -> tuple[int, int]:
    one, other = (at[name] for name in pair)
    return min(one, other), max(one, other)
