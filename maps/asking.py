"""What every question and every answer have: a question to compare and to name, an answer with its run."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, fields, replace
from datetime import UTC, datetime
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Protocol, Self

from layers.store import Workspace

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

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

    Each question is a frozen dataclass under this one; layers stand in it as names and versions, each
    version right behind its name in one tuple, and nothing else in it is a text with a whole number behind.

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
        # a field that questions got later leaves the keys of those without it as they were
        late = {field.name for field in fields(self) if field.metadata.get("later")}
        facts = {k: v for k, v in asdict(self).items() if k != "folder" and (v or k not in late)}
        return hashlib.sha256(json.dumps(facts, default=str, sort_keys=True).encode()).hexdigest()[:16]

    @property
    def entries(self) -> tuple[tuple[str, int], ...]:
        """Names and versions of the layers that the question reads, each once, in its order."""
        found = (pair for field in fields(self) for pair in _entries(getattr(self, field.name)))
        return tuple(dict.fromkeys(found))

    def at_versions(self, versions: Mapping[str, int]) -> Self:
        """Ask the same of other versions of the layers.

        Parameters
        ----------
        versions : mapping of str to int
            Layer to version; layers that it doesn't name stay as they are.

        Returns
        -------
        Question
        """
        given = {field.name: getattr(self, field.name) for field in fields(self)}
        return replace(self, **{name: _moved(value, versions) for name, value in given.items()})

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


def _entries(value: Any) -> Iterator[tuple[str, int]]:
    """Names with a version behind, at any depth."""
    if isinstance(value, tuple):
        yield from ((one, two) for one, two in pairwise(value) if _is_entry(one, two))
        for part in value:
            yield from _entries(part)


def _moved(value: Any, versions: Mapping[str, int]) -> Any:
    if not isinstance(value, tuple):
        return value
    parts = list(value)
    for n, (one, two) in enumerate(pairwise(value), start=1):
        if _is_entry(one, two):
            parts[n] = versions.get(one, two)
    return tuple(_moved(part, versions) for part in parts)


def _is_entry(one: Any, two: Any) -> bool:
    return isinstance(one, str) and isinstance(two, int) and not isinstance(two, bool)


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
