"""What answers are made of, by name: how a stored answer is written, and made again of what was read."""

from __future__ import annotations

import hashlib
import json
from dataclasses import fields, is_dataclass
from functools import cache, partial
from threading import RLock
from typing import TYPE_CHECKING, Any, Final, cast

import geopandas as gpd
import pandas as pd

from layers.bundle import BUNDLE_FORM, Unfit
from layers.crosswalk import Crosswalk
from layers.findings import Finding
from layers.grid import Raster, RasterGrid
from maps.candidate_question import CandidateQuestion, basis_again
from maps.change_question import ChangeQuestion, cells_again
from spatial._change_answer import Change
from spatial._tolerance import Suggestion
from spatial.absorption import Absorption
from spatial.candidates import CandidateAnswer
from spatial.change import ChangeSeries
from spatial.compare import Comparison
from spatial.conflicts import ConflictAnswer
from spatial.distances import DistanceAnswer
from spatial.exclusions import ExclusionAnswer
from spatial.judgement import Judgement
from spatial.suitability import Suitability

if TYPE_CHECKING:
    from collections.abc import Callable

    from maps.asking import Question

__all__ = ["Later", "answer_made", "answer_shape", "is_answer", "record_of"]

_ANSWERS: Final[dict[str, type]] = {
    "conflicts": ConflictAnswer,
    "distances": DistanceAnswer,
    "compare": Comparison,
    "change": ChangeSeries,
    "absorption": Absorption,
    "candidates": CandidateAnswer,
}
#: the only things that reading an answer ever makes
_RECORDS: Final[dict[str, type]] = {
    kind.__name__: kind
    for kind in (
        *_ANSWERS.values(),
        *(
            Change,
            Crosswalk,
            ExclusionAnswer,
            Finding,
            Judgement,
            Raster,
            RasterGrid,
            Suggestion,
            Suitability,
        ),
    )
}
#: what of a record isn't written, because it is made again of the layers when it is asked for
_LEFT_OUT: Final = {"Change": ("cells",), "CandidateAnswer": ("basis", "decisions")}
#: how types are written in our dataclasses, and what has to stand there
_LOOKED_AT: Final[tuple[tuple[str, Any], ...]] = (
    ("pd.DataFrame", pd.DataFrame),
    ("gpd.GeoDataFrame", gpd.GeoDataFrame),
    ("pd.Series", pd.Series),
    ("dict", dict),
    ("tuple", tuple),
    ("float", (int, float)),
    ("str", str),
)


class Later:
    """Something that is made when it is first asked for an attribute.

    Parameters
    ----------
    make : callable, optional
        May also be told afterwards.

    Examples
    --------
    >>> number = Later(lambda: 3 + 4j)
    >>> number.real
    3.0
    """

    def __init__(self, make: Callable[[], Any] | None = None) -> None:
        self._make = make
        self._made: Any = None
        self._lock = RLock()

    def told(self, make: Callable[[], Any]) -> None:
        """Take what makes it.

        Parameters
        ----------
        make : callable
        """
        self._make = make

    def __getattr__(self, name: str) -> Any:
        """Make it, and ask it."""
        if name.startswith("__"):
            raise AttributeError(name)
        with self._lock:
            if self._make is not None:
                self._made, self._make = self._make(), None
        return getattr(self._made, name)


def record_of(value: Any) -> tuple[str, dict[str, Any]]:
    """Name a part of an answer and take it apart.

    Parameters
    ----------
    value : object

    Returns
    -------
    str
    dict
        Its fields.

    Raises
    ------
    Unfit
        For what is no part of an answer, and for a search whose sites were decided about: it is no longer the
        answer to its question.

    Examples
    --------
    >>> record_of(Finding("null_geometry", "ccn", "7", "block"))[1]["row"]
    '7'
    """
    name = type(value).__name__
    if _RECORDS.get(name) is not type(value):
        raise Unfit(f"{type(value).__module__}.{name}")
    if isinstance(value, CandidateAnswer):
        if value.decisions is not None:
            raise Unfit("decisions")
        return name, {**_parts(value), "reached": value.basis.reached}
    return name, _parts(value)


def answer_made(question: Question, kind: str) -> Callable[[str, dict[str, Any]], Any]:
    """Return what makes the parts of the answer to a question again.

    Parameters
    ----------
    question : Question
        What isn't stored is made of its layers when it is asked for.
    kind : str
        Name of its analysis.

    Returns
    -------
    callable
        Takes name and fields of a record; ValueError, TypeError or KeyError for what isn't one.
    """

    def make(name: str, given: dict[str, Any]) -> Any:
        record = _RECORDS[name]
        if record in _ANSWERS.values() and name not in _parts_of(kind):
            raise ValueError(name)
        found = _rebuilt(name, dict(given), question)
        _look_at(found)
        return found

    return make


@cache
def answer_shape() -> str:
    """Name the shape of stored answers: other fields have another name.

    Returns
    -------
    str
        12 hexadecimal digits.
    """
    facts = {name: [[f, str(t)] for f, t in _hints(kind).items()] for name, kind in sorted(_RECORDS.items())}
    return hashlib.sha256(json.dumps([BUNDLE_FORM, facts]).encode()).hexdigest()[:12]


def is_answer(answer: Any, kind: str) -> bool:
    """Say whether something is an answer of an analysis.

    Parameters
    ----------
    answer : object
    kind : str
        Name of the analysis.

    Returns
    -------
    bool
    """
    return type(answer) is _ANSWERS[kind]


def _parts_of(kind: str) -> tuple[str, ...]:
    """Answers that may stand in the answer of an analysis."""
    own = _ANSWERS[kind].__name__
    return (own, "ConflictAnswer", "DistanceAnswer") if kind == "candidates" else (own,)


def _rebuilt(name: str, given: dict[str, Any], question: Question) -> Any:
    if name == "Change":
        given["cells"] = Later()
    if name == "CandidateAnswer":
        reached, grid = given.pop("reached"), given["suitability"].score.grid
        asked = cast("CandidateQuestion", question)
        given["basis"] = Later(partial(basis_again, asked, grid, reached))
    found = _RECORDS[name](**given)
    if name == "ChangeSeries":
        _cells_told(found, cast("ChangeQuestion", question))
    return found


def _cells_told(series: ChangeSeries, question: ChangeQuestion) -> None:
    """Tell the cells of every interval which layers they are made of."""
    pairs = [(n, n + 1) for n in range(len(series.intervals))]
    every = [*zip(series.intervals, pairs, strict=True), (series.overall, (0, len(question.layers) - 1))]
    for one, pair in every:
        cast("Any", one.cells).told(partial(cells_again, question, pair))


def _parts(value: Any) -> dict[str, Any]:
    left = _LEFT_OUT.get(type(value).__name__, ())
    return {name: getattr(value, name) for name in _hints(type(value)) if name not in left}


def _hints(kind: type) -> dict[str, str]:
    if is_dataclass(kind):
        return {f.name: str(f.type) for f in fields(kind)}
    return dict.fromkeys(kind._fields, "")  # type: ignore[attr-defined]


def _look_at(found: Any) -> None:
    """Refuse what stands where something else has to."""
    for name, hint in _hints(type(found)).items():
        wanted = next((kind for text, kind in _LOOKED_AT if hint.startswith(text)), None)
        if wanted is None or (hint.endswith("| None") and getattr(found, name) is None):
            continue
        if not isinstance(getattr(found, name), wanted):
            raise TypeError(name)
