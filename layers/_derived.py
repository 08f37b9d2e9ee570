"""What is made from the versions of a workspace: coordinates, kept arrays, the first rows of a table."""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pandas as pd
import pyarrow.parquet as pq

from layers._parquet_pages import check_parquet
from layers._vouched import version_path
from layers.causes import cause_of
from layers.coordinates import kept_coordinates
from layers.errors import StoreError
from layers.kept import kept_arrays

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from numpy.typing import NDArray

    from layers._catalogue import Version
    from layers.coordinates import Coordinates
    from layers.layer import Layer

__all__ = ["Derived"]


class Derived(ABC):
    """The part of a workspace that can be thrown away and made again."""

    folder: Path

    @abstractmethod
    def load(self, name: str, version: int | None = None) -> Layer:
        """Read a layer."""

    @abstractmethod
    def version(self, name: str, version: int | None = None) -> Version:
        """Look up one version."""

    def coordinates(self, name: str, version: int | None = None) -> Coordinates:
        """Map the coordinates of a layer from disk, for questions of areas.

        They are written at the first call, beside the versions, and are those of one version for ever.

        Parameters
        ----------
        name : str
        version : int, optional
            Default the current one.

        Returns
        -------
        Coordinates

        Raises
        ------
        StoreError
            As for :meth:`load`.
        """
        folder = self.folder / "coordinates" / self.version(name, version).sha256[:32]
        return kept_coordinates(folder, lambda: self.load(name, version).frame)

    def kept(
        self, name: str, version: int | None, what: str, make: Callable[[], list[NDArray[Any]]]
    ) -> list[NDArray[Any]]:
        """Keep arrays made from one version of a layer; they can be thrown away at any time.

        Parameters
        ----------
        name : str
        version : int or None
        what : str
            What they are, and by which method made.
        make : callable
            Makes them where they are not there yet.

        Returns
        -------
        list of numpy.ndarray
            Read only.

        Raises
        ------
        StoreError
            ``layer_unknown`` or ``version_unknown``.
        """
        return kept_arrays(self.folder / "kept" / f"{self.version(name, version).sha256[:32]}-{what}", make)

    def attributes(self, name: str, version: int | None = None, *, most: int) -> pd.DataFrame:
        """Read the first rows of a layer without their geometry.

        Parameters
        ----------
        name : str
        version : int, optional
            Default the current one.
        most : int
            Rows.

        Returns
        -------
        pandas.DataFrame
            Index is the feature identity.

        Raises
        ------
        StoreError
            ``layer_unknown``, ``version_unknown`` or ``version_damaged``.
        """
        with self._opened(name, version) as file:
            batch = next(file.iter_batches(batch_size=most, columns=_plain(file)), None)
            return pd.DataFrame(
                batch.to_pandas() if batch is not None else pd.DataFrame(columns=_plain(file))
            )

    def facts(self, name: str, version: int | None, row: int) -> pd.DataFrame:
        """Read one feature without its geometry, and without reading the others.

        Parameters
        ----------
        name : str
        version : int or None
        row : int
            Position in the layer.

        Returns
        -------
        pandas.DataFrame
            One row; index is the feature identity.

        Raises
        ------
        StoreError
            As for :meth:`attributes`.
        """
        with self._opened(name, version) as file:
            group = 0
            while row >= file.metadata.row_group(group).num_rows:
                row -= file.metadata.row_group(group).num_rows
                group += 1
            return pd.DataFrame(file.read_row_group(group, columns=_plain(file)).slice(row, 1).to_pandas())

    @contextmanager
    def _opened(self, name: str, version: int | None) -> Iterator[pq.ParquetFile]:
        entry = self.version(name, version)
        try:
            path = version_path(self.folder, entry.file)
            check_parquet(path)
            with pq.ParquetFile(path) as file:
                yield file
        except Exception as error:  # a damaged file makes Arrow raise all kinds of errors
            damage = {"layer": name, "version": entry.version, "file": entry.file}
            raise StoreError("version_damaged", **damage, found=cause_of(error)) from error


def _plain(file: pq.ParquetFile) -> list[str]:
    shapes = _shapes(file.schema_arrow.metadata)
    return [column for column in file.schema_arrow.names if column not in shapes]


def _shapes(metadata: dict[bytes, bytes]) -> set[str]:
    """Columns of geometry, and the boxes beside them."""
    columns = json.loads(metadata[b"geo"])["columns"]
    boxes = [column.get("covering", {}).get("bbox", {}).get("xmin", [""])[0] for column in columns.values()]
    return {*columns, *boxes}
