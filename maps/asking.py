"""What every question and every answer have: a question to compare and to name, an answer with its run."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Protocol

from layers.store import Workspace

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from layers import Finding, Layer

__all__ = ["Answer", "Question", "stamp"]


class Answer(Protocol):
    """What the shared parts of pages, files and terminal need of an answer, whatever was asked."""

    @property
    def run(self) -> dict[str, Any]:
        """From :func:`spatial._run.run_facts`, with what the question adds."""

    @property
    def findings(self) -> Sequence[Finding]:
        """What should be known about the inputs."""


@dataclass(frozen=True)
class Question:
    """What was asked of a workspace, frozen: equal questions have equal answers.

    Each question is a frozen dataclass under this one; layers stand in it as names and versions.

    Parameters
    ----------
    folder : str
        The workspace.

    Examples
    --------
    >>> Question("here").key == Question("elsewhere").key
    True
    """

    folder: str

    @property
    def key(self) -> str:
        """Short identity of the question, the same in every session; the folder doesn't count."""
        facts = {k: v for k, v in asdict(self).items() if k != "folder"}
        return hashlib.sha256(json.dumps(facts, default=str, sort_keys=True).encode()).hexdigest()[:16]

    def load(self, entries: Iterable[tuple[str, int]]) -> list[Layer]:
        """Read layers of the workspace.

        Parameters
        ----------
        entries : iterable of (str, int)
            Names and versions.

        Returns
        -------
        list of Layer

        Raises
        ------
        ThoCongError
            As :meth:`layers.store.Workspace.load`.
        """
        base = Workspace(self.folder)
        return [base.load(name, version) for name, version in entries]


def stamp(answer: Answer, question: Question | None = None) -> None:
    """Note in the run of an answer when it was asked, and which question it answers.

    Parameters
    ----------
    answer : Answer
        Its ``run`` gets ``asked_at`` and ``question``.
    question : Question, optional
        None where the layers came from files.
    """
    answer.run["asked_at"] = datetime.now(UTC).isoformat(timespec="seconds")
    if question is not None:
        answer.run["question"] = question.key
