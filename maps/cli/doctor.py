"""``thocong doctor``: whether the installation is whole and the application will run here."""

from __future__ import annotations

import sys
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, packages_distributions, version
from pathlib import Path
from typing import Any, Literal

import click
from pyproj.transformer import TransformerGroup

from layers import Workspace, reference
from layers.crs import DATUM_OPERATION
from layers.errors import ThoCongError
from layers.raster_store import Rasters
from layers.store import SETTLED_H, Leftover
from maps.assets import STATIC, vendor_packages
from maps.cli.options import check_targets
from maps.cli.speech import DONE, FINDINGS, Command, T, terminal, write_json

__all__ = ["Check", "doctor", "fatal_problems", "run_checks"]

_OURS = ("layers", "spatial", "maps", "app")
_LIBRARIES = (
    "geopandas",
    "shapely",
    "pyproj",
    "pyogrio",
    "fiona",
    "rasterio",
    "folium",
    "streamlit",
    "streamlit-folium",
)
_OLDEST = (3, 11)
_MB = 1_000_000.0


@dataclass(frozen=True)
class Check:
    """One thing that was looked at.

    Parameters
    ----------
    name : str
    state : {"ok", "warn", "fail"}
    key : str
        Words of the result.
    fields : dict
    """

    name: str
    state: Literal["ok", "warn", "fail"]
    key: str
    fields: dict[str, Any] = field(default_factory=dict)


def fatal_problems() -> list[Check]:
    """Return what would make the application wrong or dead.

    Returns
    -------
    list of Check
    """
    return [c for c in (*_names(), *_assets(), *_tables()) if c.state == "fail"]


def run_checks(workspace: Path | None = None) -> list[Check]:
    """Look at everything.

    Parameters
    ----------
    workspace : pathlib.Path, optional
        A workspace to check too.

    Returns
    -------
    list of Check
    """
    checks = [*_python(), *_libraries(), *_names(), *_assets(), *_tables(), *_projections()]
    return [*checks, *_workspace(workspace)] if workspace else checks


def _python() -> list[Check]:
    found = ".".join(map(str, sys.version_info[:3]))
    state: Literal["ok", "fail"] = "ok" if sys.version_info >= _OLDEST else "fail"
    return [Check("python", state, f"doctor.python_{state}", {"found": found})]


def _libraries() -> list[Check]:
    out = []
    for name in _LIBRARIES:
        try:
            out.append(Check(name, "ok", "doctor.library", {"name": name, "found": version(name)}))
        except PackageNotFoundError:
            out.append(Check(name, "fail", "doctor.library_missing", {"name": name}))
    return out


def _names() -> list[Check]:
    """Old packages on PyPI have our names; installed beside ours, one overwrites the other in silence."""
    owners = packages_distributions()
    out = []
    for name in _OURS:
        found = sorted(set(owners.get(name, [])))
        others = [owner for owner in found if owner != "thocong"]
        if others:
            fields = {"name": name, "found": ", ".join(others)}
            out.append(Check(name, "fail", "doctor.name_taken", fields))
    return out or [Check("names", "ok", "doctor.names_free")]


def _assets() -> list[Check]:
    packages = vendor_packages()
    if not packages or not (STATIC / "vendor" / "leaflet" / "leaflet.js").is_file():
        return [Check("assets", "fail", "doctor.assets_missing")]
    listed = ", ".join(f"{p['name']} {p['version']}" for p in packages)
    return [Check("assets", "ok", "doctor.assets", {"found": listed})]


def _tables() -> list[Check]:
    try:
        for name in reference.names():
            reference.table(name)
    except ThoCongError as error:
        return [Check("tables", "fail", "doctor.tables_broken", {"found": str(error)})]
    return [
        Check(
            "tables", "ok", "doctor.tables", {"count": len(reference.names()), "found": reference.version()}
        )
    ]


def _projections() -> list[Check]:
    group = TransformerGroup(4756, 4326, always_xy=True)
    if any(DATUM_OPERATION in t.description for t in group.transformers):
        return [Check("datum", "ok", "doctor.datum", {"found": DATUM_OPERATION})]
    return [Check("datum", "fail", "doctor.datum_missing", {"found": DATUM_OPERATION})]


def _workspace(folder: Path) -> list[Check]:
    try:
        base = Workspace(folder)
        damaged, odd = base.damaged(), Rasters(base).odd()
    except ThoCongError as error:
        return [
            Check("workspace", "fail", "doctor.workspace_broken", {"path": str(folder), "found": str(error)})
        ]
    if damaged:
        fields = {"path": str(folder), "found": ", ".join(damaged)}
        return [Check("workspace", "fail", "doctor.workspace_damaged", fields)]
    sound = Check("workspace", "ok", "doctor.workspace", {"path": str(folder), "count": len(base.layers())})
    told = [
        Check("rasters", "warn", f"finding.{one.code}", {**one.fields, "layer": one.layer}) for one in odd
    ]
    return [sound, *told, *_leftovers(base)]


def _leftovers(base: Workspace) -> list[Check]:
    """Files of saves that were killed: harmless, but they take room."""
    found = base.leftovers()
    if not found:
        return []
    fields = {**_amount(found), "hours": round(SETTLED_H)}
    return [Check("leftovers", "warn", "doctor.leftovers", fields)]


def _amount(found: list[Leftover]) -> dict[str, Any]:
    return {"count": len(found), "size_mb": sum(left.bytes for left in found) / _MB}


def _swept(folder: Path | None) -> list[Check]:
    if folder is None:
        raise click.UsageError(terminal().words("cli.doctor.sweep_where"))
    return [Check("swept", "ok", "doctor.swept", _amount(Workspace(folder).sweep()))]


@click.command(cls=Command, help=T("cli.doctor.help"))
@click.option("--workspace", metavar="DIR", type=click.Path(path_type=Path), help=T("cli.doctor.workspace"))
@click.option("--sweep", is_flag=True, help=T("cli.doctor.sweep"))
@click.option("--json", "json_target", metavar="FILE", help=T("cli.json"))
def doctor(*, workspace: Path | None, sweep: bool, json_target: str | None) -> None:
    """Show every check; exit code 1 if one failed."""
    speak = terminal().words
    check_targets([], [], json_target)
    swept = _swept(workspace) if sweep else []
    checks = [*run_checks(workspace), *swept]
    if json_target:
        rows = [{"name": c.name, "state": c.state, "message": speak(c.key, **c.fields)} for c in checks]
        write_json(json_target, {"checks": rows})
    else:
        for c in checks:
            click.echo(f"{speak('doctor.' + c.state)}  {speak(c.key, **c.fields)}")
    raise SystemExit(FINDINGS if any(c.state == "fail" for c in checks) else DONE)
