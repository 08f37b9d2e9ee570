"""Odd but whole files through the guarded door, beside GDAL alone: who refuses what."""

from __future__ import annotations

import tempfile
import warnings
from collections import Counter
from pathlib import Path

import geopandas as gpd
import pyogrio

from layers import Source, guarded_read
from layers.errors import ThoCongError
from tests.hostile.odd import oddities


def plain(path: Path) -> str:
    """Read by GDAL alone, or by geopandas where GDAL has no driver here."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            name = f"/vsizip/{path}" if path.suffix.lower() in (".zip", ".kmz") else path
            read = gpd.read_parquet if path.read_bytes()[:4] == b"PAR1" else pyogrio.read_dataframe
            return f"read {len(read(name))}"
    except Exception as error:  # noqa: BLE001
        return f"refused: {str(error)[:60]}"


def guarded(path: Path) -> str:
    """Read through the guarded door."""
    try:
        found = guarded_read(Source(path, assume_crs="EPSG:5897"), "road")
    except ThoCongError as error:
        return f"refused: {error.code}"
    return f"read {found.rows_read}"


def main() -> None:
    """Print where the two differ, and the sums."""
    counts: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as base:
        for name, path in oddities(Path(base)):
            ours, theirs = guarded(path), plain(path)
            counts["files"] += 1
            counts["ours refuses"] += ours.startswith("refused")
            counts["GDAL alone refuses"] += theirs.startswith("refused")
            counts["ours alone refuses"] += ours.startswith("refused") and not theirs.startswith("refused")
            if ours != theirs:
                print(f"{name}: ours {ours}; GDAL alone {theirs}", flush=True)
    print(dict(counts))


if __name__ == "__main__":
    main()
