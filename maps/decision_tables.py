"""Decisions about sites, and two searches side by side, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from maps.candidate_tables import constraint_name, criterion_name
from maps.columns import Column, as_text, headed
from maps.constraint_words import layer_said, rule_said
from maps.industry import industry_name
from maps.tables import clause_of, layer_label, records
from maps.value_words import function_sentence, measure_unit

if TYPE_CHECKING:
    from collections.abc import Callable

    from maps.words import Words
    from spatial.candidates import CandidateAnswer
    from spatial.search_comparison import SearchComparison

__all__ = [
    "CHANGED",
    "DECIDED",
    "EXCLUDED",
    "LIMITS",
    "MATCHED",
    "REACHED",
    "decision_mark",
    "decision_table",
    "exclusions_compared",
    "limits_table",
    "matches_table",
    "printed_comparison",
    "reached_table",
    "settings_compared",
    "sites_compared",
    "totals_compared",
]

_SECTION: Final = "decision_column"


def _columns(**digits: int | None) -> tuple[Column, ...]:
    return tuple(Column(name, _SECTION, count) for name, count in digits.items())


DECIDED: Final = _columns(
    site=None, decision=None, reason=None, redrawn=None, rank=0, rank_before=0, score=3, score_before=3,
    area_ha=4, area_before_ha=4, shared_ha=4, excluded_ha=4,
)  # fmt: skip
LIMITS: Final = _columns(site=None, limit=None, found=2, least=2, most=2, state=None, why=None)
REACHED: Final = _columns(site=None, constraint=None, tier=None, here_ha=4, clause=None, validity=None)
CHANGED: Final = _columns(setting=None, before=None, after=None)
MATCHED: Final = _columns(
    before=None, after=None, site_state=None, shared_ha=2, share_pct=1, rank_before=0, rank_after=0,
    score_before=3, score_after=3, area_before_ha=2, area_after_ha=2,
)  # fmt: skip
EXCLUDED: Final = _columns(
    constraint=None, alone_before_ha=2, alone_after_ha=2, added_before_ha=2, added_after_ha=2, change_ha=2
)
_TOTALS: Final = ("total", "before", "after", "change")
_MATCHES: Final = ("site", "decision", "reason", "after", "how", "share_pct")


def decision_mark(decision: str, words: Words, *, redrawn: bool = False) -> str:
    """Say in a word or two what was decided.

    Parameters
    ----------
    decision : str
    words : Words
    redrawn : bool

    Returns
    -------
    str

    Examples
    --------
    >>> from maps.words import words
    >>> decision_mark("ticked", words("vi"), redrawn=True)
    'Chọn · vẽ lại'
    """
    said = words(f"site_decision.{decision}")
    return f"{said} · {words('site_decision.redrawn')}" if redrawn else said


def _table(rows: list[dict[str, Any]], columns: tuple[Column, ...], words: Words) -> pd.DataFrame:
    names = [column.name for column in columns]
    return headed(pd.DataFrame(rows, columns=names), words, section=_SECTION)


def decision_table(answer: CandidateAnswer, words: Words) -> pd.DataFrame:
    """Say what was decided about every site, with its figures before and after it was drawn anew.

    Parameters
    ----------
    answer : CandidateAnswer
    words : Words

    Returns
    -------
    pandas.DataFrame
        Empty before anything was decided.
    """
    told = answer.decisions
    if told is None:
        return _table([], DECIDED, words)
    rows = records(told.rows.reset_index())
    for row in rows:
        row["decision"] = words(f"site_decision.{row['decision']}")
        row["redrawn"] = words(f"value.{str(row['redrawn']).lower()}")
    return _table(rows, DECIDED, words)


def limits_table(answer: CandidateAnswer, words: Words) -> pd.DataFrame:
    """What the search asked of its sites, held against each.

    Parameters
    ----------
    answer : CandidateAnswer
    words : Words

    Returns
    -------
    pandas.DataFrame
        Empty before anything was decided.
    """
    rows = records(answer.decisions.limits) if answer.decisions is not None else []
    for row in rows:
        row["limit"] = words(f"site_limit.{row['limit']}")
        row["state"] = words(f"site_check.{row['state']}")
        row["why"] = words(f"site_limit_why.{row['why']}") if row["why"] else ""
    return _table(rows, LIMITS, words)


def reached_table(answer: CandidateAnswer, words: Words) -> pd.DataFrame:
    """What redrawn boundaries reach into, with the clause.

    Parameters
    ----------
    answer : CandidateAnswer
    words : Words

    Returns
    -------
    pandas.DataFrame
        Empty where no boundary reaches into excluded land.
    """
    rows = records(answer.decisions.hits) if answer.decisions is not None else []
    out = []
    for row in rows:
        outside = row["constraint"] == "outside"
        out.append(
            {
                "site": row["site"],
                "constraint": words("site_why.outside") if outside else constraint_name(row, words),
                "tier": "" if outside else words(f"site_tier.{row['tier']}"),
                "here_ha": row["here_ha"],
                "clause": "" if outside else clause_of(row, words),
                "validity": words.validity(row["valid_from"], row["valid_to"])
                if not outside and row["rule"]
                else "",
            }
        )
    return _table(out, REACHED, words)


def matches_table(matches: pd.DataFrame, words: Words) -> pd.DataFrame:
    """How decisions were carried over to another run.

    Parameters
    ----------
    matches : pandas.DataFrame
        From :func:`spatial.search_comparison.carried_decisions`.
    words : Words

    Returns
    -------
    pandas.DataFrame
    """
    rows = records(matches)
    for row in rows:
        row["decision"] = words(f"site_decision.{row['decision']}")
        row["how"] = words(f"site_match.{row['how']}")
    return headed(pd.DataFrame(rows, columns=list(_MATCHES)), words, section=_SECTION)


def settings_compared(found: SearchComparison, words: Words) -> pd.DataFrame:
    """Settings that differ between two searches.

    Parameters
    ----------
    found : SearchComparison
    words : Words

    Returns
    -------
    pandas.DataFrame
        One row per setting that differs.
    """
    rows = []
    for row in records(found.settings):
        name, part = str(row["setting"]), str(row["part"])
        told = next((row[side] for side in ("before", "after") if row[side] is not None), None)
        rows.append(
            {
                "setting": _setting(name, part, told, words),
                **{side: _value((name, part), row[side], words) for side in ("before", "after")},
            }
        )
    return _table(rows, CHANGED, words)


def _setting(name: str, part: str, told: Any, words: Words) -> str:
    if name.startswith("layer_"):
        kind, period, *_ = told
        return (
            f"{words('run.' + name.removeprefix('layer_'))}: {layer_label(part, kind, period or None, words)}"
        )
    if name in ("weights", "functions"):
        return words(f"site_setting.{name}", name=criterion_name(part, words))
    if name in ("chosen", "own_buffers_m"):
        key = "chosen" if name == "chosen" else "buffer"
        return words(f"site_question.{key}", name=words(f"kind.{part}"))
    if name == "speeds_kmh":
        return words("site_question.speed", name=words.value(part, "road_class"))
    if name == "waived":
        return words("site_question.waived", name=words.value(part, "constraint"))
    return (
        words(f"site_setting.{name}") if words.has(f"site_setting.{name}") else words(f"site_question.{name}")
    )


def _value(setting: tuple[str, str], value: Any, words: Words) -> str:
    name, part = setting
    if value is None:
        return "–"
    if name.startswith("layer_"):
        kind, period, count, sha = value
        rows = words("run.cells" if kind == "raster" else "run.rows", rows=int(count))
        return " · ".join(t for t in (str(period or ""), rows, f"SHA-256 {sha}" if sha else "") if t)
    if name == "functions":
        return function_sentence(str(value), measure_unit(part), words)
    if name in _SAID:
        return _SAID[name](value, words)
    if isinstance(value, tuple | list):
        return ", ".join(map(str, value)) or "–"
    return words.value(value, name)


def _waived(value: tuple[str, str], words: Words) -> str:
    clause = clause_of(dict(zip(("clause_vi", "clause_en"), value, strict=True)), words)
    return words("site_question.against", clause=clause)


#: settings whose values have words of their own
_SAID: Final[dict[str, Callable[[Any, Words], str]]] = {
    "on": lambda value, words: words.day(str(value)),
    "weights": lambda value, words: words.number(float(value), 3),
    "own_buffers_m": lambda value, words: f"{words.value(float(value), 'distance_m')} m",
    "speeds_kmh": lambda value, words: f"{words.value(float(value))} km/h",
    "chosen": lambda value, words: ", ".join(rule_said(str(rule), words) for rule in value) or "–",
    "follow": lambda value, words: layer_said(str(value), words) if value else "–",
    "zone_kind": lambda value, words: words(f"kind.{value}"),
    "waived": _waived,
    "industry": lambda value, words: words(
        "site_question.suggestion", industry=industry_name(str(value), words)
    ),
    **{
        name: lambda value, words: ", ".join(words.value(v, "constraint") for v in value) or "–"
        for name in ("order", "allowed", "avoided")
    },
}


def sites_compared(found: SearchComparison, words: Words) -> pd.DataFrame:
    """Sites kept, moved, gone and new.

    Parameters
    ----------
    found : SearchComparison
    words : Words

    Returns
    -------
    pandas.DataFrame
    """
    rows = records(found.sites.rename(columns={"state": "site_state"}))
    for row in rows:
        row["site_state"] = words(f"site_state.{row['site_state']}")
    return _table(rows, MATCHED, words)


def exclusions_compared(found: SearchComparison, words: Words) -> pd.DataFrame:
    """Constraints before and after, those whose land changed first.

    Parameters
    ----------
    found : SearchComparison
    words : Words

    Returns
    -------
    pandas.DataFrame
    """
    table = found.exclusions
    order = table["change_ha"].abs().sort_values(ascending=False, kind="stable").index
    rows = records(table.loc[order])
    for row in rows:
        row["constraint"] = words.value(str(row["constraint"]), "constraint")
    return _table(rows, EXCLUDED, words)


def totals_compared(found: SearchComparison, words: Words) -> pd.DataFrame:
    """Land searched, excluded and left, sites and their land, before and after.

    Parameters
    ----------
    found : SearchComparison
    words : Words

    Returns
    -------
    pandas.DataFrame
        Numbers as the language writes them.
    """
    digits = {"sites": 0}
    rows = []
    for name, row in zip(found.totals.index, records(found.totals), strict=True):
        count = digits.get(str(name), 2)
        texts = {side: words.number(float(row[side]), count) for side in ("before", "after", "change")}
        rows.append({"total": words(f"site_total.{name}"), **texts})
    return headed(pd.DataFrame(rows, columns=list(_TOTALS)), words, section=_SECTION)


def printed_comparison(found: SearchComparison, words: Words) -> list[str]:
    """Two searches side by side for a terminal.

    Parameters
    ----------
    found : SearchComparison
    words : Words

    Returns
    -------
    list of str
        Totals, settings, sites, constraints, each under its heading; a table without rows is said to be so.
    """
    tables = [
        ("totals", totals_compared(found, words), ()),
        ("settings", settings_compared(found, words), CHANGED),
        ("sites", sites_compared(found, words), MATCHED),
        ("exclusions", exclusions_compared(found, words), EXCLUDED),
    ]
    out = []
    for name, table, columns in tables:
        text = as_text(table, columns, words) if columns else table.to_string(index=False)
        body = text if len(table) else words("site_compare.nothing")
        out.append(f"{words(f'site_compare.{name}')}\n{body}\n")
    return out
