"""What every question and every answer have: a question to compare and to name, an answer with its run."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, fields, replace
from datetime import UTC, date, datetime
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Protocol, Self, get_args, get_origin, get_type_hints

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

    Each question is a frozen dataclass under this one; layers stand in it as names and versions, ``str`` with
    ``int`` right behind in the type of a tuple, and nothing else has that type.

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
        hints = _hints(type(self))
        found = (pair for f in fields(self) for pair in _entries(hints[f.name], getattr(self, f.name)))
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
        hints = _hints(type(self))
        given = {f.name: _moved(hints[f.name], getattr(self, f.name), versions) for f in fields(self)}
        return replace(self, **given)

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


def _hints(kind: type) -> dict[str, Any]:
    return get_type_hints(kind, localns={"date": date})


def _parts(hint: Any, value: Any) -> list[tuple[Any, Any]]:
    """Parts of a tuple, each with its type; none for what is no tuple."""
    if not isinstance(value, tuple):
        return []
    hints = next((get_args(h) for h in (hint, *get_args(hint)) if get_origin(h) is tuple), ())
    every = [hints[0]] * len(value) if hints[-1:] == (Ellipsis,) else hints
    return list(zip(every, value, strict=False))


def _entries(hint: Any, value: Any) -> Iterator[tuple[str, int]]:
    """Names with a version behind, at any depth."""
    parts = _parts(hint, value)
    yield from ((one[1], two[1]) for one, two in pairwise(parts) if _is_entry(one[0], two[0]))
    for part in parts:
        yield from _entries(*part)


def _moved(hint: Any, value: Any, versions: Mapping[str, int]) -> Any:
    parts = _parts(hint, value)
    if not parts:
        return value
    out = [_moved(*part, versions) for part in parts]
    for n, (one, two) in enumerate(pairwise(parts), start=1):
        if _is_entry(one[0], two[0]):
            out[n] = versions.get(one[1], two[1])
    return tuple(out)


def _is_entry(one: Any, two: Any) -> bool:
    return one is str and two is int


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
