"""Which land each layer takes from a search, and on what ground: rule book and distance table as a list.

A row that is law and valid excludes; a row that asks for consent excludes unless the asker allows it; a
row of uncertain force, a gap and a permission that is given in the ordinary course never exclude, and
stand in the list with the reason.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, Literal

import numpy as np
import shapely

from layers import reference
from layers.crs import as_crs
from layers.landuse import ancestors
from layers.provinces import province_name
from spatial._distance_rules import APPLIES, EXCLUDED, OPEN, DistanceBook
from spatial._scale import scale_at
from spatial.buffers import QUAD_SEGS
from spatial.provinces import HERE, UNKNOWN, Provinces, standing_here
from spatial.rules import RuleBook

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import geopandas as gpd
    from numpy.typing import NDArray

    from layers.layer import Layer
    from spatial._distance_rules import DistanceRule
    from spatial._exclusion_question import ExclusionQuestion
    from spatial.rules import Rule

__all__ = ["TIERS", "Claim", "Tier", "claims", "features_mark", "is_named"]

Tier = Literal["blocks", "distance", "consent", "chosen", "own", "no_data"]
#: order in which constraints take land
TIERS: Final[tuple[Tier, ...]] = ("blocks", "distance", "consent", "chosen", "own", "no_data")
#: a round buffer drawn round its circle and not in it: nothing nearer than asked is left over
_ROUND: Final = 1.0 / np.cos(np.pi / (4 * QUAD_SEGS)) * (1 + 1e-6)
_NO_PRIORITY: Final = 50
_AREA: Final = 2
_BY_LAW: Final = ("blocks", "distance")


@dataclass(frozen=True)
class Claim:
    """What one constraint claims: its ground, and the features or strips it claims land with."""

    constraint: str
    layer: str
    kind: str
    code: str
    tier: Tier
    applied: bool
    why: str = ""
    needs: str = ""
    rule: str = ""
    clause_vi: str = ""
    clause_en: str = ""
    basis: str = ""
    valid_from: str = ""
    valid_to: str = ""
    confidence: str = ""
    required_m: float = np.nan
    priority: int = _NO_PRIORITY
    place: int = 0
    province: str = ""
    #: place among claims of one tier and priority, and among those of one constraint: names don't count
    among: str = ""
    twin: str = ""
    shapes: NDArray[np.object_] | None = None

    @property
    def order(self) -> tuple[int, int, int, str, str]:
        """Place among the others, whatever order the layers came in."""
        return self.place, TIERS.index(self.tier), self.priority, self.among or self.constraint, self.twin


def claims(layers: Sequence[Layer], question: ExclusionQuestion) -> list[Claim]:
    """List every claim on land, in the order in which they take it."""
    book = RuleBook(question.rules, question.on)
    distances = DistanceBook(question.distances, question.on)
    marks = [(layer, features_mark(layer)) for layer in layers]
    found = [
        replace(claim, twin=mark)
        for layer, mark in marks
        for claim in _of_distances(layer, question, distances)
    ]
    spoken = {(claim.layer, claim.rule) for claim in found}
    own = [replace(claim, twin=mark) for layer, mark in marks for claim in _of_layer(layer, question, book)]
    # a row of the distance table that the rule book points to is listed once
    found += [claim for claim in own if claim.why != "unsettled" or (claim.layer, claim.rule) not in spoken]
    found += [replace(claim, twin=mark) for layer, mark in marks for claim in _of_asker(layer, question)]
    found += _refused(question, distances)
    found = [_thin(_waived(claim, question)) for claim in found]
    found = [replace(c, place=_place(c, question), among=c.constraint) for c in found]
    return _told_apart(sorted(found, key=lambda claim: claim.order))


def features_mark(layer: Layer) -> str:
    """Text that tells layers with other features apart, whatever their names and the order of their rows."""
    boxes = np.nan_to_num(shapely.bounds(layer.frame.geometry.to_numpy()))
    return hashlib.sha256(boxes[np.lexsort(boxes.T)].tobytes()).hexdigest()[:16]


def _place(claim: Claim, question: ExclusionQuestion) -> int:
    """Place that the asker gave a constraint; all others come after, in the order of the law."""
    mine = [n for n, name in enumerate(question.order) if is_named(claim, (name,))]
    return min(mine, default=len(question.order))


def _waived(claim: Claim, question: ExclusionQuestion) -> Claim:
    if not claim.applied or claim.tier == "no_data" or not is_named(claim, question.waive):
        return claim
    return replace(claim, applied=False, why="waived" if claim.tier in _BY_LAW else "allowed")


def _thin(claim: Claim) -> Claim:
    """Points and lines have no land to take: said, for they look applied."""
    if not claim.applied or claim.shapes is None or not len(claim.shapes):
        return claim
    thin = int(shapely.get_dimensions(claim.shapes).max()) < _AREA
    return replace(claim, why="no_area") if thin else claim


def _told_apart(found: list[Claim]) -> list[Claim]:
    """Name the layer behind constraints that two layers share."""
    names = [claim.constraint for claim in found]
    twice = {name for name in names if names.count(name) > 1}
    return [
        replace(claim, constraint=f"{claim.constraint} ({claim.layer})")
        if claim.constraint in twice
        else claim
        for claim in found
    ]


def _of_layer(layer: Layer, question: ExclusionQuestion, book: RuleBook) -> Iterator[Claim]:
    """Claims of the land of the features themselves."""
    geometry = layer.frame.geometry.to_numpy()
    for code, rows in _parts(layer).items():
        claim = Claim(_name(layer, code), layer.name, layer.kind_name, code, "consent", applied=True)
        claim = replace(claim, shapes=geometry[rows])
        if layer.kind_name == "land_use" and (not code or not ancestors(code)):
            yield replace(claim, constraint=f"no_data:{claim.constraint}", tier="no_data", why="code_unknown")
            continue
        blocked: list[bool] = []
        open_: dict[str, Rule] = {}
        for where, local in _regions(claim, book, question):
            rules = _speaking(book.rules_for(question.zone_kind, layer.kind_name, code, where=where))
            yield from (_judged(local, rule, question) for rule in rules)
            yield from _elsewhere(local, book, question, where)
            blocked.append(any(rule.severity == "blocks" for rule in rules))
            doubtful = book.unsettled_for(question.zone_kind, layer.kind_name, code, where=where)
            open_ |= {rule.id: rule for rule in doubtful}
        if not all(blocked) and is_named(claim, question.avoid):
            name = f"{claim.constraint}!"
            yield replace(claim, constraint=name, tier="own", why="own_choice", basis="own")
        for rule in open_.values():
            named = f"{claim.constraint}:{rule.fact_id}"
            yield replace(_cited(claim, rule), constraint=named, applied=False, why="unsettled", shapes=None)


def _land_of(question: ExclusionQuestion) -> Provinces:
    return question.provinces or Provinces()


def _regions(claim: Claim, book: RuleBook, question: ExclusionQuestion) -> Iterator[tuple[str, Claim]]:
    """A claim by the provinces that its land lies in, where a rule of one province speaks of it."""
    if not book.is_local(claim.kind) or claim.shapes is None:
        yield "", claim
        return
    known = _land_of(question)
    rest = claim.shapes
    for code, land in sorted(known.shapes.items()):
        inside = shapely.intersection(rest, land)
        rest = shapely.difference(rest, land)
        if not shapely.is_empty(inside).all():
            yield code, replace(claim, shapes=inside[~shapely.is_empty(inside)])
    if not shapely.is_empty(rest).all():
        yield known.stated, replace(claim, shapes=rest[~shapely.is_empty(rest)])


def _elsewhere(claim: Claim, book: RuleBook, question: ExclusionQuestion, where: str) -> Iterator[Claim]:
    """Rules of one province that don't reach this land: named with the reason."""
    for rule in book.elsewhere_for(question.zone_kind, claim.kind, claim.code, where=where):
        named = f"{claim.constraint}:{rule.fact_id}"
        why = standing_here(rule.provinces, {where})
        yield replace(_cited(claim, rule), constraint=named, applied=False, why=why)


