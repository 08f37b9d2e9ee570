"""Taking a layer off the list of a workspace, for good or for a while: nothing of it is lost."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING

from layers.errors import StoreError

if TYPE_CHECKING:
    from layers._catalogue import Catalogue, Version

__all__ = ["Withdrawals"]


class Withdrawals(ABC):
    """The part of a workspace by which an import is undone: a layer leaves the list, its versions stay."""

    _catalogue: Catalogue

    @abstractmethod
    def history(self, name: str) -> list[Version]:
        """List all versions of a layer, the newest first."""

    @abstractmethod
    def version(self, name: str, version: int | None = None) -> Version:
        """Look up one version."""

    @abstractmethod
    def restore(self, name: str, version: int) -> Version:
        """Make an earlier version current again."""

    def withdraw(self, name: str, *, expected: int) -> None:
        """Take a layer off the list; every version stays in its history, :meth:`restore` brings one back.

        Questions that were asked of its versions can still be asked again.

        Parameters
        ----------
        name : str
        expected : int
            Version that the caller saw as the current one.

        Raises
        ------
        StoreError
            ``layer_unknown``, ``layer_withdrawn``, or ``save_conflict`` if another version became current.
        """
        self.version(name)
        self._catalogue.withdraw(name, expected=expected)

    def withdrawn(self) -> list[Version]:
        """List the newest version of every layer that was taken off the list, by name.

        Returns
        -------
        list of Version
        """
        versions = self._catalogue.versions()
        current = {entry.layer for entry in versions if entry.current}
        newest = {entry.layer: entry for entry in versions if entry.layer not in current}
        return list(newest.values())

    def undo_save(self, name: str, *, expected: int) -> Version | None:
        """Undo the last save of a layer, an import above all.

        Parameters
        ----------
        name : str
        expected : int
            Version that is to be undone, which must be the current one.

        Returns
        -------
        Version or None
            The version that is current now, a copy of the one before; None where there was none before, so
            that the layer left the list.

        Raises
        ------
        StoreError
            As :meth:`withdraw` and :meth:`restore`.
        """
        current = self.version(name).version
        if current != expected:
            raise StoreError("save_conflict", layer=name, expected=expected, found=current)
        before = [entry.version for entry in self.history(name) if entry.version < current]
        if before:
            return self.restore(name, max(before))
        self.withdraw(name, expected=expected)
        return None
