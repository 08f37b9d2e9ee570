"""The server reprojects in many threads at once; a transformer that is not made for that ends the process."""

from __future__ import annotations

import subprocess
import sys

SCRIPT = """
import gc
from concurrent.futures import ThreadPoolExecutor
import geopandas as gpd, numpy as np
from layers import crs
points = gpd.points_from_xy(np.linspace(550_000, 580_000, 40_000), np.linspace(2_300_000, 2_330_000, 40_000))
frame = gpd.GeoDataFrame(geometry=points, crs=5897)
once = crs.to_crs(frame, crs.as_crs(4326)).geometry.x.to_numpy()
for _ in range(6):
    crs._transformer.cache_clear()
    with ThreadPoolExecutor(8) as pool:
        for again in pool.map(lambda _: crs.to_crs(frame, crs.as_crs(4326)).geometry.x.to_numpy(), range(8)):
            assert (again == once).all()
    gc.collect()
print("same")
"""


def test_many_threads_reproject_alike_and_the_process_lives():
    done = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout.strip()) == (0, "same"), done.stderr[-500:]
