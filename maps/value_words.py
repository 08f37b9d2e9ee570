"""Value functions for people: a sentence, a small curve, and corners that can be moved."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

from layers import reference
from maps.criteria import in_minutes
from spatial.value_functions import ValueFunction, parse_value_function

if TYPE_CHECKING:
    from collections.abc import Sequence

    from maps.words import Words

__all__ = ["function_curve", "function_of", "function_sentence", "measure_unit", "stated_unit", "unit_name"]

_SHARE: Final = "share"
#: as files write units whose name the page has, in small letters
_STATED: Final = {
    **dict.fromkeys(("m", "metre", "metres", "meter", "meters"), "m"),
    **dict.fromkeys(("km", "kilometre", "kilometres", "kilometer", "kilometers"), "km"),
    **dict.fromkeys(("°", "deg", "degree", "degrees"), "degrees"),
    **dict.fromkeys(("%", "percent", "per cent"), "share"),
}
_BELL_STEPS: Final = 40
_BELL_WIDTHS: Final = 3.0
_LINE: Final = "#1d4ed8"


def measure_unit(name: str) -> str:
    """Say what a criterion is measured in.

    Parameters
    ----------
    name : str
        Of a criterion; one that the table doesn't have is measured in metres, or minutes by its name.

    Returns
    -------
    str
        As the table of criteria has it: *m, min, degrees, share* or *given*.
    """
    table = reference.table("criteria")
    if name in table.index:
        return str(table.loc[name, "unit"])
    return "min" if in_minutes(name) else "m"


def unit_name(unit: str, words: Words) -> str:
    """Write a unit after a number.

    Parameters
    ----------
    unit : str
    words : Words

    Returns
    -------
    str
        Empty where a measure has none.
    """
    return words(f"site_unit.{unit}") if words.has(f"site_unit.{unit}") else ""


def stated_unit(text: str, words: Words) -> str:
    """Write a unit that a file names in the reader's language.

    Parameters
    ----------
    text : str
        As the file has it.
    words : Words

    Returns
    -------
    str
        As given where it is no unit that we have a word for: none is guessed.

    Examples
    --------
    >>> from maps.words import words
    >>> [stated_unit(text, words("vi")) for text in ("Degrees", "metres", "dB")]
    ['độ', 'm', 'dB']
    """
    known = _STATED.get(text.strip().lower(), "")
    return unit_name(known, words) or text


def function_of(corners: Sequence[tuple[float, float]]) -> ValueFunction:
    """Make a value function of corners that somebody moved.

    Parameters
    ----------
    corners : sequence of (float, float)
        Measure and score, in any order.

    Returns
    -------
    ValueFunction
        ``linear`` between two, ``piecewise`` between more.

    Raises
    ------
    QuestionError
        ``value_function_wrong``.

    Examples
    --------
    >>> str(function_of([(3000, 0), (0, 1)]))
    'linear:0=1;3000=0'
    """
    ordered = tuple(sorted((float(x), float(y)) for x, y in corners))
    return ValueFunction("linear" if len(ordered) == 2 else "piecewise", ordered)  # noqa: PLR2004 - two ends


def function_sentence(function: ValueFunction | str, unit: str, words: Words) -> str:
    """Say a value function in words.

    Parameters
    ----------
    function : ValueFunction or str
        Or its text.
    unit : str
        From :func:`measure_unit`.
    words : Words

    Returns
    -------
    str

    Examples
    --------
    >>> from maps.words import words
    >>> function_sentence("linear:0=1;5000=0", "m", words("vi"))
    '1 điểm ở 0 m, giảm đều đến 0 điểm ở 5.000 m'
    """
    made = parse_value_function(function) if isinstance(function, str) else function
    if made.shape == "bell":
        top, half = made.corners[0]
        return words("site_function.bell", top=_measure(top, unit, words), half=_measure(half, unit, words))
    said = [words("site_function.start", **_corner(made.corners[0], unit, words))]
    for (_, before), corner in pairwise(made.corners):
        way = "rise" if corner[1] > before else "fall" if corner[1] < before else "level"
        said.append(words(f"site_function.{way}", **_corner(corner, unit, words)))
    return ", ".join(said)


def function_curve(function: ValueFunction, unit: str, words: Words) -> dict[str, Any]:
    """Draw a value function as a small curve.

    Parameters
    ----------
    function : ValueFunction
    unit : str
    words : Words

    Returns
    -------
    dict
        A Vega-Lite chart with its data.
    """
    times = 100.0 if unit == _SHARE else 1.0
    values = [{"x": x * times, "y": y} for x, y in _points(function)]
    name = unit_name(unit, words)
    heading = words("site_function.measure", unit=name) if name else words("site_function.measure_plain")
    axis: dict[str, Any] = {"labelFontSize": 10, "titleFontSize": 10, "tickCount": 4, "grid": False}
    if words.lang == "vi":  # Vega writes numbers the English way
        points = "join(split(datum.label, ','), '_')"
        commas = f"join(split({points}, '.'), ',')"
        turned = f"join(split({commas}, '_'), '.')"
        axis["labelExpr"] = turned
    return {
        "height": 90,
        "data": {"values": values},
        "mark": {"type": "line", "point": function.shape != "bell", "color": _LINE, "clip": True},
        "encoding": {
            "x": {"field": "x", "type": "quantitative", "title": heading, "axis": axis},
            "y": {
                "field": "y",
                "type": "quantitative",
                "title": words("site_column.score"),
                "scale": {"domain": [0, 1]},
                "axis": {**axis, "values": [0, 0.5, 1]},
            },
        },
    }


def _points(function: ValueFunction) -> list[tuple[float, float]]:
    if function.shape != "bell":
        first, last = function.corners[0], function.corners[-1]
        room = 0.15 * (last[0] - first[0])  # beyond its last corner a function stays what it is there
        return [*function.corners, (last[0] + room, last[1])]
    top, half = function.corners[0]
    least = max(0.0, top - _BELL_WIDTHS * half) if top > 0 else top - _BELL_WIDTHS * half
    step = (top + _BELL_WIDTHS * half - least) / _BELL_STEPS
    return [
        (x, 2.0 ** -(((x - top) / half) ** 2)) for x in (least + n * step for n in range(_BELL_STEPS + 1))
    ]


def _corner(corner: tuple[float, float], unit: str, words: Words) -> dict[str, str]:
    return {"score": _short(corner[1], words), "at": _measure(corner[0], unit, words)}


def _measure(value: float, unit: str, words: Words) -> str:
    times = 100.0 if unit == _SHARE else 1.0
    return f"{_short(value * times, words)} {unit_name(unit, words)}".strip()


def _short(value: float, words: Words) -> str:
    text = words.number(value, 3)
    mark = "," if words.lang == "vi" else "."
    return text.rstrip("0").rstrip(mark) if mark in text else text
