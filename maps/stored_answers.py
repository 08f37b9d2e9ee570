"""Answers stored in the workspace: read instead of asked again, where asking would give the same."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import shapely

import layers
import spatial
from layers import reference
from layers.bundle import Unfit, bundle_head, read_bundle, write_bundle
from layers.errors import StoreError, ThoCongError
from maps.analyses import ANALYSES, analysis_of
from maps.answer_records import answer_made, answer_shape, is_answer, record_of
from maps.provinces import units_read
from maps.question_json import plain_question
from maps.search_rasters import raster_versions

if TYPE_CHECKING:
    from layers.store import Workspace
    from maps.asking import Answer, Question

__all__ = ["MOST_BYTES", "StoredAnswer", "StoredAnswers", "engine_version", "keep_answer"]

#: an answer that takes more isn't stored
MOST_BYTES: Final = 256 * 2**20
_FOLDER: Final = "answers"
_NAME: Final = re.compile(r"([a-z]{3,20})-([0-9a-f]{16})\.([0-9a-f]{12})\.answer")
#: what else of `maps` has a say in answers
_BESIDE: Final = ("asking", "criteria", "industry", "provinces", "search_rasters", "site_search", "weighing")
_TEXTS: Final = ("kind", "key", "mark", "asked_at", "rules", "program", "engine", "shape")


@dataclass(frozen=True)
class StoredAnswer:
    """What is known of a stored answer without reading it.

    Parameters
    ----------
    path : pathlib.Path
    bytes : int
    written_ns : int
        When the file was written: tells apart what was answered within one second.
    kind, key : str
        Analysis, and key of the question.
    mark : str
        Of all that the answer depends on besides its question.
    asked_at : str
        When it was answered: UTC, ISO 8601.
    rules, program, engine, shape : str
        Versions of the tables of rules, of the program, of its code, and of the shape of the answer.
    layers : tuple of (str, int)
        What it read.
    """

    path: Path
    bytes: int
    written_ns: int
    kind: str
    key: str
    mark: str
    asked_at: str
    rules: str
    program: str
    engine: str
    shape: str
    layers: tuple[tuple[str, int], ...]

    def record(self) -> dict[str, Any]:
        """Return what is known as plain values.

        Returns
        -------
        dict
        """
        named = {n: getattr(self, n) for n in ("asked_at", "rules", "program", "engine", "shape", "bytes")}
        return {**named, "layers": dict(self.layers)}


class StoredAnswers:
    """The answers that lie in a workspace, one file for each.

    A file is named after its question and after all that the answer depends on besides: tables of rules, code
    of the program, changes on record, units that tell provinces, what is said of its rasters. So an answer
    that is found by its name is the one that asking again would give, and what was answered under other rules
    isn't overwritten.

    Parameters
    ----------
    base : Workspace

    Examples
    --------
    >>> import tempfile
    >>> from layers.store import Workspace
    >>> StoredAnswers(Workspace.create(tempfile.mkdtemp(), crs=5897)).every()
    []
    """

    def __init__(self, base: Workspace) -> None:
        self.base = base
        self.folder = base.folder / _FOLDER

    def mark(self, question: Question) -> str:
        """Name what the answer to a question depends on now, besides the question.

        Parameters
        ----------
        question : Question

        Returns
        -------
        str
            12 hexadecimal digits.
        """
        changes = [r for r in self.base.records("override") if r.get("question") == question.key]
        rasters = raster_versions(self.base) if getattr(question, "rasters", ()) else ()
        beside = [len(changes), units_read(self.base), rasters]
        facts = [answer_shape(), engine_version(), reference.version(), *beside]
        return hashlib.sha256(json.dumps(facts).encode()).hexdigest()[:12]

    def store(self, question: Question, answer: Answer, *, mark: str, most_bytes: int = MOST_BYTES) -> int:
        """Store an answer.

        Parameters
        ----------
        question : Question
        answer : Answer
            Just as the analysis gave it.
        mark : str
            From :meth:`mark`, before the question was asked.
        most_bytes : int

        Returns
        -------
        int
            Bytes.

        Raises
        ------
        StoreError
            ``answer_too_large``, ``answer_unfit``; ``save_failed`` where the disk takes none.
        """
        kind = analysis_of(question).name
        head = {
            "kind": kind,
            "key": question.key,
            "mark": mark,
            "asked_at": answer.run.get("asked_at", ""),
            "rules": reference.version(),
            "program": _program(),
            "engine": engine_version(),
            "shape": answer_shape(),
            "layers": [list(entry) for entry in question.entries],
            "question": plain_question(question),
        }
        path = self._path(question, mark)
        try:
            if not is_answer(answer, kind):
                raise Unfit(type(answer).__name__)  # noqa: TRY301 - one of several ways to be unfit
            return write_bundle(path, answer, head=head, naming=record_of, most_bytes=most_bytes)
        except Unfit as error:
            raise StoreError("answer_unfit", run=f"{kind}-{question.key}", found=str(error)) from error
        except StoreError as error:
            if error.code != "bundle_too_large":
                raise
            most = most_bytes // 2**20
            raise StoreError("answer_too_large", run=f"{kind}-{question.key}", expected=most) from error

    def find(self, question: Question) -> StoredAnswer | None:
        """Find the answer that asking a question now would give.

        Parameters
        ----------
        question : Question

        Returns
        -------
        StoredAnswer or None
        """
        return self._known(self._path(question, self.mark(question)))

    def outdated(self, question: Question) -> list[StoredAnswer]:
        """List the answers to a question that asking now might not give.

        They were given under other rules, by another program, under other changes on record or units.

        Parameters
        ----------
        question : Question

        Returns
        -------
        list of StoredAnswer
            The one answered last first.
        """
        name, mark = (analysis_of(question).name, question.key), self.mark(question)
        return [one for one in self.every() if (one.kind, one.key) == name and one.mark != mark]

    def holds(self, question: Question, stored: StoredAnswer) -> bool:
        """Say whether all that an answer depends on besides its question is still as it was.

        Parameters
        ----------
        question : Question
        stored : StoredAnswer

        Returns
        -------
        bool
        """
        return stored.mark == self.mark(question)

    def every(self) -> list[StoredAnswer]:
        """List all stored answers, the one answered last first; files that can't be read are left out.

        Returns
        -------
        list of StoredAnswer
        """
        known = (self._known(path) for path in self._files())
        found = (one for one in known if one is not None)
        return sorted(found, key=lambda one: (one.asked_at, one.written_ns), reverse=True)

    def read(self, question: Question, stored: StoredAnswer | None = None) -> Any:
        """Read an answer.

        Parameters
        ----------
        question : Question
        stored : StoredAnswer, optional
            Default the one that asking now would give.

        Returns
        -------
        Answer
            Frames, figures and findings equal to what was stored. What isn't stored, because it is made of
            the layers alone, is made when it is asked for.

        Raises
        ------
        StoreError
            ``answer_missing``, ``answer_damaged``; ``answer_other_shape`` for one that this program can't
            show.
        """
        path = self._path(question, self.mark(question)) if stored is None else stored.path
        try:
            return _read(path, question)
        except StoreError as error:
            if error.code == "bundle_missing":
                raise StoreError("answer_missing", file=path.name) from error
            if error.code != "bundle_damaged":
                raise
            raise StoreError("answer_damaged", file=path.name, found=error.fields["found"]) from error

    def drop(self, stored: StoredAnswer) -> None:
        """Remove an answer; it can be asked again.

        Parameters
        ----------
        stored : StoredAnswer
        """
        stored.path.unlink(missing_ok=True)

    def _path(self, question: Question, mark: str) -> Path:
        return self.folder / f"{analysis_of(question).name}-{question.key}.{mark}.answer"

    def _files(self) -> list[Path]:
        try:
            return [path for path in self.folder.iterdir() if _NAME.fullmatch(path.name)]
        except OSError:
            return []

    def _known(self, path: Path) -> StoredAnswer | None:
        """What the head of a file says; None where there is none, or it says what its name doesn't."""
        parts = _NAME.fullmatch(path.name)
        try:
            head, file = bundle_head(path), path.stat()
        except (StoreError, OSError):
            return None
        named = dict(zip(("kind", "key", "mark"), parts.groups() if parts else (), strict=False))
        facts = {name: head.get(name) for name in _TEXTS}
        read = _entries(head.get("layers"))
        texts = all(isinstance(value, str) for value in facts.values())
        if read is None or not texts or facts != {**facts, **named} or named.get("kind") not in ANALYSES:
            return None
        written = {k: str(v) for k, v in facts.items()}
        return StoredAnswer(path, file.st_size, file.st_mtime_ns, layers=read, **written)


