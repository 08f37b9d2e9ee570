"""The rule book: which rules speak of a zone of one kind on land of another, on a day.

Rests on ``data/reference/conflict_rules.csv``, where every row cites the clause or the planning
principle it comes from. A rule asks for a verdict only as far as its ground carries: a clause that was
verified can block or ask for consent, a principle without a clause can only ask for consent, and a
clause of uncertain force is shown and gives no verdict.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Literal, cast

from layers.errors import TableError
from layers.landuse import ancestors
from layers.provinces import rule_provinces
from layers.reference import can_judge, in_force

if TYPE_CHECKING:
    from datetime import date

    import pandas as pd

__all__ = ["STATES", "Rule", "RuleBook", "State"]

State = Literal["blocks", "needs_consent", "clear", "no_data"]
#: the four answers, the gravest first
STATES: tuple[State, ...] = ("blocks", "needs_consent", "no_data", "clear")
_SEVERITIES = ("blocks", "needs_consent", "clear", "unsettled")


@dataclass(frozen=True)
class Rule:
    """One row of the rule table.

    Parameters
    ----------
    id : str
    severity : {"blocks", "needs_consent", "clear", "unsettled"}
        What an overlap means; ``unsettled`` gives no verdict.
    priority : int
        Lower counts first where rules of one severity meet.
    rank : int
        0 speaks directly, 1 and 2 step in only where no lower rank speaks.
    basis : {"clause", "principle"}
    fact_id : str
        Row of the reference table that it rests on.
    clause_vi, clause_en : str
    valid_from, valid_to : str
        ISO days, inclusive, empty where open.
    confidence : str
    provinces : frozenset of str
        Codes of the provinces whose land it judges; none for a rule of the whole country.
    """

    id: str
    severity: Literal["blocks", "needs_consent", "clear", "unsettled"]
    priority: int
    rank: int
    basis: Literal["clause", "principle"]
    fact_id: str
    clause_vi: str
    clause_en: str
    valid_from: str
    valid_to: str
    confidence: str
    provinces: frozenset[str] = frozenset()


class RuleBook:
    """The rules in force on a day.

    Parameters
    ----------
    table : pandas.DataFrame
        ``layers.reference.table("conflict_rules")``.
    on : datetime.date

    Raises
    ------
    TableError
        ``rule_severity`` for an unknown severity, ``rule_without_ground`` for a rule that would
        block on a principle, or judge by a clause that can't carry a verdict.

    Examples
    --------
    >>> from datetime import date
    >>> from layers import reference
    >>> book = RuleBook(reference.table("conflict_rules"), date(2026, 6, 1))
    >>> [rule.id for rule in book.rules_for("industrial_cluster", "residential")]
    ['CCN-RESIDENTIAL']
    >>> [rule.severity for rule in book.rules_for("industrial_park", "land_use", "LUC")]
    ['needs_consent']
    >>> early = RuleBook(reference.table("conflict_rules"), date(2020, 6, 1))
    >>> [rule.basis for rule in early.rules_for("industrial_cluster", "residential")]
    ['principle']
    """

    def __init__(self, table: pd.DataFrame, on: date) -> None:
        self.on = on
        self._rows = [
            (row["zone_kind"], row["kind"], row["code"], _rule(str(key), row))
            for key, row in in_force(table, on).iterrows()
        ]
        self._find = lru_cache(maxsize=4096)(self._find_uncached)
        self._local = [(k, rule) for _, k, _, rule in self._rows if rule.provinces]

    def is_local(self, kind: str) -> bool:
        """Say whether a rule of one province speaks of layers of a kind.

        Parameters
        ----------
        kind : str

        Returns
        -------
        bool
        """
        return any(of in (kind, "any") for of, _ in self._local)

    def rules_for(self, zone_kind: str, kind: str, code: str = "", *, where: str = "") -> tuple[Rule, ...]:
        """Rules that give an answer for a zone on this land.

        Parameters
        ----------
        zone_kind, kind : str
            Kinds of the zone and of the constraint layer.
        code : str
            Land-use code for kind ``land_use``; rules for any group above it count too.
        where : str
            Code of the province that the land lies in, empty where it isn't known; rules of other
            provinces give no answer.

        Returns
        -------
        tuple of Rule
            Of the lowest rank that speaks, the gravest first; empty for an unknown code.
        """
        return self._find(zone_kind, kind, code, where)[0]

    def unsettled_for(
        self, zone_kind: str, kind: str, code: str = "", *, where: str = ""
    ) -> tuple[Rule, ...]:
        """Rules of uncertain force that speak of this land: to be shown, never to judge by.

        Parameters
        ----------
        zone_kind, kind, code, where : str

        Returns
        -------
        tuple of Rule
        """
        return self._find(zone_kind, kind, code, where)[1]

    def elsewhere_for(
        self, zone_kind: str, kind: str, code: str = "", *, where: str = ""
    ) -> tuple[Rule, ...]:
        """Rules of one province that would speak of this land if it lay there: to be shown as not applied.

        Parameters
        ----------
        zone_kind, kind, code, where : str

        Returns
        -------
        tuple of Rule
        """
        return self._find(zone_kind, kind, code, where)[2]

    def _find_uncached(
        self, zone_kind: str, kind: str, code: str, where: str
    ) -> tuple[tuple[Rule, ...], tuple[Rule, ...], tuple[Rule, ...]]:
        chain = ancestors(code) if code else ("",)
        found = [
            (chain.index(rule_code) if rule_code else len(chain), rule)
            for rule_zone, rule_kind, rule_code, rule in self._rows
            if rule_zone in (zone_kind, "any")
            and rule_kind in (kind, "any")
            and (not rule_code or rule_code in chain)
        ]
        if not chain:
            return (), (), ()
        elsewhere = tuple(rule for _, rule in found if rule.provinces and where not in rule.provinces)
        found = [(near, rule) for near, rule in found if rule not in elsewhere]
        unsettled = tuple(rule for _, rule in found if rule.severity == "unsettled")
        speaking = [(near, rule) for near, rule in found if rule.severity != "unsettled"]
        lowest = min((rule.rank for _, rule in speaking), default=0)
        nearest: dict[str, tuple[int, Rule]] = {}
        for near, rule in speaking:
            # a code and its group may cite one clause twice: the nearer row speaks for both
            if rule.rank == lowest and (rule.fact_id not in nearest or near < nearest[rule.fact_id][0]):
                nearest[rule.fact_id] = (near, rule)
        kept = sorted(
            (rule for _, rule in nearest.values()), key=lambda r: (STATES.index(_state(r)), r.priority)
        )
        return tuple(kept), unsettled, elsewhere


def _state(rule: Rule) -> State:
    return cast("State", rule.severity)


def _rule(key: str, row: pd.Series) -> Rule:
    if row["severity"] not in _SEVERITIES:
        raise TableError(
            "rule_severity", table="conflict_rules", row=key, found=row["severity"], expected=_SEVERITIES
        )
    basis: Literal["clause", "principle"] = "principle" if row["fact_table"] == "principles" else "clause"
    carries = basis == "clause" and can_judge(row["confidence"])
    judges = row["severity"] == "blocks" or (basis == "clause" and row["severity"] != "unsettled")
    if judges and not carries:
        raise TableError("rule_without_ground", table="conflict_rules", row=key, found=row["confidence"])
    return Rule(
        id=key,
        severity=row["severity"],
        priority=int(row["priority"]),
        rank=int(row["rank"]),
        basis=basis,
        fact_id=row["fact_id"],
        clause_vi=row["clause_vi"],
        clause_en=row["clause_en"],
        valid_from=row["valid_from"],
        valid_to=row["valid_to"],
        confidence=row["confidence"],
        provinces=rule_provinces(row),
    )
