"""Every word a person reads, from ``locale/vi.toml`` and ``locale/en.toml``; numbers and days too.

Code below ``maps`` raises codes with fields; here they become sentences, Vietnamese first.
"""

from __future__ import annotations

import math
import re
import tomllib
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from layers.causes import Cause
from maps.hectares import areas_apart, hectares

if TYPE_CHECKING:
    from collections.abc import Mapping

    from layers import Finding, ThoCongError

__all__ = ["LANGUAGES", "Words", "words"]

LANGUAGES: Final = ("vi", "en")
_DIGITS: Final = {"_m2": 2, "_pct": 2, "_m": 3, "lat_deg": 5, "lon_deg": 5, "_deg": 3}
_LIST_SHOWN: Final = 12
#: larger numbers are mistakes, and are written as such
_ENDLESS: Final = 1e15
#: fields of messages that hold a term of ours -> section of the locale files with its words
_TERMS: Final = {
    "kind": "kind",
    "saved_kind": "kind",
    "stage": "stage",
    "format": "format",
    "field": "field",
    "set_aside": "set_aside",
    "mistake": "mistake",
    "geometry": "geometry",
    "criterion": "criterion",
    "industry": "industry",
    "passed_over": "site_passed",
    "constraint": "kind",
    "taken_by": "kind",
    "limit": "site_limit",
    "figure": "site_question",
    "boundary_fault": "boundary_fault",
    "encoding": "encoding",
    "by": "cause",
    "speeds": "road_speed",
    "lengths_km": "road_speed",
    "road_class": "road_speed",
}
_CAUSES: Final = frozenset({"crs_none"})
#: what GEOS says of a shape, and where: ``Self-intersection[560200.25 2322125.5]``
_FAULT: Final = re.compile(r"([A-Z][A-Za-z -]{4,60})\[(-?\d[\d.e+-]* -?\d[\d.e+-]*)\]")
#: fields that may name a kind with more behind a colon: a code, a rule, a layer
_OF_KINDS: Final = ("constraint", "taken_by")
#: fields that name a row of the table of distances, or several
_OF_RULES: Final = ("rule", "rules")


