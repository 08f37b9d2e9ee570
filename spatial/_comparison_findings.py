"""What should be known of two versions beside what changed: ids reused, overlaps, periods."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from layers.findings import Finding

if TYPE_CHECKING:
    import pandas as pd

    from layers.findings import Level
    from layers.layer import Layer
    from spatial._comparison_rows import Answered

__all__ = ["comparison_findings"]

#: features named in a finding
_NAMED: Final = 10
#: land of one version counted twice that is not worth a word: ha, and share of the version
_SLIGHT_HA: Final = 0.01
_SLIGHT_SHARE: Final = 1e-4


def comparison_findings(layers: tuple[Layer, Layer], found: Answered, totals: pd.Series) -> list[Finding]:
    """Findings of a comparison."""
    return [*_of_layers(*layers), *_of_ids(layers, found), *_of_overlaps(layers, totals)]


def _of_layers(before: Layer, after: Layer) -> list[Finding]:
    out = []
    if before.kind_name != after.kind_name:
        fields: dict[str, Any] = {
            "kind": after.kind_name,
            "other": before.name,
            "other_kind": before.kind_name,
        }
        out.append(Finding("kinds_differ", after.name, None, "warn", fields))
    if before.period and after.period and before.period.last > after.period.last:
        fields = {"period": str(after.period), "other": before.name, "other_period": str(before.period)}
        out.append(Finding("periods_reversed", after.name, None, "warn", fields))
    return out


def _of_ids(layers: tuple[Layer, Layer], found: Answered) -> list[Finding]:
    """Ids that mean another place in each version, features under another id, features joined by name."""
    rows, ids = found.rows, (found.both.before.index, found.both.after.index)
    out: list[tuple[str, Level, list[str]]] = []
    single = np.flatnonzero((rows.sizes[0] == 1) & (rows.sizes[1] == 1)).tolist()
    first = dict(zip(rows.of_before.tolist(), ids[0], strict=True))
    last = dict(zip(rows.of_after.tolist(), ids[1], strict=True))
    if all("id" in layer.frame for layer in layers):
        reused = _reused(found)
        other = [f"{first[row]} → {last[row]}" for row in single if first[row] != last[row]]
        out += [("id_reused", "warn", reused), ("id_renumbered", "info", other)]
    out.append(("matched_by_name", "info", [str(last[row]) for row in np.flatnonzero(rows.by_name).tolist()]))
    return [
        Finding(code, layers[1].name, None, level, {"count": len(named), "found": named[:_NAMED]})
        for code, level, named in out
        if named
    ]


def _reused(found: Answered) -> list[str]:
    rows, ids = found.rows, (found.both.before.index, found.both.after.index)
    at = {label: n for n, label in enumerate(ids[0])}
    both = [(label, at[label], n) for n, label in enumerate(ids[1]) if label in at]
    linked = set(zip(rows.links.i.tolist(), rows.links.j.tolist(), strict=True))
    return [
        str(label) for label, i, j in both if rows.of_before[i] != rows.of_after[j] and (i, j) not in linked
    ]


def _of_overlaps(layers: tuple[Layer, Layer], totals: pd.Series) -> list[Finding]:
    out = []
    for layer, side in zip(layers, ("before", "after"), strict=True):
        shared, area = float(totals[f"overlap_{side}_ha"]), float(totals[f"area_{side}_ha"])
        if shared > max(_SLIGHT_HA, _SLIGHT_SHARE * area):
            fields = {"overlap_ha": shared, "share_pct": 100 * shared / area}
            out.append(Finding("version_overlaps", layer.name, None, "warn", fields))
    return out
