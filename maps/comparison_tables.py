"""Two versions of a plan as tables in words, and as plain values for scripts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from maps.columns import headed
from maps.tables import records

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from maps.words import Words
    from spatial.compare import Comparison

__all__ = [
    "both_sides",
    "comparison_lines",
    "comparison_links",
    "comparison_record",
    "links_table",
    "reason_of",
    "row_label",
    "totals_lines",
]

_SECTION: Final = "comparison_column"
_CONTRACT: Final = (
    *("before_ids", "after_ids", "status", "area_before_ha", "area_after_ha", "gained_ha", "lost_ha"),
    *("noise_ha", "kept_ha", "noise_gained_ha", "noise_lost_ha", "before_names", "after_names", "shape"),
    *("renamed", "status_changed", "status_before", "status_after", "matched_by"),
    *("also_before_ids", "also_after_ids"),
)
_AREAS: Final = (
    *("area_before_ha", "area_after_ha", "kept_ha", "gained_ha", "lost_ha"),
    *("noise_gained_ha", "noise_lost_ha", "noise_ha", "overlap_before_ha", "overlap_after_ha"),
)


def comparison_record(answer: Comparison) -> dict[str, Any]:
    """Plain values for scripts.

    Parameters
    ----------
    answer : Comparison

    Returns
    -------
    dict
        ``rows`` (each with its ``counterparts``: ``before, after, area_ha, share_before_pct,
        share_after_pct, role``), ``totals`` (sums, and ``statuses``: how many rows of each), ``curve`` and
        ``suggestion``.
    """
    counterparts: dict[int, list[dict[str, Any]]] = {}
    for link in records(answer.links):
        for row in {link.pop("row_before"), link.pop("row_after")}:
            counterparts.setdefault(row, []).append(link)
    rows = [
        {**{key: row[key] for key in _CONTRACT}, "counterparts": counterparts.get(n, [])}
        for n, row in enumerate(records(answer.rows))
    ]
    statuses = {str(k): int(v) for k, v in answer.rows["status"].value_counts().items()}
    return {
        "rows": rows,
        "totals": {**{str(k): float(v) for k, v in answer.totals.items()}, "statuses": statuses},
        "curve": records(answer.curve),
        "suggestion": {
            "tolerance_m": answer.suggestion.tolerance_m,
            "reason": answer.suggestion.reason,
            **answer.suggestion.fields,
        },
    }


def reason_of(answer: Comparison, words: Words) -> str:
    """Say which tolerance the data suggest, and why.

    Parameters
    ----------
    answer : Comparison
    words : Words

    Returns
    -------
    str
    """
    said = answer.suggestion
    fields = {k: v for k, v in said.fields.items() if k != "tolerance_m"}
    return words(f"comparison.reason_{said.reason}", suggested_m=words.number(said.tolerance_m, 2), **fields)


def row_label(row: Mapping[str, Any], side: str, *, most: int = 4) -> str:
    """Name the features of one side of a row: their names, else their ids.

    Parameters
    ----------
    row : mapping
        Of ``answer.rows``.
    side : {"before", "after"}
    most : int
        Named; of more the number stands behind.

    Returns
    -------
    str
    """
    pairs = zip(row[f"{side}_ids"], row[f"{side}_names"], strict=True)
    names = [_named(label, name) for label, name in pairs]
    more = f" (+{len(names) - most})" if len(names) > most else ""
    return ", ".join(names[:most]) + more


def _named(label: str, name: str) -> str:
    if not name or name == label:
        return str(label)
    return name if str(label).startswith(name) else f"{name} ({label})"


def both_sides(row: Mapping[str, Any], what: str, *, most: int = 4) -> str:
    """Say what features of a row are called in both versions, once where that is the same.

    Parameters
    ----------
    row : mapping
        Of ``answer.rows``.
    what : {"ids", "names"}
    most : int
        Named of each version; of more the number stands behind.

    Returns
    -------
    str
        ``before → after``; the arrow alone shows a version that has nothing.

    Examples
    --------
    >>> both_sides({"before_ids": ["QH20-06"], "after_ids": ["CCN-16"]}, "ids")
    'QH20-06 → CCN-16'
    """
    said = []
    for side in ("before", "after"):
        found = [str(v) for v in row[f"{side}_{what}"] if v]
        more = f" (+{len(found) - most})" if len(found) > most else ""
        said.append(", ".join(found[:most]) + more)
    if said[0] == said[1] or (what == "names" and not all(said)):
        return said[0] or said[1]
    return " → ".join(said).strip()


def comparison_lines(answer: Comparison, words: Words) -> pd.DataFrame:
    """Rows in words, under the names of their columns.

    Parameters
    ----------
    answer : Comparison
    words : Words

    Returns
    -------
    pandas.DataFrame
        ``before, after, status, area_before_ha, area_after_ha, gained_ha, lost_ha, noise_ha, kept_ha,
        flags, also, matched_by, before_ids, after_ids``; index that of ``answer.rows``.
    """
    rows = records(answer.rows)
    frame = pd.DataFrame(
        {
            "before": [row_label(row, "before") for row in rows],
            "after": [row_label(row, "after") for row in rows],
            "status": [words(f"comparison_status.{row['status']}") for row in rows],
            **{name: answer.rows[name].to_numpy() for name in _AREAS[:5]},
            "noise_ha": answer.rows["noise_ha"].to_numpy(),
            "flags": [_flags(row, words) for row in rows],
            "also": [_also(row, words) for row in rows],
            "matched_by": [_by(row["matched_by"], words) for row in rows],
            "before_ids": [", ".join(map(str, row["before_ids"])) for row in rows],
            "after_ids": [", ".join(map(str, row["after_ids"])) for row in rows],
        },
        index=answer.rows.index,
    )
    return frame.astype(dict.fromkeys((*_AREAS[:5], "noise_ha"), float))


def _by(how: str, words: Words) -> str:
    return words(f"comparison_by.{how}") if how else ""


def _flags(row: Mapping[str, Any], words: Words) -> str:
    """What changed of a row beside its land."""
    said = []
    if row["renamed"]:
        said.append(words("comparison.renamed"))
    if row["status_changed"]:
        said.append(words("comparison.stated", before=row["status_before"], after=row["status_after"]))
    if row["status"] != row["shape"]:
        said.append(words(f"comparison_status.{row['shape']}"))
    return "; ".join(said)


def _also(row: Mapping[str, Any], words: Words) -> str:
    """Other rows that land came from or went to."""
    said = []
    for side in ("before", "after"):
        if row[f"also_{side}_ids"]:
            names = ", ".join(map(str, row[f"also_{side}_ids"]))
            said.append(words(f"comparison.also_{side}", found=names))
    return "; ".join(said)


def comparison_links(answer: Comparison, words: Words, *, rows: Sequence[int] | None = None) -> pd.DataFrame:
    """Counterparts in words, under the names of their columns.

    Parameters
    ----------
    answer : Comparison
    words : Words
    rows : sequence of int, optional
        Only links of these rows.

    Returns
    -------
    pandas.DataFrame
        ``before, after, area_ha, share_before_pct, share_after_pct, role``.
    """
    links = answer.links
    if rows is not None:
        links = links[links["row_before"].isin(rows) | links["row_after"].isin(rows)]
    frame = links.drop(columns=["row_before", "row_after"]).copy()
    for side, features in (("before", answer.before), ("after", answer.after)):
        names = dict(zip(features.index, features["name"], strict=True))
        frame[side] = [_named(label, names[label]) for label in links[side]]
    frame["role"] = [words(f"comparison_role.{role}") for role in links["role"]]
    return frame


def links_table(answer: Comparison, words: Words) -> pd.DataFrame:
    """Counterparts, headed in words.

    Parameters
    ----------
    answer : Comparison
    words : Words

    Returns
    -------
    pandas.DataFrame
    """
    return headed(comparison_links(answer, words), words, section=_SECTION)


def totals_lines(answer: Comparison, words: Words) -> pd.DataFrame:
    """Sums, and how many rows there are of each status.

    Parameters
    ----------
    answer : Comparison
    words : Words

    Returns
    -------
    pandas.DataFrame
        Two columns in words: what and value.
    """
    sums = [(words(f"{_SECTION}.{name}"), float(answer.totals[name])) for name in _AREAS]
    counts = answer.rows["status"].value_counts()
    rows = [(words(f"comparison_status.{status}"), float(count)) for status, count in counts.items()]
    return pd.DataFrame([*sums, *rows], columns=[words("column.what"), words("column.value")])
