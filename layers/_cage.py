"""The cage: what a process takes away from itself before it opens a file that nobody vouches for.

On Linux the kernel holds it: Landlock (files), a seccomp filter (no socket, no other program) and resource
limits (memory, time, size of what is written). Where the kernel has none of them, the limits that are left
still hold, and :func:`enter_cage` says which ones they are.
"""

from __future__ import annotations

import ctypes
import os
import platform
import signal
import struct
import sys
import sysconfig
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

_NO_NEW_PRIVS: Final = 38
_SET_SECCOMP: Final = 22
_FILTER: Final = 2
_EPERM: Final = 1
_ALLOW: Final = 0x7FFF0000
_ERRNO: Final = 0x00050000
_RULE_PATH: Final = 1
#: rights of Landlock, as its documentation numbers them
_EXECUTE, _WRITE_FILE, _READ_FILE, _READ_DIR = 1, 2, 4, 8
_TRUNCATE: Final = 1 << 14
_ALL_WRITING: Final = _WRITE_FILE | sum(1 << n for n in range(4, 14))
#: architecture as seccomp names it, and the calls refused: socket, socketpair, connect, bind, listen,
#: sendto, sendmsg, execve, execveat, ptrace, kill, process_vm_readv, io_uring_setup, bpf, keyctl
_CALLS: Final = {
    "x86_64": (0xC000003E, (41, 53, 42, 49, 50, 44, 46, 59, 322, 101, 62, 310, 425, 321, 250)),
    "aarch64": (0xC00000B7, (198, 199, 203, 200, 201, 206, 211, 221, 281, 117, 129, 270, 425, 280, 219)),
}
#: number of the call that ranks a process among those that wait for the disk, by architecture
_IOPRIO_SET: Final = {"x86_64": 251, "aarch64": 30}
_THIS_PROCESS: Final = 1
_DISK_LAST: Final = (2 << 13) | 7  # best effort, the last of its ranks
_LAST: Final = 15
_LANDLOCK: Final = (444, 445, 446)
_FILE_MAX_BYTES: Final = 8 << 30
_OPEN_FILES: Final = 256


def enter_cage(readable: Iterable[Path], writable: Path, *, memory_mb: int, seconds: int) -> list[str]:
    """Give up everything that reading a few files doesn't need; there is no way back.

    Parameters
    ----------
    readable : iterable of pathlib.Path
        Files that may be read; of their folders, and of folders among them, only the names.
    writable : pathlib.Path
        The one folder that may be written.
    memory_mb : int
        Memory beyond what the process holds already, MB.
    seconds : int
        CPU time; of the clock twice as much.

    Returns
    -------
    list of str
        What holds: ``limits``, ``files``, ``network``.
    """
    held = []
    with suppress(ImportError, ValueError, OSError):
        _limit(memory_mb, seconds)
        held.append("limits")
    if not sys.platform.startswith("linux"):
        return held
    kernel = ctypes.CDLL(None, use_errno=True)
    if kernel.prctl(_NO_NEW_PRIVS, 1, 0, 0, 0):
        return held
    if _fence(kernel, list(readable), writable):
        held.append("files")
    if _cut_off(kernel):
        held.append("network")
    return held


def step_back() -> list[str]:
    """Let everybody else on the machine go first: readers wait for the answers that people wait for.

    Returns
    -------
    list of str
        What holds: ``nice`` (a thirtieth of the time where somebody else wants it), ``batch`` (interrupts
        nobody), ``disk`` (reads last) and ``memory`` (the first to be ended where a machine has none left).
    """
    held = []
    with suppress(AttributeError, OSError):
        os.nice(_LAST)
        held.append("nice")
    if not sys.platform.startswith("linux"):
        return held
    with suppress(AttributeError, OSError):
        os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0))
        held.append("batch")
    call = _IOPRIO_SET.get(platform.machine())
    if call is not None and ctypes.CDLL(None).syscall(call, _THIS_PROCESS, 0, _DISK_LAST) == 0:
        held.append("disk")
    with suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("1000", encoding="ascii")
        held.append("memory")
    return held


