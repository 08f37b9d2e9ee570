"""Travel along roads: how far it is from land to the nearest target by way of the network, not straight.

The network is made of lines. Ways join where they share a point or cross; an expressway joins others only
where they share a vertex or one ends at it, as it is crossed on bridges. An end that lies within a tolerance
of another way is joined to it. Where no way leads there is no distance, which is said, and no large number.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd
import shapely

from layers.crs import require_metric
from layers.errors import QuestionError
from layers.findings import Finding
from spatial.way_speeds import way_classes, way_speeds

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from layers.layer import Layer
    from spatial.way_speeds import WaySpeeds

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Shapes = NDArray[np.object_]

__all__ = ["RoadNetwork", "TravelCosts", "road_network", "travel_costs"]

_LINE: Final = 1
_EXPRESSWAY: Final = "expressway"
_LEAST: Final = 1e-9  # a step of no length would be no step for scipy
_KMH: Final = 60.0 / 1000.0  # minutes for a metre at one km/h
#: km/h from a place to the nearest road, where time is asked for
_OFF_ROAD_KMH: Final = 10.0


@dataclass(frozen=True, eq=False)
class RoadNetwork:
    """Roads as nodes and links.

    Parameters
    ----------
    nodes : numpy.ndarray, shape (n, 2)
        x and y, metres.
    links : numpy.ndarray of int, shape (m, 2)
        Nodes at both ends; roads are used both ways.
    cost : numpy.ndarray
        Metres of each link, or minutes.
    unit : str
        ``m`` or ``min``.
    name : str
        Of the layer.
    joined : int
        Ends that lay off another way within the tolerance and were joined to it.
    parts : int
        Pieces of the network that no way joins.
    speeds : WaySpeeds or None
        What minutes rest on, and what is to be told of it.
    """

    nodes: Floats
    links: Ints
    cost: Floats
    unit: str
    name: str
    joined: int
    parts: int
    speeds: WaySpeeds | None = None


@dataclass(frozen=True, eq=False)
class TravelCosts:
    """How far the nodes of a network are from the nearest target.

    Parameters
    ----------
    nodes : numpy.ndarray, shape (n, 2)
        Only those that a target can be reached from.
    cost : numpy.ndarray
        Metres or minutes along the network, the way from the road to the target included.
    per_m : float
        Cost of a metre off the road.
    access_m : float
        Land farther than this from every such node is not reached.
    findings : tuple of Finding
        ``target_off_network`` for targets with no road within the tolerance, ``network_in_parts``.
    """

    nodes: Floats
    cost: Floats
    per_m: float
    access_m: float
    findings: tuple[Finding, ...] = ()

    def at(self, xy: Floats) -> Floats:
        """Reckon the travel from places: straight to the nearest node, then along the network.

        Parameters
        ----------
        xy : numpy.ndarray, shape (n, 2)

        Returns
        -------
        numpy.ndarray
            Metres or minutes; infinite where nothing is reached: value functions give it their last score.
        """
        from scipy.spatial import cKDTree  # noqa: PLC0415 - takes a moment to load

        if not len(self.nodes):
            return np.full(len(xy), np.inf)
        away, at = cKDTree(self.nodes).query(xy, distance_upper_bound=self.access_m * (1 + 1e-12))
        out: Floats = np.full(len(xy), np.inf)
        near = np.isfinite(away)
        out[near] = self.cost[at[near]] + away[near] * self.per_m
        return out


def road_network(
    roads: Layer, *, step_m: float = 25.0, snap_m: float = 5.0, speeds: Mapping[str, float] | None = None
) -> RoadNetwork:
    """Make a network of the lines of a layer.

    Parameters
    ----------
    roads : Layer
        Lines in a projected metric CRS; ``road_class`` tells expressways, ``speed_kmh`` the speed of a way.
    step_m : float
        Nodes lie no farther apart along a way; the way onto the road is right to half of it.
    snap_m : float
        An end this near to another way is joined to it.
    speeds : mapping of str to float, optional
        km/h by class, for ways without a speed of their own; costs are minutes then. ``other`` stands for
        classes that it doesn't name.

    Returns
    -------
    RoadNetwork

    Raises
    ------
    QuestionError
        ``network_missing`` where the layer has no line, ``speed_missing`` where time is asked for and a way
        has no speed, ``distance_wrong`` for a step or tolerance that isn't positive.
    CrsError
        ``crs_missing`` or ``crs_not_metric``.

    Examples
    --------
    >>> import geopandas as gpd
    >>> from layers import Layer
    >>> ways = [shapely.LineString([(0, 0), (100, 0)]), shapely.LineString([(50, -50), (50, 50)])]
    >>> network = road_network(Layer(gpd.GeoDataFrame(geometry=ways, crs=5897), "roads", "road"), step_m=50)
    >>> len(network.nodes), network.parts, float(network.cost.sum())
    (5, 1, 200.0)
    """
    require_metric(roads.frame, roads.name)
    for figure in (step_m, snap_m):
        if not (np.isfinite(figure) and figure > 0):
            raise QuestionError("distance_wrong", found=figure, expected=0.0)
    frame = roads.frame[shapely.get_dimensions(roads.frame.geometry.to_numpy()) == _LINE]
    if frame.empty:
        raise QuestionError("network_missing", layer=roads.name, rows=len(roads.frame))
    ways = shapely.force_2d(frame.geometry.to_numpy())
    named = way_classes(frame)
    speed = None if speeds is None else way_speeds(frame, speeds, layer=roads.name)
    pieces, of = _noded(ways, named == _EXPRESSWAY)
    nodes, links, length, piece = _cut(pieces, named[of] == _EXPRESSWAY, step_m)
    cost = length if speed is None else length * _KMH / speed.kmh[of[piece]]
    extra = _joins(pieces, nodes, (links, piece), snap_m)
    far = np.hypot(*(nodes[extra[:, 0]] - nodes[extra[:, 1]]).T)
    cost = np.concatenate([cost, far if speeds is None else far * _KMH / _OFF_ROAD_KMH])
    links = np.concatenate([links, extra])
    parts = _parts(len(nodes), links)
    unit = "m" if speeds is None else "min"
    return RoadNetwork(nodes, links, cost, unit, roads.name, len(extra), parts, speed)


def travel_costs(
    network: RoadNetwork, targets: Layer, *, access_m: float = 1_000.0, target_m: float = 1_000.0
) -> TravelCosts:
    """Find how far every node of a network is from the nearest target.

    Parameters
    ----------
    network : RoadNetwork
    targets : Layer
        Points, lines or polygons in the CRS of the network.
    access_m : float
        How far land may lie from the road.
    target_m : float
        How far a target may lie from the road; those farther away are told and left out.

    Returns
    -------
    TravelCosts

    Raises
    ------
    CrsError
        ``crs_missing`` or ``crs_not_metric``.

    Notes
    -----
    Dijkstra's algorithm from all targets at once (scipy.sparse.csgraph).

    Examples
    --------
    A port behind a bend: 300 m straight, 500 m by road.

    >>> import geopandas as gpd
    >>> from layers import Layer
    >>> way = shapely.LineString([(0, 0), (0, 100), (300, 100), (300, 0)])
    >>> network = road_network(Layer(gpd.GeoDataFrame(geometry=[way], crs=5897), "roads", "road"))
    >>> port = Layer(gpd.GeoDataFrame(geometry=[shapely.Point(300, 0)], crs=5897), "port", "railway")
    >>> travel_costs(network, port).at(np.array([[0.0, 0.0], [-50.0, 0.0], [0.0, 5000.0]])).round(6).tolist()
    [500.0, 550.0, inf]
    """
    from scipy.sparse.csgraph import dijkstra  # noqa: PLC0415 - takes a moment to load

    require_metric(targets.frame, targets.name)
    count = len(network.nodes)
    per_m = 1.0 if network.unit == "m" else _KMH / _OFF_ROAD_KMH
    shapes = targets.frame.geometry.to_numpy()
    (row, at), away = shapely.STRtree(np.asarray(shapely.points(network.nodes))).query_nearest(
        shapes, return_distance=True, all_matches=False
    )
    near = away <= target_m
    lost = sorted(map(str, targets.frame.index[np.setdiff1d(np.arange(len(shapes)), row[near])]))
    start = np.column_stack([np.full(int(near.sum()), count), at[near]])
    graph = _graph(
        count + 1,
        np.concatenate([network.links, start]),
        np.concatenate([network.cost, away[near] * per_m]),
    )
    cost = dijkstra(graph, directed=False, indices=count)[:count]
    reached = np.isfinite(cost)
    findings = []
    if lost:
        fields = {"count": len(lost), "found": lost[:5], "within_m": target_m}
        findings.append(Finding("target_off_network", targets.name, None, "warn", fields))
    if network.parts > 1:
        share = 100.0 * float((~reached).sum()) / count
        told = {"count": network.parts, "share_pct": share}
        findings.append(Finding("network_in_parts", network.name, None, "info", told))
    return TravelCosts(network.nodes[reached], cost[reached], per_m, access_m, tuple(findings))


def _noded(ways: Shapes, express: NDArray[np.bool_]) -> tuple[Shapes, Ints]:
    """Ways cut where they meet, and the way that each piece is of."""
    pieces, of = [], []
    for mine in (express, ~express):
        rows = np.flatnonzero(mine)
        if len(rows):
            cut = shapely.get_parts(shapely.union_all(ways[rows]))
            middle = shapely.line_interpolate_point(cut, 0.5, normalized=True)
            pieces.append(cut)
            of.append(rows[shapely.STRtree(ways[rows]).nearest(middle)])
    return np.concatenate(pieces), np.concatenate(of).astype(np.int64)


def _cut(pieces: Shapes, express: NDArray[np.bool_], step_m: float) -> tuple[Floats, Ints, Floats, Ints]:
    """Nodes no farther apart than a step, the links between them, their lengths, and the piece of each."""
    xy, piece = shapely.get_coordinates(shapely.segmentize(pieces, step_m), return_index=True)
    # ends of pieces that were cut at one place are one node, rounding or not
    place = np.round(xy, 3)
    corners, of = shapely.get_coordinates(pieces, return_index=True)
    own = pd.MultiIndex.from_arrays([of, *np.round(corners, 3).T])
    added = ~pd.MultiIndex.from_arrays([piece, *place.T]).isin(own)
    # a node put in on the way is no place where an expressway meets what it is led over
    level = np.where(added, 1 + express[piece], 0)
    nodes, node = np.unique(np.column_stack([place, level]), axis=0, return_inverse=True)
    nodes, node = np.ascontiguousarray(nodes[:, :2]), node.ravel()
    follows = piece[1:] == piece[:-1]
    links = np.column_stack([node[:-1], node[1:]])[follows]
    length = np.hypot(*(xy[1:] - xy[:-1]).T)[follows]
    return nodes, links, length, piece[1:][follows]


def _joins(pieces: Shapes, nodes: Floats, made: tuple[Ints, Ints], snap_m: float) -> Ints:
    """Links from loose ends to the nearest node of every other way within the tolerance."""
    links, piece = made
    degree = np.bincount(links.ravel(), minlength=len(nodes))
    loose = np.flatnonzero(degree == 1)
    own = np.full(len(nodes), -1)
    own[links.ravel()] = np.repeat(piece, 2)
    tree = shapely.STRtree(pieces)
    end, other = tree.query(shapely.points(nodes[loose]), predicate="dwithin", distance=snap_m)
    out = []
    for at, way in zip(loose[end].tolist(), other.tolist(), strict=True):
        if own[at] != way:
            mine = np.unique(links[piece == way])
            to = mine[np.argmin(np.hypot(*(nodes[mine] - nodes[at]).T))]
            out.append((at, int(to)))
    found = np.array(out, dtype=np.int64).reshape(-1, 2)
    return np.asarray(found[found[:, 0] != found[:, 1]])


def _graph(count: int, links: Ints, cost: Floats) -> object:
    """Sparse matrix of the cheapest link between any two nodes."""
    from scipy.sparse import csr_array  # noqa: PLC0415 - takes a moment to load

    pairs = np.sort(links, axis=1)
    order = np.lexsort((cost, pairs[:, 1], pairs[:, 0]))
    pairs, cost = pairs[order], cost[order]
    first = np.ones(len(pairs), dtype=bool)
    first[1:] = (pairs[1:] != pairs[:-1]).any(axis=1)
    pairs, cost = pairs[first], np.maximum(cost[first], _LEAST)
    return csr_array((cost, (pairs[:, 0], pairs[:, 1])), shape=(count, count))


def _parts(count: int, links: Ints) -> int:
    from scipy.sparse.csgraph import connected_components  # noqa: PLC0415 - takes a moment to load

    return int(connected_components(_graph(count, links, np.ones(len(links))), directed=False)[0])
