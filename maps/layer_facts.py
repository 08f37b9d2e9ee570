"""What is known of a layer as it stands in a workspace: for the panel of every map and the page of layers."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from maps.places import crs_label

if TYPE_CHECKING:
    from layers import Version, Workspace
    from maps.words import Words

__all__ = ["layer_facts"]

_LEVELS = ("block", "warn", "info")


def layer_facts(base: Workspace, entry: Version, words: Words, *, place: str = "") -> list[tuple[str, str]]:
    """Say where a layer comes from and how good it is.

    Parameters
    ----------
    base : Workspace
    entry : Version
    words : Words
    place : str
        Where it lies, in words.

    Returns
    -------
    list of (str, str)
        What and value: kind, place, period, decision, source, version, system, number of features,
        findings of its reading, the made-data label. What has no value is left out.
    """
    origin, period = entry.provenance, entry.period
    decision = ", ".join(p for p in (origin.decision, origin.body, words.day(origin.date)) if p)
    rows = [
        ("kind", words(f"kind.{entry.kind_name}")),
        ("place", place),
        ("period", f"{period} · {words(f'stage.{period.stage}')}" if period else ""),
        ("decision", decision),
        ("source", origin.source),
        ("version", words("layer_fact.version_of", version=entry.version, at=words.moment(entry.saved_at))),
        ("crs", crs_label(base.crs, words)),
        ("rows", words.number(float(entry.rows), 0)),
        ("quality", _quality(base, entry, words)),
        ("made", words("made.label") if origin.made else ""),
    ]
    return [(words(f"layer_fact.{name}"), value) for name, value in rows if value]


def _quality(base: Workspace, entry: Version, words: Words) -> str:
    """How many findings its reading had, the gravest first."""
    counts: Counter[str] = Counter(finding.level for finding in base.findings(entry.layer, entry.version))
    said = [
        words("layer_fact.found", level=words(f"level.{level}"), count=counts[level])
        for level in _LEVELS
        if counts[level]
    ]
    return " · ".join(said) or words("layer_fact.clean")
