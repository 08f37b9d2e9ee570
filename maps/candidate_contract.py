"""A search for sites as scripts get it: plain values under the names that the terminal promises."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely

from maps.tables import clause_of, records

if TYPE_CHECKING:
    from maps.words import Words
    from spatial.candidates import CandidateAnswer

__all__ = ["contract"]


def contract(answer: CandidateAnswer, words: Words) -> dict[str, Any]:
    """Return the answer as scripts get it.

    Parameters
    ----------
    answer : CandidateAnswer
    words : Words
        Decides the language of clauses.

    Returns
    -------
    dict
        ``area_of_search_ha``, ``exclusions`` (those applied: *constraint, clause, alone_ha, added_ha*, and
        what the row knows besides), ``left_ha``, ``sites`` (*id, rank, score, breakdown, rank_low,
        rank_high, area_ha, checks* and more), ``not_applied``, ``passed_over``, ``weights``, ``run``; with
        decisions also ``decisions`` (of every site), ``limits`` and ``reached``.
    """
    rows = [_exclusion(row, words) for row in records(answer.exclusions.rows)]
    return {
        "area_of_search_ha": answer.exclusions.area_ha,
        "exclusions": [row for row in rows if row.pop("applied")],
        "left_ha": answer.exclusions.left_ha,
        "sites": [_site(str(site), answer, words) for site in answer.sites.index],
        "not_applied": [
            _exclusion(r, words, drop=True) for r in records(answer.exclusions.rows) if not r["applied"]
        ],
        "passed_over": [_plain(row) for row in records(answer.passed_over.drop(columns="geometry"))],
        "weights": answer.suitability.weights,
        **_decided(answer, words),
        "run": answer.run,
    }


def _decided(answer: CandidateAnswer, words: Words) -> dict[str, Any]:
    told = answer.decisions
    if told is None:
        return {}
    drawn = {
        site: shapely.geometry.mapping(answer.sites.geometry[site])
        for site in answer.sites.index
        if told.rows.loc[site, "redrawn"]
    }
    rows = records(told.rows.reset_index())
    hits = [{**row, "clause": clause_of(row, words)} for row in records(told.hits)]
    kept = ("site", "constraint", "tier", "here_ha", "rule", "clause")
    return {
        "decisions": [{**_plain(row), "boundary": drawn.get(row["site"])} for row in rows],
        "limits": [_plain(row) for row in records(told.limits)],
        "reached": [_plain({name: row.get(name) for name in kept}) for row in hits],
    }


def _exclusion(row: dict[str, Any], words: Words, *, drop: bool = False) -> dict[str, Any]:
    first = {
        "constraint": row["constraint"],
        "clause": clause_of(row, words) or None,
        "alone_ha": row["alone_ha"],
        "added_ha": row["added_ha"],
        "applied": bool(row["applied"]),
    }
    kept = ("layer", "kind", "code", "tier", "why", "needs", "rule", "basis", "valid_from", "valid_to")
    more = {name: row[name] or None for name in (*kept, "confidence", "province")}
    if drop:
        first.pop("applied")
    return _plain({**first, "required_m": row["required_m"], "left_ha": row["left_ha"], **more})


def _site(site: str, answer: CandidateAnswer, words: Words) -> dict[str, Any]:
    judged = answer.judgement
    assert judged is not None
    row = judged.sites.loc[site].drop("geometry")

    def mine(table: pd.DataFrame) -> list[dict[str, Any]]:
        return [_plain(r) for r in records(table[table["site"] == site].drop(columns="site"))]

    facts = _plain({str(name): value for name, value in row.items()})
    met = judged.conflicts.rows if judged.conflicts else pd.DataFrame({"zone": []})
    near = judged.distances.rows if judged.distances else pd.DataFrame({"source": [], "nearest": []})
    near = near[(near["source"] == site) & near["nearest"].astype(bool)]
    nearest = ["target_kind", "target", "rule", "required_m", "actual_m", "shortfall_m", "state"]
    return {
        "id": site,
        **{name: facts[name] for name in ("rank", "score")},
        "breakdown": mine(judged.breakdown),
        **{name: facts[name] for name in ("rank_low", "rank_high", "area_ha")},
        "checks": mine(judged.checks),
        **{name: value for name, value in facts.items() if name not in ("rank", "score", "rank_low")},
        "land": mine(judged.land),
        "communes": mine(judged.communes),
        "conflicts": [
            _plain(
                {
                    **{k: r[k] for k in ("constraint", "state", "area_ha", "features", "rule")},
                    "clause": clause_of(r, words),
                }
            )
            for r in records(met[met["zone"] == site])
            if r["state"] != "clear"
        ],
        "distances": [_plain({k: r[k] for k in nearest}) for r in records(near)] if len(near) else [],
        "geometry": shapely.geometry.mapping(judged.sites.geometry[site]),
    }


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    """Plain values for JSON: no number is None, numbers of numpy are those of Python."""
    out = {}
    for name, value in row.items():
        plain = value.item() if isinstance(value, np.generic) else value
        out[name] = None if isinstance(plain, float) and not math.isfinite(plain) else plain
    return out
