"""Questions as JSON and back: what is read is the very question that was written, or a clear error."""

from __future__ import annotations

from dataclasses import MISSING, fields, is_dataclass
from datetime import date
from types import NoneType, UnionType
from typing import Any, Final, Literal, TypeVar, Union, cast, get_args, get_origin, get_type_hints

from layers.errors import QuestionError, ThoCongError
from maps.asking import Question

__all__ = ["plain_question", "question_from"]

_FOLDER: Final = "folder"
_SHOWN: Final = 80
_Q = TypeVar("_Q", bound=Question)


def plain_question(question: Question) -> dict[str, Any]:
    """Write a question as plain values.

    Parameters
    ----------
    question : Question

    Returns
    -------
    dict
        Lists, texts, numbers, true, false and null by the names of its fields; the folder is left out: a
        workspace may be moved or copied.

    Examples
    --------
    >>> from datetime import date
    >>> from maps.change_question import ChangeQuestion
    >>> asked = ChangeQuestion("here", (("land_2020", 1), ("land_2025", 3)), date(2026, 6, 1))
    >>> plain_question(asked)["layers"], plain_question(asked)["on"]
    ([['land_2020', 1], ['land_2025', 3]], '2026-06-01')
    >>> question_from(ChangeQuestion, plain_question(asked), "here") == asked
    True
    """
    return {f.name: _plain(getattr(question, f.name)) for f in fields(question) if f.name != _FOLDER}


def question_from(kind: type[_Q], content: Any, folder: str) -> _Q:
    """Read a question from plain values.

    Parameters
    ----------
    kind : type
        The frozen dataclass of the question.
    content : dict
        From :func:`plain_question`, or whatever else claims to be.
    folder : str
        The workspace it is asked of now.

    Returns
    -------
    Question
        With the key of the one that was written.

    Raises
    ------
    QuestionError
        ``question_unreadable`` for a field that is unknown or missing, or holds what it can't.
    """
    if not isinstance(content, dict):
        raise QuestionError("question_unreadable", field="", found=_short(content))
    question = _built(kind, {**content, _FOLDER: folder}, "")
    return cast("_Q", question)


def _plain(value: Any) -> Any:
    if is_dataclass(value):
        return {f.name: _plain(getattr(value, f.name)) for f in fields(value)}
    if isinstance(value, tuple):
        return [_plain(part) for part in value]
    return value.isoformat() if isinstance(value, date) else value


def _built(kind: type, content: Any, where: str) -> Any:
    """Build a dataclass from a dict, every field looked at."""
    if not isinstance(content, dict):
        raise QuestionError("question_unreadable", field=where, found=_short(content))
    hints = get_type_hints(kind, localns={"date": date})
    known = {f.name: f for f in fields(kind)}
    for name in content:
        if name not in known:
            raise QuestionError("question_unreadable", field=f"{where}{name}", found=_short(content[name]))
    given = {}
    for name, field in known.items():
        if name in content:
            given[name] = _read(hints[name], content[name], f"{where}{name}")
        elif field.default is MISSING and field.default_factory is MISSING:
            raise QuestionError("question_unreadable", field=f"{where}{name}", found=None)
    try:
        return kind(**given)
    except ThoCongError:
        raise
    except (TypeError, ValueError) as error:
        raise QuestionError("question_unreadable", field=where, found=str(error)) from error


def _read(hint: Any, value: Any, where: str) -> Any:
    origin = get_origin(hint)
    if origin in (Union, UnionType):
        return _one_of(get_args(hint), value, where)
    if origin is tuple:
        return _tuple(get_args(hint), value, where)
    if is_dataclass(hint) and isinstance(hint, type):
        return _built(hint, value, f"{where}.")
    fits = value in get_args(hint) if origin is Literal else _fits(hint, value)
    if hint is date and isinstance(value, str):
        try:
            return date.fromisoformat(value)
        except ValueError:
            fits = False
    if not fits:
        raise QuestionError("question_unreadable", field=where, found=_short(value))
    return value


def _fits(hint: Any, value: Any) -> bool:
    if hint is float:  # whole numbers stay as they are: the key of the question tells 1 from 1.0
        return isinstance(value, int | float) and not isinstance(value, bool)
    if hint is int:
        return isinstance(value, int) and not isinstance(value, bool)
    return hint in (str, bool, NoneType) and isinstance(value, hint)


def _one_of(hints: tuple[Any, ...], value: Any, where: str) -> Any:
    for hint in hints:
        try:
            return _read(hint, value, where)
        except QuestionError as error:
            if error.code != "question_unreadable":
                raise
    raise QuestionError("question_unreadable", field=where, found=_short(value))


def _tuple(hints: tuple[Any, ...], value: Any, where: str) -> tuple[Any, ...]:
    if not isinstance(value, list):
        raise QuestionError("question_unreadable", field=where, found=_short(value))
    if hints[-1:] == (Ellipsis,):
        return tuple(_read(hints[0], part, where) for part in value)
    if len(hints) != len(value):
        raise QuestionError("question_unreadable", field=where, found=_short(value))
    return tuple(_read(hint, part, where) for hint, part in zip(hints, value, strict=True))


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