class Words:
    """Words of one language.

    Parameters
    ----------
    lang : {"vi", "en"}

    Examples
    --------
    >>> vi = words("vi")
    >>> vi("state.no_data")
    'Không có dữ liệu'
    >>> vi.number(1234.5, 1), words("en").number(1234.5, 1)
    ('1.234,5', '1,234.5')
    >>> vi.day("2026-11-21")
    '21/11/2026'
    """

    def __init__(self, lang: str) -> None:
        self.lang = lang if lang in LANGUAGES else LANGUAGES[0]
        self._book = _load(self.lang)

    def __call__(self, key: str, /, **fields: Any) -> str:
        """Return the words under a key, fields filled in.

        Parameters
        ----------
        key : str
            ``section.name``.
        **fields
            Values for the ``{placeholders}``; numbers are written the way the language does. Where a noun
            depends on one, ``{count:row|rows}`` stands for it: the first with 1, the second with any other.

        Returns
        -------
        str
            The key itself where the locale files lack it, so that nothing breaks on a screen.
        """
        text = self._book.get(key)
        if text is None:
            return key
        return text.format_map(_Filled(self, fields)) if fields or "{" in text else text

    def has(self, key: str) -> bool:
        """Say whether the locale file has a key.

        Parameters
        ----------
        key : str

        Returns
        -------
        bool
        """
        return key in self._book

    def section(self, name: str) -> dict[str, str]:
        """Return the texts of a section as they stand, placeholders open.

        Parameters
        ----------
        name : str

        Returns
        -------
        dict of str to str
        """
        return {key: text for key, text in self._book.items() if key.startswith(f"{name}.")}

    def number(self, value: float | None, digits: int = 2) -> str:
        """Write a number.

        Parameters
        ----------
        value : float or None
            ``None`` and NaN give an empty text.
        digits : int
            Decimals.

        Returns
        -------
        str
        """
        if value is None or value != value:  # noqa: PLR0124 - NaN
            return ""
        # a rounded nought has no sign
        text = f"{round(float(value), digits) + 0.0:,.{digits}f}"
        if self.lang == "vi":
            text = text.translate(str.maketrans(",.", ".,"))
        return text.replace("-", "−")

    def day(self, iso: str) -> str:
        """Write a day given as ISO 8601.

        Parameters
        ----------
        iso : str
            Empty stays empty.

        Returns
        -------
        str
        """
        if len(iso) < 10 or self.lang == "en":  # noqa: PLR2004 - YYYY-MM-DD
            return iso
        return f"{iso[8:10]}/{iso[5:7]}/{iso[:4]}"

    def moment(self, iso: str) -> str:
        """Write a moment given as ISO 8601, in the time zone of this machine.

        Parameters
        ----------
        iso : str
            Empty stays empty; a moment without a zone is taken as it stands.

        Returns
        -------
        str
            Day and time to the minute; what can't be read comes back as it is.
        """
        try:
            at = datetime.fromisoformat(iso)
        except ValueError:
            return iso
        local = at.astimezone() if at.tzinfo else at
        return f"{self.day(local.date().isoformat())} {local:%H:%M}"

    def validity(self, first: str, last: str) -> str:
        """Write a validity.

        Parameters
        ----------
        first, last : str
            ISO days, empty where open.

        Returns
        -------
        str
        """
        if first and last:
            return self("validity.between", first=self.day(first), last=self.day(last))
        if first:
            return self("validity.since", first=self.day(first))
        return self("validity.until", last=self.day(last)) if last else self("validity.open")

    def message(self, what: Finding | ThoCongError) -> str:
        """Turn an error or a finding into a sentence.

        Parameters
        ----------
        what : Finding or ThoCongError

        Returns
        -------
        str
            What is wrong, where, what was expected and found.
        """
        key, fields = _key_and_fields(what)
        if "error" in fields:  # a finding that an error led to says why in the error's own words
            fields["why"] = self(f"error.{fields['error']}", **fields)
        if "clause_vi" in fields:  # a clause stands in both languages, and only one is read
            fields["clause"] = fields[f"clause_{self.lang}"] or self("value.no_clause")
        return self(key, **fields) if self.has(key) else str(what)

    def fix(self, what: Finding | ThoCongError) -> str:
        """Say what to do about an error or a finding.

        Parameters
        ----------
        what : Finding or ThoCongError

        Returns
        -------
        str
            Empty where nothing needs to be done.
        """
        key, fields = _key_and_fields(what)
        if self.has(f"fix.error.{fields.get('error')}"):  # what led to a finding is what needs mending
            key = f"error.{fields['error']}"
        return self(f"fix.{key}", **fields) if self.has(f"fix.{key}") else ""

    def value(self, value: Any, field: str = "") -> str:
        """Write one value of a message.

        Parameters
        ----------
        value : object
        field : str
            Its name; the ending tells the unit and so the decimals.

        Returns
        -------
        str
        """
        if isinstance(value, bool | None.__class__):
            return self(f"value.{value}".lower())
        if isinstance(value, int | float):
            return self._figure(value, field)
        if isinstance(value, dict):
            said = (f"{self._term(name, field)} {self._span(v, field)}" for name, v in value.items())
            return ", ".join(said) or "–"
        if isinstance(value, list | tuple):
            shown = ", ".join(self.value(v, field) for v in value[:_LIST_SHOWN])
            return shown + (" …" if len(value) > _LIST_SHOWN else "") or "–"
        return self._term(value, field)

    def _figure(self, value: float, field: str) -> str:
        if isinstance(value, int):
            return self.number(value, 0)
        if not math.isfinite(value):
            return "NaN" if math.isnan(value) else "∞" if value > 0 else "−∞"
        if abs(value) >= _ENDLESS:
            return f"{value:.3g}"
        if field.endswith("_ha"):
            return hectares(value, self.number, field)
        text = self.number(value, next((d for end, d in _DIGITS.items() if field.endswith(end)), 3))
        mark = "," if self.lang == "vi" else "."
        return text.rstrip("0").rstrip(mark) if mark in text else text

    def _span(self, value: Any, field: str) -> str:
        """Write a range, given as its two ends, or a single value."""
        ends = value if isinstance(value, list | tuple) else [value]
        return " … ".join(self.value(end, field) for end in ends)

    def _term(self, value: Any, field: str) -> str:
        """Write a term of ours in words, a kind also by the name that options take; other text as it is."""
        text = str(value)
        # a finding that was kept in a workspace has causes as plain text
        section = "cause" if isinstance(value, Cause) or text in _CAUSES else _TERMS.get(field, "")
        if field in _OF_KINDS or field in _OF_RULES:
            return _named(text, field, self)
        if field == "found" and (told := _FAULT.fullmatch(text)):
            return self._shape_fault(told[1], told[2]) or text
        if not section or not self.has(f"{section}.{text}"):
            return text
        said = self(f"{section}.{text}")
        return f"{said} ({text})" if section == "kind" else said

    def _shape_fault(self, fault: str, place: str) -> str:
        """Write what GEOS says of a shape, with its place; empty for what it never said before."""
        key = f"shape_fault.{re.sub(r'[^a-z]+', '_', fault.lower())}"
        if not self.has(key):
            return ""
        numbers = " ".join(self.number(float(n), 2) for n in place.split())
        return self("shape_fault.at", fault=self(key), place=numbers)


