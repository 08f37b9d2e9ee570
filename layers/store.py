"""The workspace: a folder of immutable GeoParquet versions and one SQLite catalogue of what is current.

A save writes a new file under a temporary name, syncs it, reads it back, renames it, and only then
enters it in the catalogue, in one transaction that also checks that nobody saved in between. Killed at
any moment, a workspace holds either the old version or the new one, whole; every earlier version stays.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from layers._catalogue import Catalogue, Version
from layers._derived import Derived
from layers._entries import Entries, Entry
from layers._leftovers import Leftover, find_leftovers, remove
from layers._version_file import check_frame, read_version, sync_folder, write_version
from layers._vouched import version_path
from layers._withdrawal import Withdrawals
from layers.causes import cause_of
from layers.crs import as_crs, is_metric, to_crs, transform_geometry
from layers.errors import CrsError, StoreError
from layers.layer import Layer
from layers.provenance import file_hash

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pyproj import CRS

    from layers.findings import Finding

__all__ = ["SETTLED_H", "Entry", "Leftover", "Version", "Workspace"]

#: hours after which nobody is still writing a file of a save
SETTLED_H: Final = 24.0


class Workspace(Derived, Withdrawals):
    """A folder of layers, all in one projected system.

    Parameters
    ----------
    folder : pathlib.Path or str
        An existing workspace; :meth:`create` makes one.

    Raises
    ------
    StoreError
        ``workspace_missing`` or ``workspace_damaged``.

    Examples
    --------
    >>> import tempfile
    >>> import geopandas as gpd
    >>> from shapely import box
    >>> folder = tempfile.mkdtemp()
    >>> workspace = Workspace.create(folder, crs=5897, name="Thử")
    >>> square = gpd.GeoDataFrame({"name": ["A"]}, geometry=[box(0, 0, 100, 100)], crs=5897)
    >>> workspace.save(Layer(square, "khu", "industrial_park")).version
    1
    >>> workspace.save(Layer(square.iloc[:0], "khu", "industrial_park"), expected=1).version
    2
    >>> workspace.restore("khu", 1).version, len(workspace.load("khu").frame)
    (3, 1)
    """

    def __init__(self, folder: Path | str) -> None:
        self.folder = Path(folder)
        self._catalogue = Catalogue(self.folder)
        #: what is put down beside the layers, by kind and name: runs
        self.entries = Entries(self.folder)
        meta = self._catalogue.meta()
        if "crs" not in meta:
            raise StoreError("workspace_damaged", path=str(self.folder), found="meta.crs")
        self.crs: CRS = as_crs(meta["crs"])
        self.name: str = meta.get("name", self.folder.name)

    @classmethod
    def create(cls, folder: Path | str, *, crs: object, name: str = "") -> Workspace:
        """Make a workspace.

        Parameters
        ----------
        folder : pathlib.Path or str
            New or empty.
        crs : int, str or pyproj.CRS
            Projected system in metres: the VN-2000 3° zone of the province.
        name : str
            What people call it.

        Returns
        -------
        Workspace

        Raises
        ------
        CrsError
            ``crs_not_metric``.
        StoreError
            ``workspace_exists`` or ``workspace_unwritable``.
        """
        system = as_crs(crs)
        if not is_metric(system):
            raise CrsError("crs_not_metric", layer=name, found=system.name, expected="EPSG:5897")
        path = Path(folder)
        try:
            (path / "versions").mkdir(parents=True, exist_ok=True)
        except (OSError, ValueError) as error:
            raise StoreError("workspace_unwritable", path=str(folder)[:200], found=cause_of(error)) from error
        code = system.to_epsg()
        Catalogue.create(path, {"crs": str(code) if code else system.to_wkt(), "name": name or path.name})
        sync_folder(path)
        return cls(path)

    def layers(self) -> list[Version]:
        """List the current version of every layer, by name.

        Returns
        -------
        list of Version
        """
        return [v for v in self._catalogue.versions() if v.current]

    def history(self, name: str) -> list[Version]:
        """List all versions of a layer, the newest first.

        Parameters
        ----------
        name : str

        Returns
        -------
        list of Version

        Raises
        ------
        StoreError
            ``layer_unknown``.
        """
        found = self._catalogue.versions(name)
        if not found:
            raise StoreError("layer_unknown", layer=name, expected=[v.layer for v in self.layers()])
        return sorted(found, key=lambda v: -v.version)

    def load(self, name: str, version: int | None = None) -> Layer:
        """Read a layer.

        Parameters
        ----------
        name : str
        version : int, optional
            Default the current one.

        Returns
        -------
        Layer
            Frame in the system of the workspace; index is the feature identity it was saved with.

        Raises
        ------
        StoreError
            ``layer_unknown``, ``version_unknown`` or ``version_damaged``.
        """
        entry = self.version(name, version)
        damage = {"layer": name, "version": entry.version, "file": entry.file}
        try:
            path = version_path(self.folder, entry.file)
            digest = file_hash(path)
            frame = read_version(path) if digest == entry.sha256 else None
        except Exception as error:  # a damaged file makes Arrow and GEOS raise all kinds of errors
            raise StoreError("version_damaged", **damage, found=cause_of(error)) from error
        if frame is None or len(frame) != entry.rows:
            found = digest[:12] if frame is None else len(frame)
            expected = entry.sha256[:12] if frame is None else entry.rows
            raise StoreError("version_damaged", **damage, expected=expected, found=found)
        extent = self._catalogue.extent(name, entry.version)
        return Layer(frame, name, entry.kind_name, entry.period, entry.provenance, extent)

    def version(self, name: str, version: int | None = None) -> Version:
        """Look up one version.

        Parameters
        ----------
        name : str
        version : int, optional
            Default the current one.

        Returns
        -------
        Version

        Raises
        ------
        StoreError
            ``layer_unknown``, ``layer_withdrawn`` or ``version_unknown``.
        """
        for entry in self.history(name):
            if entry.current if version is None else entry.version == version:
                return entry
        known = [v.version for v in self.history(name)]
        if version is None:
            raise StoreError("layer_withdrawn", layer=name, expected=known)
        raise StoreError("version_unknown", layer=name, found=version, expected=known)

    def save(
        self, layer: Layer, *, expected: int | None = None, note: str = "", findings: Sequence[Finding] = ()
    ) -> Version:
        """Save a layer as a new version.

        Parameters
        ----------
        layer : Layer
            Any system; reprojected (edges densified, pinned datum operation) to that of the workspace.
        expected : int, optional
            Version that the caller worked from; ``None`` for a new layer.
        note : str
            Why it was saved.
        findings : sequence of Finding
            The book of the reading, kept with the version.

        Returns
        -------
        Version

        Raises
        ------
        StoreError
            ``save_conflict`` if another version became current meanwhile, ``save_failed`` if the file
            could not be written whole (a full disk), ``layer_unnamed``.
        SchemaError
            ``index_duplicate``, ``column_duplicate`` or ``column_mixed``: what a file can't hold.
        CrsError
            ``crs_missing``, or ``coordinates_unreachable`` where the system of the workspace has no
            coordinates for a place.
        QuestionError
            ``kind_unknown``.
        """
        layer.kind  # noqa: B018 - refuses a kind that doesn't exist
        if not layer.name.strip():
            raise StoreError("layer_unnamed", path=str(self.folder))
        frame = to_crs(layer.frame, self.crs, layer=layer.name)
        check_frame(frame, layer.name)
        extent = layer.extent
        if extent is not None and layer.frame.crs is not None:
            extent = transform_geometry(extent, as_crs(layer.frame.crs), self.crs)
        file = write_version(self.folder / "versions", frame, layer.name)
        stored = replace(layer, frame=frame, extent=extent)
        try:
            number = self._catalogue.enter(stored, file, expected=expected, note=note, findings=findings)
        except BaseException:
            self._discard(file.name)
            raise
        return self.version(layer.name, number)

    def _discard(self, file: str) -> None:
        """Remove a file that was not entered; one whose entry is in doubt stays."""
        try:
            if not self._catalogue.names_file(file):
                (self.folder / "versions" / file).unlink(missing_ok=True)
        except (StoreError, OSError):
            return

    def restore(self, name: str, version: int) -> Version:
        """Make an earlier version current again, as a new version with the findings of the old one.

        A layer that was taken off the list is on it again.

        Parameters
        ----------
        name : str
        version : int

        Returns
        -------
        Version

        Raises
        ------
        StoreError
            As :meth:`load` and :meth:`save`.
        """
        current = next((entry.version for entry in self.history(name) if entry.current), None)
        old = self.load(name, version)
        steps = (*old.provenance.steps, f"restored {version}")
        again = replace(old, provenance=replace(old.provenance, steps=steps))
        book = self.findings(name, version)
        return self.save(again, expected=current, note=f"restored {version}", findings=book)

    def findings(self, name: str, version: int | None = None) -> list[Finding]:
        """Return the book of the reading that a version was saved with.

        Parameters
        ----------
        name : str
        version : int, optional

        Returns
        -------
        list of Finding
        """
        return self._catalogue.findings(name, self.version(name, version).version)

    def record(self, kind: str, content: dict[str, Any]) -> str:
        """Put something on record for good: a run, an override.

        Parameters
        ----------
        kind : str
        content : dict
            Plain values.

        Returns
        -------
        str
            Identity of the record.
        """
        return self._catalogue.record(kind, content)

    def records(self, kind: str) -> list[dict[str, Any]]:
        """Return the records of a kind, oldest first, each with its ``id`` and time ``at``.

        Parameters
        ----------
        kind : str

        Returns
        -------
        list of dict
        """
        return self._catalogue.records(kind)

    def damaged(self) -> list[str]:
        """Check the hash of every version file.

        Returns
        -------
        list of str
            Names of files that are missing or changed; empty when all is well.
        """
        out = []
        for entry in self._catalogue.versions():
            try:
                sound = file_hash(version_path(self.folder, entry.file)) == entry.sha256
            except OSError:
                sound = False
            if not sound:
                out.append(entry.file)
        return out

    def leftovers(self, *, older_than_h: float = SETTLED_H) -> list[Leftover]:
        """List what savers left that were killed: files that no version refers to.

        Parameters
        ----------
        older_than_h : float
            Hours since a file was last written; a save that is still running has younger ones.

        Returns
        -------
        list of Leftover
        """
        named = {entry.file for entry in self._catalogue.versions()}
        return find_leftovers(self.folder, named, older_than_h=older_than_h)

    def sweep(self, *, older_than_h: float = SETTLED_H) -> list[Leftover]:
        """Remove what :meth:`leftovers` lists; no save is entered meanwhile.

        Parameters
        ----------
        older_than_h : float

        Returns
        -------
        list of Leftover
            What is gone.

        Raises
        ------
        StoreError
            ``workspace_busy`` or ``workspace_unwritable``.
        """
        with self._catalogue.nobody_saving() as named:
            return [
                left for left in find_leftovers(self.folder, named, older_than_h=older_than_h) if remove(left)
            ]
