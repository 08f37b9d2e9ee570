"""Long questions answered away from the pages: found again, watched by several, stopped at any moment."""

from __future__ import annotations

import logging
import os
import time
from dataclasses import dataclass, field
from threading import Event, Lock, Semaphore, Thread
from typing import TYPE_CHECKING, Any, Final

from layers.errors import QuestionError, ThoCongError
from layers.store import Workspace
from maps._hand import Stopped, ThreadHand, Workers
from maps.analyses import analysis_of
from maps.asked import note_asked, note_ended
from maps.pruning import prune_quietly
from maps.stored_answers import StoredAnswers, keep_answer

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Mapping

    from maps._hand import Hand
    from maps.asked import State
    from maps.asking import Question

__all__ = ["JOBS", "Job", "Jobs"]

_LOG: Final = logging.getLogger("thocong")
#: who has not looked for so long has gone
_GONE_S: Final = 15.0
_MOST_ENDED: Final = 64


@dataclass(eq=False)
class Job:
    """A question on its way to an answer.

    Parameters
    ----------
    kind : str
        Name of the analysis.
    question : Question
    version : hashable
        What the answer depends on besides the question.
    state : {"waiting", "running", "done", "failed", "stopped"}
    step : (int, int, str)
        Steps done, steps there are, name of the one at work.
    steps : list of str
        Names of the steps so far.
    error : ThoCongError or None
        Why it failed.
    unstored : ThoCongError or None
        Why its answer isn't stored in the workspace.
    """

    kind: str
    question: Question
    version: Hashable
    state: str = "waiting"
    step: tuple[int, int, str] = (0, 0, "")
    steps: list[str] = field(default_factory=list)
    error: ThoCongError | None = None
    unstored: ThoCongError | None = None
    begun: float = field(default_factory=time.monotonic)
    ended: Event = field(default_factory=Event)
    seen: dict[str, float] = field(default_factory=dict)
    hand: Hand | None = None
    stop: bool = False

    @property
    def key(self) -> tuple[Question, Hashable]:
        """What it is found by."""
        return self.question, self.version

    @property
    def seconds(self) -> float:
        """How long it has been at work."""
        return time.monotonic() - self.begun

    def tell(self, done: int, total: int, step: str) -> None:
        """Take note of a step.

        Parameters
        ----------
        done, total : int
        step : str
        """
        self.step = (done, total, step)
        if step not in self.steps:
            self.steps.append(step)


class Jobs:
    """The jobs of an application: one for each question, however many sessions wait for its answer.

    Parameters
    ----------
    most : int, optional
        How many are answered at once; default one for each processor, two at least.
    """

    def __init__(self, most: int | None = None) -> None:
        self._jobs: dict[tuple[Question, Hashable], Job] = {}
        self._lock = Lock()
        self._room = Semaphore(most or max(2, os.cpu_count() or 1))
        self.workers = Workers()

    def start(
        self,
        question: Question,
        version: Hashable,
        *,
        session: str,
        done: Callable[[Any], None],
        form: Mapping[str, Any] | None = None,
    ) -> Job:
        """Ask a question, or join those who wait for its answer.

        Parameters
        ----------
        question : Question
        version : hashable
            What the answer depends on besides the question.
        session : str
            Who asks.
        done : callable
            Takes the answer, in a thread of the job, before the job counts as done.
        form : mapping, optional
            What stands in the widgets, for a link to the question.

        Returns
        -------
        Job
        """
        with self._lock:
            job = self._jobs.get((question, version))
            fresh = job is None or job.ended.is_set()
            if job is None or fresh:
                job = Job(analysis_of(question).name, question, version)
                self._jobs.pop(job.key, None)
                self._jobs[job.key] = job
                self._drop_old()
            job.seen[session] = time.monotonic()
        if fresh:
            Thread(target=self._work, args=(job, done, dict(form or {})), daemon=True).start()
        return job

    def find(self, question: Question, version: Hashable, *, session: str = "") -> Job | None:
        """Find the job of a question, ended or not.

        Parameters
        ----------
        question : Question
        version : hashable
        session : str
            Who looks: that somebody does is what keeps a job from being stopped by another one.

        Returns
        -------
        Job or None
        """
        with self._lock:
            job = self._jobs.get((question, version))
            if job is not None and session:
                job.seen[session] = time.monotonic()
        return job

    def watched(self, session: str) -> list[Job]:
        """List the jobs that a session asked for and has not left, the first first.

        Parameters
        ----------
        session : str

        Returns
        -------
        list of Job
        """
        with self._lock:
            mine = [job for job in self._jobs.values() if session in job.seen]
            for job in mine:
                job.seen[session] = time.monotonic()
        return mine

    def leave(self, job: Job, session: str, *, alive: Callable[[str], bool] | None = None) -> bool:
        """Wait for a job no longer; the last one to leave stops it.

        Parameters
        ----------
        job : Job
        session : str
        alive : callable, optional
            Says whether another session is still there; default whether it looked a moment ago.

        Returns
        -------
        bool
            True where it was stopped, False where others still wait for it.
        """
        with self._lock:
            job.seen.pop(session, None)
            latest = time.monotonic() - _GONE_S
            others = (alive(one) if alive else at > latest for one, at in job.seen.items())
            if job.ended.is_set() or any(others):
                return False
            _stop(job)
        return True

    def forget(self, job: Job) -> None:
        """Take an ended job away, so that its question can be asked again.

        Parameters
        ----------
        job : Job
        """
        with self._lock:
            if job.ended.is_set() and self._jobs.get(job.key) is job:
                del self._jobs[job.key]

    def close(self) -> None:
        """Stop everything: the application ends."""
        with self._lock:
            for job in self._jobs.values():
                if not job.ended.is_set():
                    _stop(job)
        self.workers.close()

    def _drop_old(self) -> None:
        over = [job for job in self._jobs.values() if job.ended.is_set()][:-_MOST_ENDED]
        for job in over:
            del self._jobs[job.key]

    def _work(self, job: Job, done: Callable[[Any], None], form: dict[str, Any]) -> None:
        """Answer one question, from the queue to how it ended."""
        state: State = "failed"
        base: Workspace | None = None
        try:
            base = Workspace(job.question.folder)
            note_asked(base, job.question, form)
            mark = StoredAnswers(base).mark(job.question)
            answer = self._answered(job)
            done(answer)
            job.unstored = keep_answer(base, job.question, answer, mark=mark)
            state = "done"
        except Stopped:
            state = "stopped"
        except ThoCongError as error:
            job.error = error
        except Exception as error:  # noqa: BLE001 - whatever it is, the page says so and goes on
            _LOG.exception("job failed")
            job.error = QuestionError("job_failed", found=type(error).__name__)
        finally:
            try:
                if base is not None:
                    note_ended(base, job.question, state)
            finally:
                with self._lock:
                    job.state = state
                    job.ended.set()
            if base is not None:
                prune_quietly(base)

    def _answered(self, job: Job) -> Any:
        while not self._room.acquire(timeout=0.2):
            if job.stop:
                raise Stopped
        worker = self.workers.take() if self.workers.open else None
        try:
            with self._lock:
                if job.stop:
                    raise Stopped
                job.hand, job.state = worker or ThreadHand(), "running"
                hand = job.hand
            return hand.answer(job.kind, job.question, job.tell)
        finally:
            with self._lock:  # from here on nobody stops what may be another's
                job.hand = None
            self._room.release()
            if worker is not None:
                self.workers.give_back(worker)


def _stop(job: Job) -> None:
    job.stop = True
    if job.hand is not None:
        job.hand.stop()


#: the jobs of this application
JOBS: Final = Jobs()
