"""Runs: answered questions kept in the workspace, to be found, opened, asked again and added to."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from math import isfinite
from typing import TYPE_CHECKING, Any, Final

from layers.errors import QuestionError, StoreError, ThoCongError
from layers.reference import version as rules_version
from maps._run_content import require_run
from maps.analyses import analysis, analysis_of
from maps.question_json import plain_question, question_from

if TYPE_CHECKING:
    from collections.abc import Mapping

    from layers.store import Entry, Workspace
    from maps.asking import Answer, Question

__all__ = ["Run", "Runs"]

_KIND: Final = "run"
#: what of the facts of an answer is kept of every layer
_FACTS: Final = ("role", "name", "kind", "period", "source", "sha256", "decision", "rows", "made")
_LONGEST: Final = 200
_LONGEST_NOTE: Final = 4_000


@dataclass(frozen=True)
class Run:
    """An answered question, as it was kept.

    Parameters
    ----------
    id : str
        ``conflicts-7``: the analysis, and a number in this workspace. It never changes.
    kind : str
        Name of the analysis.
    question : Question
        The very question: same settings, same versions of layers.
    key : str
        Key that the question had when it was kept.
    title, note : str
        What somebody called it, and wrote of it.
    layers : tuple of dict
        Of each layer: ``role, name, kind, period, source, sha256, decision, rows, made``, and ``version``
        where the workspace has it.
    facts : dict
        ``rule_version, on, crs, periods, made`` of the answer.
    figures : dict of str to float
        Headline figures; None where there was no such figure.
    asked_at, kept_at, changed_at : str
        When the question was answered, kept, and the run last added to: UTC, ISO 8601.
    extra : dict
        What the analysis wants to keep besides, such as decisions about sites: plain values.
    form : dict
        What stood in the widgets of the page; empty where it was asked elsewhere.
    version : int
        1 when it was kept, one more with every change.
    """

    id: str
    kind: str
    question: Question
    key: str
    title: str
    note: str
    layers: tuple[dict[str, Any], ...]
    facts: dict[str, Any]
    figures: dict[str, float | None]
    asked_at: str
    kept_at: str
    changed_at: str
    extra: dict[str, Any] = field(default_factory=dict)
    form: dict[str, Any] = field(default_factory=dict)
    version: int = 1

    def record(self) -> dict[str, Any]:
        """Return the run as plain values, for JSON.

        Returns
        -------
        dict
        """
        named = {n: getattr(self, n) for n in ("id", "kind", "title", "note", "key", "version")}
        times = {n: getattr(self, n) for n in ("asked_at", "kept_at", "changed_at")}
        return {
            **named,
            **times,
            **self.facts,
            "question": plain_question(self.question),
            "layers": list(self.layers),
            "figures": self.figures,
            "extra": self.extra,
        }


class Runs:
    """The runs of a workspace.

    Parameters
    ----------
    base : Workspace

    Examples
    --------
    >>> import tempfile
    >>> from layers.store import Workspace
    >>> runs = Runs(Workspace.create(tempfile.mkdtemp(), crs=5897))
    >>> runs.listed()
    []
    """

    def __init__(self, base: Workspace) -> None:
        self.base = base

    def keep(
        self,
        question: Question,
        answer: Answer,
        *,
        title: str = "",
        note: str = "",
        extra: Mapping[str, Any] | None = None,
        form: Mapping[str, Any] | None = None,
    ) -> Run:
        """Keep an answered question.

        Parameters
        ----------
        question : Question
        answer : Answer
            Its answer.
        title, note : str
        extra : mapping, optional
            Plain values that the analysis wants to keep with it; a number that is none becomes null.
        form : mapping, optional
            What stands in the widgets of the page; plain values.

        Returns
        -------
        Run
            With its id.

        Raises
        ------
        StoreError
            ``save_failed``, ``workspace_unwritable`` or ``workspace_busy``.
        QuestionError
            ``run_text_too_long``.
        """
        kind = analysis_of(question)
        facts = {name: answer.run.get(name) for name in ("rule_version", "on", "crs", "periods", "made")}
        content = {
            "title": _checked(title, _LONGEST),
            "note": _checked(note, _LONGEST_NOTE),
            "key": question.key,
            "question": plain_question(question),
            "layers": _layers(question, answer),
            "facts": facts,
            "figures": _finite(kind.figures(answer)),
            "asked_at": answer.run.get("asked_at", ""),
            "extra": _finite(dict(extra or {})),
            "form": _finite(dict(form or {})),
        }
        return self._run(self.base.entries.add(_KIND, kind.name, content))

    def open(self, name: str, version: int | None = None) -> Run:
        """Open a run.

        Parameters
        ----------
        name : str
            Its id.
        version : int, optional
            As it was before later changes; default the newest.

        Returns
        -------
        Run

        Raises
        ------
        StoreError
            ``run_unknown``; ``workspace_damaged`` where what is kept can't be read.
        QuestionError
            ``question_unreadable``: a question that this version of the program can't ask.
        """
        try:
            return self._run(self.base.entries.get(_KIND, name, version))
        except StoreError as error:
            if error.code != "entry_unknown":
                raise
            known = error.fields["expected"][:12]
            raise StoreError("run_unknown", found=name[:80], version=version, expected=known) from None

    def listed(self, kind: str | None = None) -> list[Run]:
        """List the runs, the one kept last first.

        Parameters
        ----------
        kind : str, optional
            Name of an analysis; default all.

        Returns
        -------
        list of Run
            Those that this version of the program can ask again; :meth:`unreadable` has the others.

        Raises
        ------
        QuestionError
            ``analysis_unknown``.
        """
        wanted = analysis(kind).name if kind is not None else None
        found = (run for run, _ in self._every() if run is not None)
        return [run for run in found if wanted in (None, run.kind)]

    def unreadable(self) -> list[tuple[str, ThoCongError]]:
        """List the runs whose question can't be read, each with why.

        Returns
        -------
        list of (str, ThoCongError)
        """
        return [error for _, error in self._every() if error is not None]

    def amend(
        self,
        name: str,
        *,
        expected_version: int,
        title: str | None = None,
        note: str | None = None,
        extra: Mapping[str, Any] | None = None,
        answer: Answer | None = None,
    ) -> Run:
        """Change what is written of a run; question and layers stay for ever.

        Parameters
        ----------
        name : str
        expected_version : int
            The version that the caller worked from.
        title, note : str, optional
            Default as they are.
        extra : mapping, optional
            Replaces the kept one as a whole; default as it is.
        answer : Answer, optional
            The answer with what was decided since: its headline figures replace the kept ones.

        Returns
        -------
        Run
            Of the next version; earlier ones stay, :meth:`open` reads them.

        Raises
        ------
        StoreError
            ``run_conflict`` if somebody else changed the run meanwhile: what they wrote stays, and nothing
            of this change is written; ``run_unknown``.
        QuestionError
            ``run_text_too_long``.
        """
        before = analysis(self.open(name).kind)
        content = self.base.entries.get(_KIND, name).content
        given = {
            "title": None if title is None else _checked(title, _LONGEST),
            "note": None if note is None else _checked(note, _LONGEST_NOTE),
            "extra": None if extra is None else _finite(dict(extra)),
            "figures": None if answer is None else _finite(before.figures(answer)),
        }
        changed = {**content, **{key: value for key, value in given.items() if value is not None}}
        try:
            entry = self.base.entries.put(_KIND, name, changed, expected=expected_version)
        except StoreError as error:
            if error.code != "entry_conflict":
                raise
            found = error.fields["found"]
            raise StoreError("run_conflict", run=name, expected=expected_version, found=found) from None
        return self._run(entry)

    def of_question(self, question: Question) -> Run | None:
        """Find the run in which a question was kept last.

        Parameters
        ----------
        question : Question

        Returns
        -------
        Run or None
        """
        kind = analysis_of(question).name
        return next((run for run in self.listed(kind) if run.question.key == question.key), None)

    def newer(self, question: Question) -> dict[str, tuple[int, int]]:
        """Find the layers of a question that have newer versions now.

        Parameters
        ----------
        question : Question

        Returns
        -------
        dict of str to (int, int)
                Layer to the version that was read and the current one; a layer that the question reads in two
            versions is left out, they are what it asks about.
        """
        heads = {v.layer: v.version for v in self.base.layers()}
        often = Counter(layer for layer, _ in question.entries)
        read = [(layer, then) for layer, then in question.entries if often[layer] == 1]
        return {layer: (then, heads[layer]) for layer, then in read if heads.get(layer, then) != then}

    def newest(self, question: Question) -> Question:
        """Ask the same of the newest versions of its layers.

        Parameters
        ----------
        question : Question

        Returns
        -------
        Question
        """
        return question.at_versions({layer: now for layer, (_, now) in self.newer(question).items()})

    def rules_changed(self, run: Run) -> tuple[str, str] | None:
        """Say whether the tables of rules are other ones now.

        Parameters
        ----------
        run : Run

        Returns
        -------
        tuple of str or None
            Their version then and now.
        """
        then, now = str(run.facts.get("rule_version") or ""), rules_version()
        return (then, now) if then and then != now else None

    def _every(self) -> list[tuple[Run | None, tuple[str, ThoCongError] | None]]:
        out: list[tuple[Run | None, tuple[str, ThoCongError] | None]] = []
        for entry in self.base.entries.newest(_KIND):
            try:
                out.append((self._run(entry), None))
            except ThoCongError as error:
                out.append((None, (entry.id, error)))
        return out

    def _run(self, entry: Entry) -> Run:
        content = entry.content
        kind = analysis(entry.id.rpartition("-")[0])
        try:
            require_run(content)
            given = {n: content[n] for n in ("key", "title", "note", "facts", "figures", "asked_at", "extra")}
            return Run(
                id=entry.id,
                kind=kind.name,
                question=question_from(kind.question, content["question"], str(self.base.folder)),
                layers=tuple(content["layers"]),
                kept_at=entry.at,
                changed_at=entry.changed_at,
                version=entry.version,
                form=content.get("form", {}),
                **given,
            )
        except (KeyError, TypeError) as error:
            raise StoreError("workspace_damaged", path=str(self.base.folder), found=entry.id) from error


def _layers(question: Question, answer: Answer) -> list[dict[str, Any]]:
    versions: dict[str, list[int]] = {}
    for name, number in question.entries:
        versions.setdefault(name, []).append(number)
    out = []
    for layer in answer.run["layers"]:
        # a layer that stands in two roles is read in one version, one asked about in two has one in each
        mine = versions.get(layer["name"], [])
        version: int | None = mine.pop(0) if len(mine) > 1 else next(iter(mine), None)
        out.append({**{name: layer.get(name) for name in _FACTS}, "version": version})
    return out


def _checked(text: str, longest: int) -> str:
    if len(text) > longest:
        raise QuestionError("run_text_too_long", found=len(text), expected=longest)
    return text.strip()


def _finite(value: Any) -> Any:
    """Plain values that JSON can hold."""
    if isinstance(value, dict):
        return {str(key): _finite(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(part) for part in value]
    return None if isinstance(value, float) and not isfinite(value) else value
