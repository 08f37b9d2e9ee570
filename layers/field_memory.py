"""What was decided about the columns of a source, kept in the workspace for its next file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from layers.fields import FieldChoices, source_stem

if TYPE_CHECKING:
    from collections.abc import Mapping

    from layers.read import Reading
    from layers.store import Workspace

__all__ = ["known_choices", "remember_fields"]

_RECORD: Final = "fields"
_MOST: Final = 200


def known_choices(base: Workspace, kind: str, said: Mapping[str, str] | None = None) -> FieldChoices:
    """Gather what is known of the columns of a file before it is read.

    Parameters
    ----------
    base : Workspace
    kind : str
    said : dict of str to str, optional
        Field to column, as somebody says now.

    Returns
    -------
    FieldChoices
        Earlier decisions for the kind, the newest first.
    """
    kept = [r for r in reversed(base.records(_RECORD)) if r.get("kind") == kind][:_MOST]
    entries = [{name: r[name] for name in ("columns", "source", "mapping")} for r in kept]
    return FieldChoices(dict(said or {}), tuple(entries))


def remember_fields(base: Workspace, reading: Reading) -> bool:
    """Keep what was decided about the columns of a layer that was saved.

    Parameters
    ----------
    base : Workspace
    reading : Reading

    Returns
    -------
    bool
        True where there was something to keep: a file whose headings all tell themselves needs no memory,
        and what is known already is not kept twice.
    """
    decided = [m for m in reading.fields if m.by in ("said", "values")]
    if not decided:
        return False
    mapping = {_spoken(m.field, m.unit): m.column for m in reading.fields if m.by != "asked"}
    kind = reading.layer.kind_name
    entry: dict[str, Any] = {
        "kind": kind,
        "source": source_stem(reading.layer.provenance.source.split(":")[0]),
        "columns": list(reading.columns),
        "mapping": mapping,
    }
    known = known_choices(base, kind).remembered
    if any(k["columns"] == entry["columns"] and k["mapping"] == mapping for k in known[:1]):
        return False
    base.record(_RECORD, entry)
    return True


def _spoken(field: str, unit: str) -> str:
    """Name a field so that the unit of an area stays with it."""
    return f"{field.removesuffix('_ha')}_{unit}" if unit in ("m2", "km2") else field