def _parts(layer: Layer) -> dict[str, NDArray[np.intp]]:
    """Positions of the features by land-use code, or all under one name."""
    if layer.kind.answer_per != "code" or "code" not in layer.frame:
        return {"": np.arange(len(layer.frame))} if len(layer.frame) else {}
    codes = layer.frame["code"].fillna("").astype(str).to_numpy()
    return {str(code): np.flatnonzero(codes == code) for code in sorted(set(codes))}


def _name(layer: Layer, code: str) -> str:
    return f"{layer.kind_name}:{code}" if code else layer.kind_name


def _speaking(rules: tuple[Rule, ...]) -> list[Rule]:
    """The rule that decides: the gravest, and an ordinary permission only where nothing else speaks."""
    grave = [rule for rule in rules if rule.severity in ("blocks", "needs_consent")]
    permissions = reference.table("conversion_rules").index
    return ([rule for rule in grave if rule.fact_id not in permissions] or grave)[:1]


def _judged(claim: Claim, rule: Rule, question: ExclusionQuestion) -> Claim:
    cited = _cited(claim, rule)
    if rule.severity == "blocks":
        return replace(cited, tier="blocks")
    if rule.fact_id in reference.table("conversion_rules").index:
        return replace(cited, applied=False, why="permission")
    if is_named(claim, question.allow):
        return replace(cited, applied=False, why="allowed")
    return cited


