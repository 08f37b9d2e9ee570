"""GeoParquet in chunks: layers larger than memory, read a bounded part at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import shapely

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
        ``source_unreadable`` if the file isn't GeoParquet.
    """
    try:
        file = pq.ParquetFile(path)
        geo = pa.Table.from_batches([], file.schema_arrow).schema.metadata[b"geo"]
    except (pa.ArrowException, OSError, KeyError, TypeError) as error:
        raise SourceError("source_unreadable", path=path.name, found=str(error)[:200]) from error
    tree = None if near is None else shapely.STRtree(np.asarray(shapely.box(*near.T)))
    size = sum(file.metadata.row_group(k).total_byte_size for k in range(file.num_row_groups))
    each = max(size / max(file.metadata.num_rows, 1), 1.0) * _GROWTH
    rows = int(max(memory_mb * 2**20 / each, 1))
    boxed = "bbox" in file.schema_arrow.names
    for batch in file.iter_batches(batch_size=rows):
        table = pa.Table.from_batches([batch])
        if tree is not None and boxed:
            table = table.filter(pa.array(_near(table, tree)))
        if len(table):
            yield _frame(table, geo)


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
