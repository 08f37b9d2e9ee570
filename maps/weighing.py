"""Weights of criteria by comparing them two by two, as pages and terminal ask for them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from layers import Finding
from layers.errors import QuestionError
from spatial.pairwise import (
    CONSISTENT,
    Contradiction,
    comparison_matrix,
    consistency_ratio,
    worst_contradiction,
)
from spatial.weights import PairwiseWeights, pairwise_weights

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from spatial.suitability import Criterion

    Comparisons = Mapping[tuple[str, str], float]

__all__ = ["Weighing", "compared_weights", "comparison_of", "times_of", "weighed"]


@dataclass(frozen=True)
class Weighing:
    """Weights from comparisons, and how far those contradict themselves.

    Parameters
    ----------
    found : PairwiseWeights
    matrix : list of list of float
        In the order of the weights.
    stated : dict of (str, str) to float
    ratio : float
        Consistency ratio, for as many pairs as were compared.
    worst : Contradiction or None
    """

    found: PairwiseWeights
    matrix: list[list[float]]
    stated: dict[tuple[str, str], float]
    ratio: float
    worst: Contradiction | None

    @property
    def consistent(self) -> bool:
        """Whether the consistency ratio is no more than 0.10."""
        return self.ratio <= CONSISTENT

    def facts(self) -> dict[str, Any]:
        """Return what a run notes of it.

        Returns
        -------
        dict
            ``consistency_ratio, consistent, comparisons, matrix, worst``.
        """
        worst = self.worst
        return {
            "consistency_ratio": self.ratio,
            "consistent": self.consistent,
            "comparisons": [[a, b, times] for (a, b), times in self.stated.items()],
            "matrix": self.matrix,
            "worst": [worst.first, worst.second, worst.stated, worst.implied] if worst else None,
        }

    def findings(self, layer: str) -> list[Finding]:
        """Warn of comparisons that contradict each other too much.

        Parameters
        ----------
        layer : str
            Name of the area of search.

        Returns
        -------
        list of Finding
            ``pairwise_inconsistent`` or nothing.
        """
        if self.consistent or self.worst is None:
            return []
        fields = {
            "ratio": self.ratio,
            "criterion": [self.worst.first, self.worst.second],
            "stated": self.worst.stated,
            "implied": self.worst.implied,
        }
        return [Finding("pairwise_inconsistent", layer, None, "warn", fields)]


def compared_weights(names: Sequence[str], comparisons: Comparisons) -> Weighing:
    """Find the weights that comparisons stand for.

    Parameters
    ----------
    names : sequence of str
        Criteria.
    comparisons : mapping of (str, str) to float
        As :func:`spatial.pairwise.comparison_matrix` takes them.

    Returns
    -------
    Weighing

    Raises
    ------
    QuestionError
        ``comparison_wrong``, ``comparison_missing`` or ``pairwise_wrong`` (more than fifteen criteria).
    """
    ordered = sorted(names)
    matrix = comparison_matrix(ordered, comparisons)
    found = pairwise_weights(ordered, matrix)
    ratio, worst = consistency_ratio(ordered, comparisons), worst_contradiction(ordered, comparisons)
    return Weighing(found, matrix.tolist(), dict(comparisons), ratio, worst)


def weighed(criteria: Sequence[Criterion], weighing: Weighing | None) -> list[Criterion]:
    """Give criteria the weights of comparisons.

    Parameters
    ----------
    criteria : sequence of Criterion
    weighing : Weighing or None
        None leaves them as they are.

    Returns
    -------
    list of Criterion
    """
    if weighing is None:
        return list(criteria)
    return [replace(c, weight=weighing.found.weights[c.name]) for c in criteria]


def times_of(text: str) -> float:
    """Read how many times more something matters: ``3``, ``1/3`` or ``0,333``.

    Parameters
    ----------
    text : str

    Returns
    -------
    float

    Raises
    ------
    QuestionError
        ``comparison_unreadable``.

    Examples
    --------
    >>> times_of("1/4"), times_of("0,5")
    (0.25, 0.5)
    """
    top, mark, bottom = text.strip().replace(",", ".").partition("/")
    try:
        return float(top) / float(bottom) if mark else float(top)
    except (ValueError, ZeroDivisionError) as error:
        raise QuestionError("comparison_unreadable", found=text, expected="A:B=3") from error


def comparison_of(text: str) -> tuple[tuple[str, str], float]:
    """Read ``A:B=3``: A matters three times as much as B.

    Parameters
    ----------
    text : str

    Returns
    -------
    (str, str)
        The pair.
    float

    Raises
    ------
    QuestionError
        ``comparison_unreadable``.

    Examples
    --------
    >>> comparison_of("main_road:rice_land=1/3")[0]
    ('main_road', 'rice_land')
    """
    pair, mark, times = text.partition("=")
    one, colon, other = (part.strip() for part in pair.partition(":"))
    if not (mark and colon and one and other):
        raise QuestionError("comparison_unreadable", found=text, expected="A:B=3")
    return (one, other), times_of(times)
