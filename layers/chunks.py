"""GeoParquet in chunks: layers larger than memory, read a bounded part at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import shapely

from layers._parquet_pages import check_parquet
from layers.errors import SourceError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from numpy.typing import NDArray

__all__ = ["read_chunks", "write_chunks"]

# a geometry object and its frame take about this many times the bytes of the same rows in a column
_GROWTH = 5
_ROWS_PER_GROUP = 10_000


def write_chunks(frames: Iterable[gpd.GeoDataFrame], path: Path) -> int:
    """Write frames one after another into one GeoParquet file, each in Hilbert order.

    Boxes of the rows are written beside them, so that a reader can pass over what it doesn't need.

    Parameters
    ----------
    frames : iterable of geopandas.GeoDataFrame
        With the same columns and the same system.
    path : pathlib.Path

    Returns
    -------
    int
        Rows written.
    """
    rows, writer = 0, None
    try:
        for frame in frames:
            ordered = frame.iloc[np.argsort(frame.hilbert_distance(level=16).to_numpy(), kind="stable")]
            buffer = pa.BufferOutputStream()
            ordered.to_parquet(buffer, write_covering_bbox=True, compression="zstd", index=True)
            table = pq.read_table(pa.BufferReader(buffer.getvalue()))
            writer = writer or pq.ParquetWriter(path, table.schema, compression="zstd")
            writer.write_table(table.cast(writer.schema), row_group_size=_ROWS_PER_GROUP)
            rows += len(frame)
    finally:
        if writer is not None:
            writer.close()
    return rows


def read_chunks(
    path: Path, *, memory_mb: float = 512.0, near: NDArray[np.float64] | None = None
) -> Iterator[gpd.GeoDataFrame]:
    """Read a GeoParquet file a bounded part at a time.

    Parameters
    ----------
    path : pathlib.Path
        Rows in any order; quickest in Hilbert order with boxes beside them, as :func:`write_chunks` and
        saved versions have.
    memory_mb : float
        Room that one chunk may take.
    near : numpy.ndarray, optional
        Boxes ``xmin, ymin, xmax, ymax``; rows whose box meets none of them are passed over.

    Yields
    ------
    geopandas.GeoDataFrame
        Some of the rows, with the index they were saved with; every row is in one chunk.

    Raises
    ------
    SourceError
        ``source_unreadable`` if the file isn't GeoParquet, or unpacks to far more than it says.
    """
    try:
        check_parquet(path)
        file = pq.ParquetFile(path)
        geo = pa.Table.from_batches([], file.schema_arrow).schema.metadata[b"geo"]
    except (pa.ArrowException, OSError, KeyError, TypeError, ValueError) as error:
        raise SourceError("source_unreadable", path=path.name, found=str(error)[:200]) from error
    tree = None if near is None else shapely.STRtree(np.asarray(shapely.box(*near.T)))
    for groups in _groups(file.metadata, memory_mb, tree):
        for table in _tables(file, groups, memory_mb):
            kept = table.filter(pa.array(_near(table, tree))) if tree is not None and _boxed(file) else table
            if len(kept):
                yield _frame(kept, geo)


def _groups(metadata: pq.FileMetaData, memory_mb: float, tree: shapely.STRtree | None) -> Iterator[list[int]]:
    """Row groups near the boxes, as many together as there is room for."""
    together: list[int] = []
    used = 0.0
    for k in range(metadata.num_row_groups):
        group = metadata.row_group(k)
        box = _box_of(group)
        if tree is not None and box is not None and not len(tree.query(_rectangle(box))):
            continue
        size = group.total_byte_size * _GROWTH / 2**20
        if together and used + size > memory_mb:
            yield together
            together, used = [], 0.0
        together.append(k)
        used += size
    if together:
        yield together


def _tables(file: pq.ParquetFile, groups: list[int], memory_mb: float) -> Iterator[pa.Table]:
    """Rows of some row groups; a single one that is larger than the room comes in parts."""
    size = sum(file.metadata.row_group(k).total_byte_size for k in groups) * _GROWTH / 2**20
    if size <= memory_mb:
        yield file.read_row_groups(groups)
        return
    rows = sum(file.metadata.row_group(k).num_rows for k in groups)
    for batch in file.iter_batches(batch_size=max(int(rows * memory_mb / size), 1), row_groups=groups):
        yield pa.Table.from_batches([batch])


def _box_of(group: pq.RowGroupMetaData) -> list[float] | None:
    """Box round the rows of a group, from the statistics of its boxes; ``None`` where there are none."""
    columns = (group.column(c) for c in range(group.num_columns))
    known = {c.path_in_schema: c.statistics for c in columns if c.path_in_schema.startswith("bbox.")}
    ends = [("xmin", "min"), ("ymin", "min"), ("xmax", "max"), ("ymax", "max")]
    if any(f"bbox.{side}" not in known or not known[f"bbox.{side}"].has_min_max for side, _ in ends):
        return None
    return [float(getattr(known[f"bbox.{side}"], end)) for side, end in ends]


def _rectangle(box: list[float]) -> shapely.Polygon:
    xmin, ymin, xmax, ymax = box
    return shapely.box(xmin, ymin, xmax, ymax)


def _boxed(file: pq.ParquetFile) -> bool:
    return "bbox" in file.schema_arrow.names


def _near(table: pa.Table, tree: shapely.STRtree) -> NDArray[np.bool_]:
    box = table["bbox"].combine_chunks()
    sides = [box.field(side).to_numpy(zero_copy_only=False) for side in ("xmin", "ymin", "xmax", "ymax")]
    met = tree.query(np.asarray(shapely.box(*sides)))[0]
    out = np.zeros(len(table), dtype=bool)
    out[met] = True
    return out


def _frame(table: pa.Table, geo: Any) -> gpd.GeoDataFrame:
    metadata = {**(table.schema.metadata or {}), b"geo": geo}
    frame: gpd.GeoDataFrame = gpd.GeoDataFrame.from_arrow(table.replace_schema_metadata(metadata))
    return gpd.GeoDataFrame(frame.drop(columns=[c for c in ("bbox",) if c in frame]).rename_axis(None))
