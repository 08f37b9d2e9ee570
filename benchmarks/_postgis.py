"""PostGIS as a peer: on a server that ``THOCONG_BENCH_PG`` names (a libpq connection string)."""

from __future__ import annotations

import importlib.util
import os
from functools import cache
from typing import TYPE_CHECKING, Any

import pandas as pd
import psutil
import shapely

from benchmarks._measure import Found

if TYPE_CHECKING:
    from benchmarks.vector import Frames

__all__ = ["areas", "load", "pieces", "server", "version", "why_not"]

VARIABLE = "THOCONG_BENCH_PG"

# the planner is told nothing that a careful user would not tell it
SESSION = """
SET jit = off;
SET work_mem = '256MB';
SET max_parallel_workers_per_gather = 0;
DROP SCHEMA IF EXISTS thocong_bench CASCADE;
CREATE SCHEMA thocong_bench;
SET search_path = thocong_bench, public;
CREATE UNLOGGED TABLE zone (zone integer, geom geometry);
CREATE UNLOGGED TABLE other (code text, geom geometry);
ALTER TABLE zone ALTER geom SET STORAGE EXTERNAL;
ALTER TABLE other ALTER geom SET STORAGE EXTERNAL;
"""
INDEX = """
CREATE INDEX ON zone USING gist (geom);
CREATE INDEX ON other USING gist (geom);
ANALYZE zone;
ANALYZE other;
"""
PIECES = """
DROP TABLE IF EXISTS piece;
CREATE UNLOGGED TABLE piece AS
SELECT zone, code, CASE WHEN ST_ContainsProperly(z.geom, o.geom) THEN o.geom
    ELSE ST_CollectionExtract(ST_Intersection(z.geom, o.geom), 3) END AS geom
FROM zone z JOIN other o ON ST_Intersects(z.geom, o.geom);
"""
SUMS = "SELECT zone, code, sum(ST_Area(geom)) FROM piece GROUP BY zone, code"
INVALID = "SELECT count(*) FROM piece WHERE NOT ST_IsValid(geom)"
PARTS = """
DROP TABLE IF EXISTS part;
CREATE UNLOGGED TABLE part AS SELECT zone, ST_Subdivide(geom, 128) AS geom FROM zone;
ANALYZE part;
"""
AREAS = """
SELECT zone, code, sum(CASE WHEN ST_ContainsProperly(p.geom, o.geom) THEN ST_Area(o.geom)
    ELSE ST_Area(ST_Intersection(p.geom, o.geom)) END)
FROM part p JOIN other o ON ST_Intersects(p.geom, o.geom) GROUP BY zone, code
"""


@cache
def why_not() -> str:
    """Say why PostGIS can't be asked; empty if it can."""
    if VARIABLE not in os.environ:
        return f"PostGIS: not measured, {VARIABLE} names no server"
    if not importlib.util.find_spec("psycopg"):
        return "PostGIS: not measured, psycopg is not installed"
    try:
        version()
    except Exception as error:  # noqa: BLE001 - whatever keeps it away is told
        return f"PostGIS: not measured, {str(error).strip()}"
    return ""


def version() -> str:
    """Versions of the server, of PostGIS and of its GEOS."""
    with _connected() as connection:
        ask = "SELECT current_setting('server_version'), postgis_lib_version(), postgis_geos_version()"
        server_is, postgis, geos = connection.execute(ask).fetchone()
    return f"PostgreSQL {server_is.split()[0]}, PostGIS {postgis} with GEOS {geos}"


def _connected() -> Any:
    import psycopg  # noqa: PLC0415 - a peer

    return psycopg.connect(os.environ[VARIABLE], autocommit=True)


def load(given: Frames) -> Any:
    """Bring both layers in and index them; the connection stays open."""
    connection = _connected()
    connection.execute(SESSION)
    for name, frame in (("zone", given.zones), ("other", given.others)):
        with connection.cursor().copy(f"COPY {name} FROM STDIN") as copy:
            for row in zip(frame.iloc[:, 0].tolist(), shapely.to_wkb(frame.geometry, hex=True), strict=True):
                copy.write_row(row)
    connection.execute(INDEX)
    return connection


def server(connection: Any) -> int | None:
    """Process that works for the connection, if it runs on this machine."""
    pid = int(connection.info.backend_pid)
    try:
        return pid if psutil.Process(pid).name().startswith("postgres") else None
    except psutil.NoSuchProcess:
        return None


def pieces(connection: Any) -> Found:
    """Cut only what crosses a zone's border; keep the pieces as a table, then add them up."""
    connection.execute(PIECES)
    return Found(_summed(connection, SUMS), invalid=lambda: connection.execute(INVALID).fetchone()[0])


def areas(connection: Any) -> Found:
    """Take zones apart into parts of few corners first, so that each cut is a small one."""
    connection.execute(PARTS)
    return Found(_summed(connection, AREAS))


def _summed(connection: Any, ask: str) -> pd.Series:
    found = pd.DataFrame(connection.execute(ask).fetchall(), columns=["zone", "code", "area_m2"])
    return found.set_index(["zone", "code"])["area_m2"]
