"""Options that several commands share, read from what the terminal gave."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import click

from maps.cli.inputs import Assumptions
from maps.cli.speech import T, pairs

__all__ = ["assumptions_of", "day_of"]


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
        raise click.BadParameter(T("cli.day_expected", found=text), param_hint="--on") from None


def assumptions_of(given: dict[str, Any]) -> Assumptions:
    """Read ``--where``, ``--crs``, ``--assume-crs`` and ``--extent``.

    Parameters
    ----------
    given : dict
        Options of the command.

    Returns
    -------
    Assumptions
    """
    return Assumptions(_where(given["where"]), _assumed(given), dict(pairs(given["extent"], "--extent")))


def _where(given: tuple[str, ...]) -> dict[str, tuple[str, tuple[str, ...]]]:
    out = {}
    for kind, rest in pairs(given, "--where", mark=":"):
        ((column, values),) = pairs([rest], "--where")
        out[kind] = (column, tuple(values.split(",")) if values != "*" else ())
    return out


def _assumed(given: dict[str, Any]) -> dict[str, str]:
    """Systems for files that state none; ``--crs`` stands in for all of them."""
    out = {"*": given["crs"]} if given["crs"] else {}
    for text in given["assume_crs"]:
        kind, mark, code = text.partition("=")
        out[kind if mark else "*"] = code if mark else text
    return out
