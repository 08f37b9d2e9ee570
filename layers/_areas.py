"""Areas of a layer as read, whatever its system."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import geopandas as gpd
import numpy as np
import pandas as pd

from layers._place import place_of
from layers.crs import is_metric, metric_crs_at, to_crs

if TYPE_CHECKING:
    from typing import Any

HA: Final = 10_000.0


def areas_ha(frame: gpd.GeoDataFrame) -> pd.Series[Any]:
    """Areas in the metric system of the layer or of its place; NaN where it has neither."""
    if not is_metric(frame.crs):
        place = place_of(frame)
        if place is None:
            return pd.Series(np.nan, frame.index)
        plain = gpd.GeoDataFrame(geometry=frame.geometry)
        frame = to_crs(plain, metric_crs_at(*place))
    return frame.geometry.area / HA
