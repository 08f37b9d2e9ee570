"""What a workspace forgets of questions that nobody saved."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from layers.errors import ThoCongError
from maps.stored_answers import StoredAnswer, StoredAnswers

if TYPE_CHECKING:
    from layers.store import Entry, Workspace

__all__ = ["MOST_UNSAVED", "MOST_UNSAVED_BYTES", "Pruned", "prune", "prune_quietly"]

_LOG: Final = logging.getLogger("thocong")
#: questions that nobody saved, of which link and answer stay
MOST_UNSAVED: Final = 50
#: what their answers may take together
MOST_UNSAVED_BYTES: Final = 2**30
_ASKED, _RUN = "asked", "run"
#: one that still runs, perhaps in another application
_RUNNING_FOR: Final = timedelta(days=1)


@dataclass(frozen=True)
class Pruned:
    """What was forgotten, or would be.

    Parameters
    ----------
    asked : tuple of str
        Questions: their links lead nowhere now.
    answers : tuple of StoredAnswer
        Answers that are no longer stored; those of questions that stay can be asked again.
    """

    asked: tuple[str, ...]
    answers: tuple[StoredAnswer, ...]

    @property
    def bytes(self) -> int:
        """What the answers took."""
        return sum(one.bytes for one in self.answers)


def prune(
    base: Workspace,
    *,
    keep: int = MOST_UNSAVED,
    most_bytes: int = MOST_UNSAVED_BYTES,
    dry: bool = False,
) -> Pruned:
    """Forget what was asked long ago and never saved.

    Saved runs stay with all their versions and answers. Of the questions that nobody saved, those asked last
    stay with their answers, as long as these don't take more than `most_bytes` together.

    Parameters
    ----------
    base : Workspace
    keep : int
        How many questions that nobody saved stay.
    most_bytes : int
    dry : bool
        Only say what would be forgotten.

    Returns
    -------
    Pruned

    Raises
    ------
    StoreError
        ``workspace_busy``, ``workspace_unwritable`` or ``workspace_damaged``.

    Examples
    --------
    >>> import tempfile
    >>> from layers.store import Workspace
    >>> prune(Workspace.create(tempfile.mkdtemp(), crs=5897)).asked
    ()
    """
    saved = {f"{run.id.rpartition('-')[0]}-{run.content.get('key')}" for run in base.entries.newest(_RUN)}
    asked = sorted(base.entries.newest(_ASKED), key=lambda entry: entry.changed_at, reverse=True)
    unsaved = [entry for entry in asked if entry.id not in saved]
    gone = tuple(entry.id for entry in unsaved[keep:] if not _still_runs(entry))
    stay = saved | {entry.id for entry in asked} - set(gone)
    store = StoredAnswers(base)
    answers = tuple(_over(store.every(), saved, stay, most_bytes))
    if not dry:
        if gone:
            base.entries.forget(_ASKED, gone)
        base.entries.trim(_ASKED)
        for one in answers:
            store.drop(one)
    return Pruned(gone, answers)


def prune_quietly(base: Workspace) -> None:
    """Prune after a question was answered; what can't be pruned now can be later.

    Parameters
    ----------
    base : Workspace
    """
    try:
        prune(base)
    except (ThoCongError, OSError):
        return
    except Exception:  # noqa: BLE001 - a workspace that somebody sent may hold anything, and nobody waits for this
        _LOG.exception("not pruned")


def _over(every: list[StoredAnswer], saved: set[str], stay: set[str], most_bytes: int) -> list[StoredAnswer]:
    """Answers to leave, of all of them the newest first."""
    out, left, seen = [], most_bytes, set()
    for one in every:
        name = f"{one.kind}-{one.key}"
        if name in saved:
            continue
        left -= one.bytes
        # an older answer to the same question was given under other rules: nobody kept it
        if name not in stay or name in seen or left < 0:
            out.append(one)
            left += one.bytes
        seen.add(name)
    return out


def _still_runs(entry: Entry) -> bool:
    content: dict[str, Any] = entry.content
    since = datetime.now(UTC) - datetime.fromisoformat(entry.changed_at)
    return content.get("state") == "running" and since < _RUNNING_FOR
