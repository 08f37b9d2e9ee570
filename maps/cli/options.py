"""Options that several commands share, read from what the terminal gave."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from layers import parse_source
from layers.causes import Cause
from layers.errors import SourceError
from layers.exchange import parse_exchange
from maps.cli.inputs import Assumptions
from maps.cli.speech import pairs, terminal

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from layers import Source

__all__ = ["assumptions_of", "check_targets", "day_of", "source_asked", "stated_once"]


def day_of(text: str | None) -> date:
    """Read ``--on``.

    Parameters
    ----------
    text : str or None
        ``YYYY-MM-DD``; ``None`` is today.

    Returns
    -------
    datetime.date

    Raises
    ------
    click.BadParameter
        If it is no day.
    """
    if text is None:
        return datetime.now(UTC).astimezone().date()
    try:
        return date.fromisoformat(text)
    except ValueError:
        message = terminal().words("cli.day_expected", found=text)
        raise click.BadParameter(message, param_hint="--on") from None


def source_asked(given: Mapping[str, Any]) -> Source:
    """Read what a command was given about one file.

    Parameters
    ----------
    given : mapping
        Options ``file``, ``layer``, ``assume_crs``, ``read_as``, ``close_m`` and ``exchange``.

    Returns
    -------
    Source

    Raises
    ------
    SourceError
        ``source_missing``.
    QuestionError
        ``exchange_unreadable``.
    """
    asked = parse_source(given["file"])
    layer = given["layer"] or asked.layer
    told = {name: given[name] for name in ("assume_crs", "read_as", "close_m")}
    exchanges = tuple(parse_exchange(one) for one in given["exchange"])
    return replace(asked, layer=layer, exchanges=exchanges, **told)


def check_targets(paths: Iterable[Path], endings: Iterable[str], json_target: str | None = None) -> None:
    """Refuse targets that can't be written, before an hour of work is done for them.

    Parameters
    ----------
    paths : iterable of pathlib.Path
        What ``--out`` gave.
    endings : iterable of str
        Endings that can be written.
    json_target : str, optional
        What ``--json`` gave; ``-`` is standard output.

    Raises
    ------
    SourceError
        ``target_format`` or ``target_unwritable``.
    """
    known = sorted(endings)
    for path in paths:
        if path.suffix.lower() not in known:
            raise SourceError("target_format", path=str(path), found=path.suffix, expected=known)
        _check_place(path)
    if json_target not in (None, "-"):
        _check_place(Path(str(json_target)))


def _check_place(path: Path) -> None:
    cause = ""
    try:
        if not path.parent.is_dir():
            cause = "folder_missing"
        elif path.is_dir():
            cause = "is_folder"
        elif not os.access(path if path.exists() else path.parent, os.W_OK):
            cause = "no_permission"
    except (OSError, ValueError):  # a name that no file can have
        cause = "name_unusable"
    if cause:
        raise SourceError("target_unwritable", path=str(path), found=Cause(cause))


def assumptions_of(given: dict[str, Any]) -> Assumptions:
    """Read ``--where``, ``--crs``, ``--assume-crs`` and ``--extent``.

    Parameters
    ----------
    given : dict
        Options of the command.

    Returns
    -------
    Assumptions

    Raises
    ------
    click.BadParameter
        If one can't be read, or speaks of a kind a second time.
    """
    extent = stated_once(given["extent"], "--extent")
    return Assumptions(_where(given["where"]), _assumed(given), extent)


def stated_once(given: Iterable[str], option: str) -> dict[str, str]:
    """Read ``NAME=VALUE`` options of which each name may stand once.

    Parameters
    ----------
    given : iterable of str
    option : str
        For the message.

    Returns
    -------
    dict of str to str

    Raises
    ------
    click.BadParameter
        If one can't be read, or a name has a second value.
    """
    return _once(pairs(given, option), option)


def _where(given: tuple[str, ...]) -> dict[str, tuple[str, tuple[str, ...]]]:
    out = {}
    for kind, rest in _once(pairs(given, "--where", mark=":"), "--where").items():
        ((column, values),) = pairs([rest], "--where")
        out[kind] = (column, tuple(values.split(",")) if values != "*" else ())
    return out


def _assumed(given: dict[str, Any]) -> dict[str, str]:
    """Systems for files that state none; ``--crs`` stands in for all of them."""
    stated = [(*text.partition("="), text) for text in given["assume_crs"]]
    # the equals sign of "+proj=…" stands after no kind
    named = [(k, code) if mark and k.isidentifier() else ("*", text) for k, mark, code, text in stated]
    out = _once(named, "--assume-crs")
    # a layer of a workspace always has its system: there --crs says only where to measure
    general = {"*": given["crs"]} if given["crs"] and not given["workspace"] else {}
    return {**general, **out}


def _once(given: list[tuple[str, str]], option: str) -> dict[str, str]:
    """Refuse a second word on the same kind: the first would be forgotten without a sound."""
    out: dict[str, str] = {}
    for kind, value in given:
        if kind in out:
            message = terminal().words("cli.given_twice", found=kind)
            raise click.BadParameter(message, param_hint=option)
        out[kind] = value
    return out
