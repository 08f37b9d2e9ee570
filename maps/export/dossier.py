"""The dossier of a site: what stands in it, block by block, whatever the format."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from maps.candidate_tables import (
    boundary_table,
    breakdown_table,
    checks_table,
    communes_table,
    exclusion_table,
    land_table,
)
from maps.columns import headings
from maps.conflict_tables import constraint_label
from maps.constraint_words import rule_said
from maps.decision_tables import limits_table, reached_table
from maps.export.dossier_maps import constraint_map, location_map
from maps.search_table import question_table
from maps.tables import clause_of, made_note, measured_in, periods_of, records, run_table, titled

if TYPE_CHECKING:
    from maps.words import Words
    from spatial.candidates import CandidateAnswer

__all__ = ["Block", "column_widths", "dossier", "numeric"]

_SECTION: Final = "site_column"
_DIGITS: Final = 2
#: width of a letter of the font, bold ones and figures too, in its size; room beside the text of a cell
_LETTER_EM: Final = 0.66
_POINT_MM: Final = 0.3528
_CELL_MM: Final = 2.2
_LONG: Final = 34
_NUMBER: Final = re.compile(r"[−-]?\d[\d.,]*")
_DATE: Final = re.compile(r" ?\b(?:\d{2}/\d{2}/\d{4}|\d{4}-\d{2}-\d{2})\b")


@dataclass(frozen=True)
class Block:
    """One piece of a dossier.

    Parameters
    ----------
    kind : {"title", "heading", "text", "picture", "table"}
    text : str
        Of a title, heading or text; the caption of a picture or table.
    picture : bytes
        PNG.
    table : pandas.DataFrame or None
        Texts, headed in words.
    """

    kind: str
    text: str = ""
    picture: bytes = b""
    table: pd.DataFrame | None = None


def column_widths(rows: list[list[str]], *, width_mm: float, size_pt: float) -> list[float]:
    """Share the width of a table among its columns: no word or number is broken, long texts get what is left.

    Parameters
    ----------
    rows : list of list of str
        The heading first.
    width_mm : float
        Of the table.
    size_pt : float
        Of the letters.

    Returns
    -------
    list of float
        Millimetres, together the width of the table.

    Examples
    --------
    >>> rows = [["Xã", "Căn cứ"], ["22.886,50", "Nghị định 32/2024/NĐ-CP"]]
    >>> [round(width) for width in column_widths(rows, width_mm=100, size_pt=6)]
    [20, 80]
    """
    letter_mm = _LETTER_EM * size_pt * _POINT_MM
    least, wish = [], []
    for n in range(len(rows[0])):
        texts = [row[n] for row in rows]
        # a space that does not break belongs to its word
        longest = max((len(word) for text in texts for word in text.split(" ")), default=1)
        least.append(longest * letter_mm + _CELL_MM)
        wish.append(max(min(max(map(len, texts)), _LONG) - longest, 0) + 1.0)
    left = max(width_mm - sum(least), 0.0)
    widths = [a + left * b / sum(wish) for a, b in zip(least, wish, strict=True)]
    return [width * width_mm / sum(widths) for width in widths]


def numeric(rows: list[list[str]]) -> list[bool]:
    """Say which columns of a table hold numbers alone, so that they stand on the right.

    Parameters
    ----------
    rows : list of list of str
        The heading first.

    Returns
    -------
    list of bool

    Examples
    --------
    >>> numeric([["ha", "site", "day", "m"], ["22.886,50", "S01", "01/05/2024", "−3"], ["", "S02", "", "4"]])
    [True, False, False, True]
    """
    columns = ([row[n] for row in rows[1:] if row[n]] for n in range(len(rows[0])))
    return [bool(texts) and all(map(_NUMBER.fullmatch, texts)) for texts in columns]


def dossier(answer: CandidateAnswer, site: str, words: Words) -> list[Block]:
    """Gather what is known of a site.

    Parameters
    ----------
    answer : CandidateAnswer
    site : str
    words : Words

    Returns
    -------
    list of Block
        Title with the made-data label, figures, two maps, breakdown, land, communes, rules, what it runs
        into, distances, exclusions with clause, validity and confidence, boundary, method and weights,
        sources.
    """
    judged = answer.judgement
    assert judged is not None
    row = records(pd.DataFrame(judged.sites.drop(columns="geometry")).loc[[site]])[0]
    note = made_note(answer, words)
    blocks = [
        Block("title", words("dossier.title", site=site)),
        Block("text", titled("site_export.title", answer, words)),
        Block("text", words("dossier.summary", **_figures(row))),
        *_decision(answer, site, words),
        Block("text", words("dossier.draft")),
        Block("picture", words("dossier.location"), location_map(answer, site, words, note=note)),
        Block("picture", words("dossier.constraints"), constraint_map(answer, site, words, note=note)),
    ]
    for name, table in _tables(answer, site, words).items():
        if len(table):
            blocks += [Block("heading", words(name)), Block("table", table=_as_text(table, words))]
    system = words("site_export.system", crs=measured_in(answer, words))
    corners = boundary_table(judged.sites.loc[[site]], words).drop(columns=[words("site_column.site")])
    return [
        *blocks,
        Block("heading", words("site_sheet.boundaries")),
        Block("text", f"{system} {words('site_export.area', site=site, area_ha=float(row['area_ha']))}."),
        Block("table", table=corners.astype(str)),
        Block("heading", words("site_sheet.question")),
        Block("text", words("dossier.method")),
        Block("table", table=_as_text(question_table(answer, words), words)),
        Block("heading", words("dossier.sources")),
        Block("table", table=_as_text(run_table(answer, words), words)),
    ]


def _decision(answer: CandidateAnswer, site: str, words: Words) -> list[Block]:
    """What was decided about the site, and what its boundary was before it was drawn anew."""
    told = answer.decisions
    if told is None:
        return []
    row = records(told.rows.loc[[site]])[0]
    decision = words(f"site_decision.{row['decision']}")
    said = [
        words("dossier.decision", decision=decision, reason=row["reason"])
        if row["reason"]
        else words("dossier.decision_only", decision=decision)
    ]
    if row["redrawn"]:
        names = ("area_before_ha", "area_ha", "shared_ha", "score_before", "score")
        figures: dict[str, Any] = {name: float(row[name]) for name in names}
        figures |= {name: int(row[name]) for name in ("rank_before", "rank")}
        said.append(words("dossier.redrawn", **figures))
    return [Block("text", text) for text in said]


def _figures(row: dict[str, Any]) -> dict[str, Any]:
    whole = ("rank", "rank_low", "rank_high", "topsis_rank")
    broken = ("score", "area_ha", "rice_ha", "excluded_ha", "compactness")
    figures: dict[str, Any] = {name: int(row[name]) for name in whole}
    figures |= {name: float(row[name]) if pd.notna(row[name]) else "–" for name in broken}
    return {**figures, "top_pct": 100 * float(row["top_share"]), "commune": str(row["commune"]) or "–"}


def _tables(answer: CandidateAnswer, site: str, words: Words) -> dict[str, pd.DataFrame]:
    of_site = {
        "site_sheet.limits": limits_table(answer, words),
        "site_sheet.reached": reached_table(answer, words),
        "site_sheet.breakdown": breakdown_table(answer, words),
        "site_sheet.land": land_table(answer, words),
        "site_sheet.communes": communes_table(answer, words),
        "site_sheet.checks": checks_table(answer, words),
    }
    mine = words("site_column.site")  # the two tables of decisions head it in the same word
    out = {name: table[table[mine] == site].drop(columns=[mine]) for name, table in of_site.items()}
    kept = (
        "metric",
        "requirement",
        "found",
        "state",
        "why",
        "clause",
        "validity",
        "confidence",
    )
    heads = headings(kept, words, section=_SECTION)
    out["site_sheet.checks"] = out["site_sheet.checks"].reindex(columns=list(heads.values()))
    out["dossier.conflicts"] = _conflicts(answer, site, words)
    out["dossier.distances"] = _distances(answer, site, words)
    out["site_sheet.land"] = out["site_sheet.land"].drop(
        columns=headings(["rule"], words, section=_SECTION).values()
    )
    return {**out, **_exclusions(answer, words)}


def _exclusions(answer: CandidateAnswer, words: Words) -> dict[str, pd.DataFrame]:
    """What took land, and what is in the tables and did not, each with the columns that say something."""
    table = exclusion_table(answer, words)
    holds = answer.exclusions.rows["applied"].to_numpy(dtype=bool)
    head = headings(
        ["constraint", "tier", "alone_ha", "added_ha", "left_ha", "why", "clause", "validity", "confidence"],
        words,
        section=_SECTION,
    )
    taken, others = table[holds].copy(), table[~holds]
    # why a constraint was taken that no clause asks for stands where its clause would
    bare = taken[head["clause"]].astype(str).str.strip() == ""
    taken.loc[bare, head["clause"]] = taken.loc[bare, head["why"]]
    law = ("constraint", "tier", "alone_ha", "added_ha", "left_ha", "clause", "validity", "confidence")
    rest = ("constraint", "why", "clause", "validity", "confidence")
    return {
        "site_sheet.exclusions": taken[[head[name] for name in law]],
        "candidate_ask.not_applied": others[[head[name] for name in rest]],
    }


def _conflicts(answer: CandidateAnswer, site: str, words: Words) -> pd.DataFrame:
    """What the site still runs into."""
    met = answer.judgement.conflicts if answer.judgement else None
    rows = (
        [] if met is None else records(met.rows[(met.rows["zone"] == site) & (met.rows["state"] != "clear")])
    )
    found = [
        {
            "constraint": constraint_label(row, periods_of(answer), words),
            "state": words(f"state.{row['state']}"),
            "area_ha": row["area_ha"],
            "clause": clause_of(row, words),
            "validity": words.validity(row["valid_from"], row["valid_to"]) if row["rule"] else "",
            "confidence": words(f"confidence.{row['confidence']}") if row["confidence"] else "",
        }
        for row in rows
    ]
    columns = ["constraint", "state", "area_ha", "clause", "validity", "confidence"]
    return pd.DataFrame(found, columns=columns).rename(columns=headings(columns, words))


def _distances(answer: CandidateAnswer, site: str, words: Words) -> pd.DataFrame:
    """Nearest distances, and those of the law beside them."""
    near = answer.judgement.distances if answer.judgement else None
    columns = ["target", "actual_m", "required_m", "state", "clause"]
    if near is None:
        return pd.DataFrame(columns=columns)
    rows = near.rows[(near.rows["source"] == site) & near.rows["nearest"]]
    found = [
        {
            "target": f"{words('kind.' + row['target_kind'])}: {row['target_name'] or row['target']}",
            "actual_m": row["actual_m"],
            "required_m": row["required_m"],
            "state": words(f"distance_state.{row['state']}"),
            "clause": _ruled(row, words),
        }
        for row in records(rows)
    ]
    table = pd.DataFrame(found, columns=columns)
    return table.rename(columns=headings(columns, words, section="distance_column"))


def _ruled(row: dict[str, Any], words: Words) -> str:
    """Clause of a distance, with the row of the table that it is about."""
    title = rule_said(str(row["rule"]), words) if row["rule"] else ""
    return ": ".join(text for text in (title, clause_of(row, words)) if text)


def _whole(date: re.Match[str]) -> str:
    """A date that is not parted at its hyphens, nor from the word before it."""
    return date[0].replace(" ", "\N{NO-BREAK SPACE}").replace("-", "\N{NON-BREAKING HYPHEN}")


def _as_text(table: pd.DataFrame, words: Words) -> pd.DataFrame:
    """Every cell as the language writes it."""

    def said(value: Any) -> str:
        if isinstance(value, float):
            return words.number(value, _DIGITS)
        text = "" if value is None or value is pd.NA else str(value)
        return _DATE.sub(_whole, text)

    return pd.DataFrame({name: [said(v) for v in table[name].tolist()] for name in table.columns})
