"""What answers a question away from the pages: a process that can be ended, or else a thread."""

from __future__ import annotations

import json
import os
import pickle
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any, Final, NoReturn, Protocol

from layers.errors import QuestionError, ThoCongError
from maps.analyses import analysis
from maps.job_worker import ANSWER, ERROR, FAULT, READY, STEP, read_frame, write_frame

if TYPE_CHECKING:
    from collections.abc import Callable

    from maps.asking import Question

    Tell = Callable[[int, int, str], None]

__all__ = ["Hand", "Stopped", "ThreadHand", "Workers"]

_MODULE: Final = "maps.job_worker"
_HOME: Final = Path(__file__).parents[1]
_MOST_IDLE: Final = 2


class Stopped(Exception):  # noqa: N818 - not an error: somebody wanted it so
    """The work was stopped."""


class Hand(Protocol):
    """What one question is given to."""

    def answer(self, name: str, question: Question, tell: Tell) -> Any:
        """Answer, telling the steps; raises :class:`Stopped` when stopped, ThoCongError as the analysis."""

    def stop(self) -> None:
        """End the work at once, from any thread."""


class ThreadHand:
    """Answers in the thread that asks; stops at the next step."""

    def __init__(self) -> None:
        self._stopped = False

    def answer(self, name: str, question: Question, tell: Tell) -> Any:
        """Answer a question."""

        def told(done: int, total: int, step: str) -> None:
            if self._stopped:
                raise Stopped
            tell(done, total, step)

        answer = analysis(name).answer(question, progress=told)
        if self._stopped:
            raise Stopped
        return answer

    def stop(self) -> None:
        """Stop at the next step."""
        self._stopped = True


class Worker:
    """A process of ours, for one question after the other."""

    def __init__(self) -> None:
        path = os.pathsep.join(filter(None, (str(_HOME), os.environ.get("PYTHONPATH"))))
        # of a group of its own: what ends the application at the keyboard doesn't tear it out of its work,
        # the end of its input does
        self._process = subprocess.Popen(  # noqa: S603 - on our own words
            [sys.executable, "-m", _MODULE],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": path},
            start_new_session=sys.platform != "win32",
            creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
        )
        self._stopped = False

    @property
    def alive(self) -> bool:
        """True while it can be given a question."""
        return not self._stopped and self._process.poll() is None

    def answer(self, name: str, question: Question, tell: Tell) -> Any:
        """Answer a question."""
        source, sink = self._process.stdout, self._process.stdin
        if source is None or sink is None:
            self._gone()
        kind, content = READY, b""
        try:
            write_frame(sink, b"Q", pickle.dumps((name, question)))
            while kind in (READY, STEP):
                if kind == STEP:
                    tell(*json.loads(content))
                kind, content = read_frame(source) or (b"", b"")
        except OSError:  # a pipe that broke
            kind = b""
        if not kind:
            self._gone()
        return _result(kind, content)

    def _gone(self) -> NoReturn:
        if self._stopped:
            raise Stopped
        self.end()
        raise QuestionError("job_died", found=self._process.returncode)

    def stop(self) -> None:
        """End the process, whatever it does."""
        self._stopped = True
        self._process.kill()
        self._process.wait()

    def end(self) -> None:
        """End the process and close its pipes; for who holds it alone."""
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                with suppress(OSError):
                    pipe.close()


def _result(kind: bytes, content: bytes) -> Any:
    if kind == ANSWER:
        return pickle.loads(content)  # noqa: S301 - from our own process
    if kind == ERROR:
        error: ThoCongError = pickle.loads(content)  # noqa: S301
        raise error
    raise QuestionError("job_failed", found=content.decode() if kind == FAULT else "frame")


class Workers:
    """Processes that answer; those that have answered wait, with everything loaded, for the next question."""

    def __init__(self) -> None:
        self._idle: list[Worker] = []
        self._lock = Lock()
        self._open = False

    @property
    def open(self) -> bool:
        """True while there are processes to give work to."""
        return self._open

    def start(self) -> None:
        """Start the first process."""
        with self._lock:
            self._open = True
            self._idle.append(Worker())

    def take(self) -> Worker:
        """Take a process that waits, or start one."""
        with self._lock:
            while self._idle:
                worker = self._idle.pop()
                if worker.alive:
                    return worker
            return Worker()

    def give_back(self, worker: Worker) -> None:
        """Keep a process for the next question; for one that was stopped another one starts."""
        with self._lock:
            if self._open and worker.alive and len(self._idle) < _MOST_IDLE:
                self._idle.append(worker)
                return
            if self._open and not self._idle:
                self._idle.append(Worker())
        worker.end()

    def close(self) -> None:
        """End the processes that wait; those that work are ended by who took them."""
        with self._lock:
            self._open = False
            idle, self._idle = self._idle, []
        for worker in idle:
            worker.end()
