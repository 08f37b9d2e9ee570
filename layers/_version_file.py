"""The file of one saved version: what it can hold, and how it is written whole or not at all."""

from __future__ import annotations

import os
import re
import uuid
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import geopandas as gpd
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from layers._parquet_pages import check_parquet
from layers.causes import cause_of
from layers.errors import CrsError, SchemaError, StoreError, ThoCongError
from layers.names import fold
from layers.provenance import file_hash

if TYPE_CHECKING:
    from pathlib import Path


_LONGEST_SLUG: Final = 40


@dataclass(frozen=True)
class SavedFile:
    """A version file on disk, written whole and read back."""

    name: str
    sha256: str
    bytes: int
    rows: int


def check_frame(frame: gpd.GeoDataFrame, name: str) -> None:
    """Refuse what would come back from the file as something else, or not at all.

    Raises
    ------
    SchemaError
        ``index_duplicate``, ``column_duplicate`` or ``column_mixed``.
    CrsError
        ``coordinates_unreachable``: infinite after reprojection.
    """
    twice = frame.index[frame.index.duplicated()]
    if len(twice):
        raise SchemaError("index_duplicate", layer=name, found=str(twice[0]), count=len(twice))
    columns = [str(column) for column in frame.columns]
    doubled = sorted({column for column in columns if columns.count(column) > 1})
    if doubled:
        raise SchemaError("column_duplicate", layer=name, found=doubled)
    lost = frame.index[np.isinf(frame.bounds.to_numpy()).any(axis=1)]
    if len(lost):
        crs = frame.crs.name if frame.crs is not None else ""
        raise CrsError("coordinates_unreachable", layer=name, row=str(lost[0]), count=len(lost), expected=crs)
    for column in (c for c, kind in frame.dtypes.items() if kind == "object"):
        try:
            pa.array(frame[column], from_pandas=True)
        except (pa.ArrowException, ValueError, TypeError) as error:
            found = sorted({type(value).__name__ for value in frame[column].dropna()})
            raise SchemaError("column_mixed", layer=name, column=str(column), found=found) from error


def write_version(folder: Path, frame: gpd.GeoDataFrame, name: str) -> SavedFile:
    """Write a frame under a temporary name, sync it, read it back, give it its name.

    Raises
    ------
    StoreError
        ``save_failed``; ``version_too_large`` where it could not be read again. Nothing is left behind then.
    """
    slug = re.sub(r"[^a-z0-9]+", "-", fold(name)).strip("-")[:_LONGEST_SLUG] or "layer"
    path = folder / f"{slug}.{uuid.uuid4().hex[:12]}.parquet"
    draft = path.with_suffix(".part")
    try:
        rows = _write(frame, draft)
        if rows != len(frame):
            raise StoreError("save_failed", layer=name, expected=len(frame), found=rows)  # noqa: TRY301
        _check_draft(draft, name)
        draft.rename(path)
        sync_folder(folder)
        return SavedFile(path.name, file_hash(path), path.stat().st_size, rows)
    except BaseException as error:
        _remove(path)
        if isinstance(error, ThoCongError) or not isinstance(error, Exception):
            raise
        raise StoreError("save_failed", layer=name, found=cause_of(error)) from error
    finally:
        _remove(draft)


def read_version(path: Path) -> gpd.GeoDataFrame:
    """Read a version; a workspace may come from somebody else, and its files unpack to anything.

    Raises
    ------
    Exception
        Of all kinds, from Arrow and GEOS, for a file that is damaged.
    """
    check_parquet(path)
    frame: gpd.GeoDataFrame = gpd.read_parquet(path)
    return frame


def _remove(path: Path) -> None:
    with suppress(OSError):  # where there is no folder, nothing was written either
        path.unlink(missing_ok=True)


def _write(frame: gpd.GeoDataFrame, draft: Path) -> int:
    """Write and sync; returns the number of rows that can be read back."""
    frame.to_parquet(draft, compression="zstd", write_covering_bbox="bbox" not in frame.columns)
    with draft.open("rb+") as handle:
        os.fsync(handle.fileno())
    return int(pq.ParquetFile(draft).metadata.num_rows)


def _check_draft(draft: Path, name: str) -> None:
    """Refuse what reading would refuse: a version that is entered can be read."""
    try:
        check_parquet(draft)
    except ValueError as error:
        raise StoreError("version_too_large", layer=name, found=cause_of(error)) from error


def sync_folder(folder: Path) -> None:
    """Make new names in a folder last through a power cut."""
    if os.name != "nt":  # Windows has no directory handles to sync
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
