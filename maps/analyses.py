"""The analyses that there are: of each its question, what answers it, its files, its page."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

from layers.errors import QuestionError

if TYPE_CHECKING:
    from collections.abc import Callable

    from maps.asking import Answer, Question
    from maps.export.files import AnswerFiles
    from maps.words import Words

__all__ = ["ANALYSES", "Analysis", "analysis", "analysis_answered_by", "analysis_of"]


@dataclass(frozen=True)
class Analysis:
    """One kind of question. What it needs is imported when it is first used, each by its path.

    Parameters
    ----------
    name : str
        Of its command: ``conflicts``. Runs are called after it.
    question_path, answer_path, files_path, figures_path : str
        ``module:name`` of the frozen dataclass, of what answers it, of its files, of its headline figures.
    page : str
        Of the page that asks it, in the address.
    """

    name: str
    question_path: str
    answer_path: str
    files_path: str
    figures_path: str
    page: str

    @property
    def question(self) -> type[Question]:
        """The frozen dataclass of the question."""
        found: type[Question] = _named(self.question_path)
        return found

    def answer(self, question: Question, *, progress: Callable[[int, int, str], None] | None = None) -> Any:
        """Answer a question.

        Parameters
        ----------
        question : Question
        progress : callable, optional

        Returns
        -------
        Answer

        Raises
        ------
        ThoCongError
            As the function that answers it.
        """
        return _named(self.answer_path)(question, progress=progress)

    @property
    def endings(self) -> tuple[str, ...]:
        """Endings of the files that an answer can be written to."""
        found: tuple[str, ...] = _named(self.files_path).endings
        return found

    def files(self, answer: Answer, words: Words) -> AnswerFiles[Any]:
        """Return what an answer gives to files.

        Parameters
        ----------
        answer : Answer
        words : Words

        Returns
        -------
        AnswerFiles
        """
        # of several dates, files hold what came between the first and the last
        found: AnswerFiles[Any] = _named(self.files_path)(getattr(answer, "overall", answer), words)
        return found

    def figures(self, answer: Answer) -> dict[str, float]:
        """Return the headline figures of an answer.

        Parameters
        ----------
        answer : Answer

        Returns
        -------
        dict of str to float
        """
        found: dict[str, float] = _named(self.figures_path)(answer)
        return found


#: module and names of the question, of what answers it, of its files and its figures; its page
_TABLE: Final = {
    "conflicts": (
        ("question", "ConflictQuestion", "answer_question"),
        ("answer:ConflictFiles", "conflict_figures", "xung-dot"),
    ),
    "distances": (
        ("distance_question", "DistanceQuestion", "answer_distances"),
        ("distances:DistanceFiles", "distance_figures", "khoang-cach"),
    ),
    "compare": (
        ("comparison_question", "ComparisonQuestion", "answer_comparison"),
        ("comparison:ComparisonFiles", "comparison_figures", "so-sanh-ky"),
    ),
    "change": (
        ("change_question", "ChangeQuestion", "answer_change"),
        ("change:ChangeFiles", "change_figures", "bien-dong"),
    ),
    "absorption": (
        ("absorption_question", "AbsorptionAsked", "answer_absorption"),
        ("absorption:AbsorptionFiles", "absorption_figures", "dat-bi-hap-thu"),
    ),
    "candidates": (
        ("candidate_question", "CandidateQuestion", "answer_candidates"),
        ("candidates:CandidateFiles", "candidate_figures", "chon-dia-diem"),
    ),
}
ANALYSES: Final = {
    name: Analysis(
        name,
        f"maps.{module}:{question}",
        f"maps.{module}:{answer}",
        f"maps.export.{files}",
        f"maps.headlines:{figures}",
        page,
    )
    for name, ((module, question, answer), (files, figures, page)) in _TABLE.items()
}


def analysis(name: str) -> Analysis:
    """Find an analysis by its name.

    Parameters
    ----------
    name : str

    Returns
    -------
    Analysis

    Raises
    ------
    QuestionError
        ``analysis_unknown``.

    Examples
    --------
    >>> analysis("compare").question.__name__
    'ComparisonQuestion'
    """
    if name not in ANALYSES:
        raise QuestionError("analysis_unknown", found=name[:80], expected=list(ANALYSES))
    return ANALYSES[name]


def analysis_of(question: Question) -> Analysis:
    """Find the analysis that a question belongs to.

    Parameters
    ----------
    question : Question

    Returns
    -------
    Analysis

    Raises
    ------
    QuestionError
        ``analysis_unknown``.
    """
    kind = type(question)
    for one in ANALYSES.values():
        if one.question_path == f"{kind.__module__}:{kind.__qualname__}":
            return one
    raise QuestionError("analysis_unknown", found=kind.__name__, expected=list(ANALYSES))


def analysis_answered_by(answer: Callable[..., Any]) -> Analysis:
    """Find the analysis whose questions a function answers.

    Parameters
    ----------
    answer : callable

    Returns
    -------
    Analysis

    Raises
    ------
    QuestionError
        ``analysis_unknown``.
    """
    path = f"{answer.__module__}:{answer.__qualname__}"
    for one in ANALYSES.values():
        if one.answer_path == path:
            return one
    raise QuestionError("analysis_unknown", found=path, expected=list(ANALYSES))


def _named(path: str) -> Any:
    module, _, name = path.partition(":")
    return getattr(import_module(module), name)