def _entries(given: Any) -> tuple[tuple[str, int], ...] | None:
    """Layers and versions that a head names; None where it names something else."""
    if not isinstance(given, list):
        return None
    found = [tuple(one) for one in given if isinstance(one, list) and tuple(map(type, one)) == (str, int)]
    return tuple(found) if len(found) == len(given) else None


def _read(path: Path, question: Question) -> Any:
    """Read a file that says it holds the answer to a question."""
    kind, head = analysis_of(question).name, bundle_head(path)
    if head.get("shape") != answer_shape():
        found = str(head.get("program"))[:40]
        raise StoreError("answer_other_shape", file=path.name, found=found, expected=_program())
    if head.get("question") != json.loads(json.dumps(plain_question(question))):
        raise StoreError("bundle_damaged", file=path.name, found="question")
    answer = read_bundle(path, making=answer_made(question, kind), most_bytes=MOST_BYTES)
    if not is_answer(answer, kind):
        raise StoreError("bundle_damaged", file=path.name, found=kind)
    return answer


def keep_answer(base: Workspace, question: Question, answer: Answer, *, mark: str) -> ThoCongError | None:
    """Store an answer if that can be; what was answered is worth showing either way.

    Parameters
    ----------
    base : Workspace
    question : Question
    answer : Answer
    mark : str
        From :meth:`StoredAnswers.mark`, before the question was asked.

    Returns
    -------
    ThoCongError or None
        Why it isn't stored.
    """
    try:
        StoredAnswers(base).store(question, answer, mark=mark)
    except ThoCongError as error:
        return error
    return None


@cache
def engine_version() -> str:
    """Name the state of the code that answers: other code may give other figures.

    Returns
    -------
    str
        12 hexadecimal digits, over the sources of ``layers`` and ``spatial`` and of the questions, and over
        the versions of what they reckon with.
    """
    libraries = (shapely.__version__, shapely.geos_version_string, np.__version__)
    digest = hashlib.sha256(repr((_program(), *libraries)).encode())
    here = Path(__file__).parent
    homes = [Path(str(package.__file__)).parent for package in (layers, spatial)]
    sources = [path for home in homes for path in home.glob("*.py")]
    sources += [*here.glob("*_question.py"), here / "question.py", here / "drawn_zone.py"]
    sources += [here / f"{name}.py" for name in _BESIDE]
    for path in sorted(sources):
        digest.update(path.name.encode() + b"\0" + path.read_bytes().replace(b"\r\n", b"\n"))
    return digest.hexdigest()[:12]


def _program() -> str:
    try:
        return version("thocong")
    except PackageNotFoundError:
        return "dev"