def _named(text: str, field: str, words: Words) -> str:
    # those names are put together from the tables, which no other word needs
    from maps.constraint_words import constraint_said, rule_said  # noqa: PLC0415

    return constraint_said(text, words) if field in _OF_KINDS else rule_said(text, words)


class _Text(str):
    """A field as it is written; ``{count:row|rows}`` gives the noun that goes with it instead."""

    __slots__ = ()

    def __format__(self, nouns: str, /) -> str:
        one, mark, many = nouns.partition("|")
        if mark:
            return one if self == "1" else many
        return super().__format__(nouns)


class _Filled(dict[str, Any]):
    """Fields as the language writes them; a field that wasn't given shows as a dash."""

    def __init__(self, owner: Words, fields: Mapping[str, Any]) -> None:
        said = {name: owner.value(value, name) for name, value in fields.items()}
        said |= areas_apart(fields, owner.number)
        super().__init__({name: _Text(text) for name, text in said.items()})

    def __missing__(self, key: str) -> str:
        return _Text("–")


def _key_and_fields(what: Finding | ThoCongError) -> tuple[str, dict[str, Any]]:
    if isinstance(what, Exception):
        return f"error.{what.code}", dict(what.fields)
    place = {"layer": what.layer, "row": what.row or "–"}
    return f"finding.{what.code}", {**what.fields, **place}


@cache
def _load(lang: str) -> dict[str, str]:
    with (Path(__file__).parent / "locale" / f"{lang}.toml").open("rb") as handle:
        return _flat(tomllib.load(handle))


def _flat(tree: Mapping[str, Any], prefix: str = "") -> dict[str, str]:
    out: dict[str, str] = {}
    for key, value in tree.items():
        if isinstance(value, dict):
            out |= _flat(value, f"{prefix}{key}.")
        else:
            out[f"{prefix}{key}"] = str(value)
    return out


@cache
def words(lang: str) -> Words:
    """Get the words of a language.

    Parameters
    ----------
    lang : {"vi", "en"}
        Anything else gives Vietnamese.

    Returns
    -------
    Words
    """
    return Words(lang)