def is_named(claim: Claim, names: tuple[str, ...]) -> bool:
    """Whether a list names a claim, its kind, its row of the tables, its code, or a group above it."""
    wider = [claim.kind, *(f"{claim.kind}:{code}" for code in ancestors(claim.code))]
    return any(name in names for name in (*wider, claim.constraint, f"{claim.kind}:{claim.rule}"))


def _cited(claim: Claim, rule: Rule) -> Claim:
    return replace(
        claim,
        rule=rule.fact_id if rule.severity == "unsettled" else rule.id,
        clause_vi=rule.clause_vi,
        clause_en=rule.clause_en,
        basis=rule.basis,
        valid_from=rule.valid_from,
        valid_to=rule.valid_to,
        confidence=rule.confidence,
        priority=rule.priority,
        province=_named(rule.provinces),
    )


def _named(provinces: frozenset[str]) -> str:
    return ", ".join(province_name(code) for code in sorted(provinces))


def _at_home(
    claim: Claim, provinces: frozenset[str], question: ExclusionQuestion, *, chosen: bool
) -> Iterator[Claim]:
    """A claim of a rule of one province: applied within it, elsewhere named with the reason."""
    if not provinces:
        yield claim
        return
    claim, known = replace(claim, province=_named(provinces)), _land_of(question)
    if claim.shapes is None:
        why = standing_here(provinces, known.codes or {""})
        yield replace(claim, why=why or claim.why)
        return
    for standing, shapes in known.parts(claim.shapes, provinces).items():
        # who chooses a row of a province says that land of no known province lies in it
        here = standing == HERE or (chosen and standing == UNKNOWN)
        if len(shapes) and here:
            yield replace(claim, shapes=shapes)
        elif len(shapes):
            yield replace(claim, applied=False, why=standing, shapes=shapes)


def _of_distances(layer: Layer, question: ExclusionQuestion, book: DistanceBook) -> Iterator[Claim]:
    """Claims of the strips that the distance table draws between the layer and a new zone."""
    chosen = frozenset(book.choose(text).id for text in (question.choose or {}).get(layer.kind_name, ()))
    spoken = []
    for rule in book.between(layer.kind_name, question.zone_kind, chosen):
        holds = rule.holds(layer.frame)
        spoken.append((rule, np.full(len(holds), APPLIES) if rule.id in chosen else holds))
    for rule in book.between(question.zone_kind, layer.kind_name, chosen):
        sure = not rule.conditions or rule.id in chosen
        spoken.append((rule, np.full(len(layer.frame), APPLIES if sure else OPEN)))
    for rule, holds in spoken:
        for claim in _strip(layer, rule, holds, chosen):
            yield from _at_home(claim, rule.provinces, question, chosen=rule.id in chosen)


