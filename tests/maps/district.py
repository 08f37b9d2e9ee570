"""A district that every analysis has something to say about."""

from __future__ import annotations

from shapely import LineString, Point, box

from layers import Layer, Provenance, Workspace
from layers.period import parse_period
from tests.maps.conftest import frame


def save(base, layer, kind, period, *shapes, **columns):
    made = Provenance(source="thử.gpkg", made=True)
    base.save(Layer(frame(*shapes, **columns), layer, kind, parse_period(period), made))


def district(folder):
    """A district of 5 × 5 km: three surveys of land, two plans of clusters, homes, a road, two communes."""
    base = Workspace.create(folder, crs=5897, name="Thử")
    for year, homes in (("2015", 400), ("2020", 700), ("2025", 1200)):
        shapes = [box(0, 0, homes, 5000), box(homes, 0, 2500, 5000), box(2500, 0, 5000, 5000)]
        save(base, f"land_use_{year}", "land_use", f"{year}:surveyed", *shapes, code=["ONT", "LUC", "CLN"])
    before = [box(1000, 1000, 1500, 1800), box(3000, 1000, 3600, 1500)]
    after = [box(1000, 1000, 1700, 1800), box(3000.1, 1000, 3600, 1500), box(3000, 3000, 3500, 3400)]
    for year, shapes in (("2011-2020", before), ("2021-2030", after)):
        ids = [f"C{n}" for n in range(len(shapes))]
        name = f"industrial_clusters_{year[-4:]}"
        save(base, name, "industrial_cluster", f"{year}:approved", *shapes, id=ids, name=ids)
    homes = [box(200, 500, 400, 900), box(3500, 1400, 3700, 1600)]
    save(base, "residential_2025", "residential", "2025:surveyed", *homes, id=["H1", "H2"])
    save(base, "wastewater", "wastewater_facility", "2025:surveyed", Point(3400, 1700), id=["W"], name=["W"])
    road = LineString([(0, 2200), (5000, 2200)])
    save(base, "roads", "road", "2025:surveyed", road, id=["R"], name=["R"], road_class=["national"])
    communes = [box(0, 0, 2500, 5000), box(2500, 0, 5000, 5000)]
    names = {"id": ["1", "2"], "name": ["Tây", "Đông"]}
    save(base, "communes_2025", "admin_unit", "2025:approved", *communes, **names)
    return base
