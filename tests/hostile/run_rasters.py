"""Damaged rasters through the guarded door; ``python -m tests.hostile.run_rasters --rounds 20``."""

from __future__ import annotations

import argparse
import json
import tempfile
from collections import Counter
from pathlib import Path
from typing import Final

import numpy as np
import rasterio
import rasterio.shutil
from affine import Affine

from layers.errors import SourceError
from layers.guard import Limits
from layers.guarded_raster import guarded_raster
from tests.hostile.damage import damages, spoilt

_LIMITS: Final = Limits(memory_mb=1_024, seconds=20)
_ENDED: Final = {"reading_too_slow": "late", "reading_crashed": "crash", "reading_out_of_memory": "memory"}
_TILED: Final = {"tiled": True, "blockxsize": 32, "blockysize": 32, "compress": "deflate"}
#: format -> ending, driver, options
ORIGINALS: Final = {
    "tif": (".tif", "GTiff", {}),
    "tif tiled": (".tif", "GTiff", _TILED),
    "tif lzw": (".tif", "GTiff", {**_TILED, "compress": "lzw"}),
    "tif packbits": (".tif", "GTiff", {**_TILED, "compress": "packbits"}),
    "tif zstd": (".tif", "GTiff", {**_TILED, "compress": "zstd"}),
    "asc": (".asc", "AAIGrid", {}),
    "img": (".img", "HFA", {}),
}


def original(folder: Path, name: str) -> Path:
    """Write 96 x 96 cells of classes in a format."""
    ending, driver, options = ORIGINALS[name]
    values = np.random.default_rng(1).integers(1, 9, (96, 96)).astype("int16")
    profile = {"driver": "GTiff", "height": 96, "width": 96, "count": 1, "dtype": "int16", "nodata": -1}
    first = folder / "first.tif"
    place = Affine(10, 0, 558_000, 0, -10, 2_325_000)
    with rasterio.open(first, "w", transform=place, crs="EPSG:5897", **profile) as file:
        file.write(values, 1)
    path = folder / f"a{ending}"
    with rasterio.open(first) as file:
        rasterio.shutil.copy(file, path, driver=driver, **options)
    return path


def judge(path: Path, whole: np.ndarray) -> str:
    """Read, and compare with the cells of the whole raster."""
    try:
        found = guarded_raster(path, limits=_LIMITS)
    except SourceError as error:
        return _ENDED.get(error.code, "refused")
    told = any(f.level != "info" for f in found.findings)  # type: ignore[attr-defined]
    if found.grid.shape != whole.shape:
        return "told" if told else "silent"
    values = found.read(found.grid.whole)
    if (values == whole).all():
        return "whole"
    missing = (values == found.nodata) if found.nodata is not None else np.zeros(whole.shape, bool)
    lost = int(((values == 0) | missing).sum()) > whole.size // 50
    return "told" if told else "silent" if lost else "altered"


def main() -> None:
    """Print a row a format, then each case that should not be."""
    wanted = argparse.ArgumentParser()
    wanted.add_argument("--rounds", type=int, default=20)
    rounds = wanted.parse_args().rounds
    kinds = ("refused", "told", "whole", "altered", "silent", "late", "crash", "memory")
    print("format", "cases", *kinds, sep=" | ")
    bad = []
    for name in ORIGINALS:
        counts: Counter[str] = Counter()
        with tempfile.TemporaryDirectory() as place:
            path = original(Path(place), name)
            source = guarded_raster(path)
            whole, raw = source.read(source.grid.whole), path.read_bytes()
            victim = path.with_name(f"b{path.suffix}")
            for damage in damages((path.suffix,), rounds):
                victim.write_bytes(spoilt(raw, damage))
                what = judge(victim, whole)
                counts[what] += 1
                if what in ("silent", "late", "crash", "memory"):
                    bad.append(f"{name} {damage}: {what}")
        print(name, sum(counts.values()), *(counts[k] for k in kinds), sep=" | ", flush=True)
    print(json.dumps(bad, indent=1))


if __name__ == "__main__":
    main()