def _strip(
    layer: Layer, rule: DistanceRule, holds: NDArray[np.integer], chosen: frozenset[str]
) -> Iterator[Claim]:
    by_choice = rule.id in chosen and rule.standing != "judges"
    judging = (rule.standing == "judges" or by_choice) and np.isfinite(rule.required_m)
    name = f"{layer.kind_name}:{rule.id}"
    claim = Claim(name, layer.name, layer.kind_name, "", "chosen" if by_choice else "distance", applied=True)
    claim = replace(
        claim,
        rule=rule.id,
        clause_vi=rule.facts["clause_vi"] or rule.facts["label_vi"],
        clause_en=rule.facts["clause_en"] or rule.facts["label_en"],
        basis="clause",
        valid_from=rule.facts["valid_from"],
        valid_to=rule.facts["valid_to"],
        confidence=rule.facts["confidence"],
        required_m=rule.required_m,
    )
    sure, open_ = holds == APPLIES, holds == OPEN
    if judging and sure.any():
        yield replace(
            claim,
            why=rule.standing if by_choice else "",
            shapes=_buffered(layer.frame[sure], rule.required_m),
        )
    if judging and open_.any():
        needs = " ".join(dict.fromkeys(condition.field for condition in rule.conditions))
        shapes = _buffered(layer.frame[open_], rule.required_m)
        yield replace(claim, applied=False, why="condition", needs=needs, shapes=shapes)
    spoken = holds != EXCLUDED
    if not judging and spoken.any():
        wide = _buffered(layer.frame[spoken], rule.required_m) if np.isfinite(rule.required_m) else None
        yield replace(claim, applied=False, why=rule.standing, shapes=wide)


def _buffered(frame: gpd.GeoDataFrame, distance_m: float) -> NDArray[np.object_]:
    """Land nearer than a distance on the ground, features included."""
    geometry = shapely.force_2d(frame.geometry.to_numpy())
    middle = shapely.centroid(geometry)
    scale = scale_at(as_crs(frame.crs), shapely.get_x(middle), shapely.get_y(middle))
    wide: NDArray[np.object_] = shapely.buffer(geometry, distance_m * scale * _ROUND, quad_segs=QUAD_SEGS)
    return wide


def _of_asker(layer: Layer, question: ExclusionQuestion) -> Iterator[Claim]:
    distance_m = (question.buffers_m or {}).get(layer.kind_name)
    if distance_m is not None and len(layer.frame):
        name = f"{layer.kind_name}+{distance_m:g} m"
        shapes = _buffered(layer.frame, distance_m)
        yield Claim(
            name, layer.name, layer.kind_name, "", "own", applied=True, why="own_figure", basis="own",
            required_m=distance_m, shapes=shapes,
        )  # fmt: skip


def _refused(question: ExclusionQuestion, book: DistanceBook) -> list[Claim]:
    """Figures for such a zone that go round without a text behind them: named, never used."""
    return [
        Claim(
            rule.id, "", "", "", "distance", applied=False, why=rule.standing, rule=rule.id,
            clause_vi=rule.facts["clause_vi"] or rule.facts["label_vi"],
            clause_en=rule.facts["clause_en"] or rule.facts["label_en"],
            valid_from=rule.facts["valid_from"], valid_to=rule.facts["valid_to"],
            confidence=rule.facts["confidence"], required_m=rule.required_m,
        )
        for rule in book.rules.values()
        if rule.standing == "do_not_use" and rule.feature_type == question.zone_kind
    ]  # fmt: skip