def _limit(memory_mb: int, seconds: int) -> None:
    import resource  # noqa: PLC0415 - not on Windows

    data = _data_bytes() + (memory_mb << 20)
    for what, most in (
        (resource.RLIMIT_DATA, data),
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_FSIZE, _FILE_MAX_BYTES),
        (resource.RLIMIT_NOFILE, _OPEN_FILES),
        (resource.RLIMIT_CORE, 0),
    ):
        hard = resource.getrlimit(what)[1]
        most = most if hard == resource.RLIM_INFINITY else min(most, hard)  # noqa: PLW2901 - never above the given
        resource.setrlimit(what, (most, most))
    # ended by the kernel even where a library never comes back to Python
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.alarm(2 * seconds)


def _data_bytes() -> int:
    """Private memory of this process that may be written, of which a new limit must not take any."""
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[5])
    except (OSError, IndexError, ValueError):
        return 0
    return pages * os.sysconf("SC_PAGE_SIZE")


def _fence(kernel: ctypes.CDLL, readable: list[Path], writable: Path) -> bool:
    """Landlock: read the named files and the libraries, write one folder, nothing else."""
    create, add, restrict = _LANDLOCK
    version = kernel.syscall(create, None, ctypes.c_size_t(0), 1)
    if version < 1:
        return False
    handled = _EXECUTE | _READ_FILE | _READ_DIR | (_ALL_WRITING if version > 1 else _ALL_WRITING & ~(1 << 13))
    handled |= _TRUNCATE if version > 2 else 0  # noqa: PLR2004 - from the third version on
    rules = kernel.syscall(create, struct.pack("Q", handled), ctypes.c_size_t(8), 0)
    if rules < 0:
        return False
    rights = [(path, _READ_DIR if path.is_dir() else _READ_FILE) for path in readable]
    rights += [(folder, _READ_DIR) for folder in {path.parent for path in readable}]
    rights += [(path, _READ_FILE | (_READ_DIR if path.is_dir() else 0)) for path in _libraries()]
    rights += [(writable, handled & ~_EXECUTE)]
    try:
        for path, right in rights:
            _allow(kernel, (add, rules), path, right)
        return bool(kernel.syscall(restrict, rules, 0) == 0)
    finally:
        os.close(rules)


def _allow(kernel: ctypes.CDLL, rule: tuple[int, int], path: Path, right: int) -> None:
    with suppress(OSError):
        handle = os.open(path, os.O_PATH | os.O_CLOEXEC)
        try:
            add, rules = rule
            kernel.syscall(add, rules, _RULE_PATH, struct.pack("=Qi", right, handle), 0)
        finally:
            os.close(handle)


def _libraries() -> list[Path]:
    """Folders of the libraries with their data, and what they ask the system."""
    ours = Path(__file__).resolve().parent
    known = {sysconfig.get_paths()[name] for name in ("stdlib", "platstdlib", "purelib", "platlib")}
    beside = [ours, ours.parent / "data" / "reference"]
    system = ("/usr/lib", "/lib", "/lib64", "/usr/share/zoneinfo", "/proc/self", "/dev/urandom", "/dev/null")
    return [*beside, *(Path(p) for p in sorted(known)), *(Path(p) for p in system)]


def _cut_off(kernel: ctypes.CDLL) -> bool:
    """Seccomp: calls that reach other machines or other programs fail with EPERM."""
    machine = _CALLS.get(platform.machine())
    if machine is None:
        return False
    architecture, calls = machine
    steps = [
        (0x20, 0, 0, 4),  # load the architecture
        (0x15, 1, 0, architecture),
        (0x06, 0, 0, _ERRNO | _EPERM),
        (0x20, 0, 0, 0),  # load the number of the call
        (0x35, 0, 1, 0x40000000),  # the other numbering of x86-64
        (0x06, 0, 0, _ERRNO | _EPERM),
    ]
    for n, call in enumerate(calls):
        steps.append((0x15, len(calls) - n, 0, call))
    steps += [(0x06, 0, 0, _ALLOW), (0x06, 0, 0, _ERRNO | _EPERM)]
    code = b"".join(struct.pack("=HBBI", *step) for step in steps)
    held = ctypes.create_string_buffer(code)
    program = struct.pack("=H6xQ", len(steps), ctypes.addressof(held))
    return bool(kernel.prctl(_SET_SECCOMP, _FILTER, program, 0, 0) == 0)
