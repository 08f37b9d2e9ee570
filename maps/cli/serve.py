"""``thocong serve``: the application on this machine."""

from __future__ import annotations

import errno
import os
import socket
import sys
import time
import tomllib
import webbrowser
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path
from runpy import run_module
from threading import Thread
from typing import Any, Final, NoReturn

import click

from layers import Workspace
from layers.causes import Cause, cause_of
from layers.errors import QuestionError
from layers.sample import create_sample
from maps.cli.click_words import WholeRange
from maps.cli.doctor import fatal_problems
from maps.cli.speech import DONE, USAGE, Command, T, terminal
from maps.outside import HOSTS

__all__ = ["serve", "streamlit_flags"]

_LAST_PORT: Final = 65_535
_PATIENCE: Final = 120  # half seconds
_LOOPBACK = ("127.0.0.1", "localhost", "::1")


@click.command(cls=Command, help=T("cli.serve.help"))
@click.option("--workspace", metavar="DIR", type=click.Path(path_type=Path), help=T("cli.serve.workspace"))
@click.option("--sample", is_flag=True, help=T("cli.serve.sample"))
@click.option(
    "--port",
    type=WholeRange(1, _LAST_PORT),
    metavar="N",
    default=8501,
    show_default=True,
    help=T("cli.serve.port"),
)
@click.option("--host", default="127.0.0.1", show_default=True, help=T("cli.serve.host"))
@click.option("--allow-network", is_flag=True, help=T("cli.serve.allow_network"))
@click.option("--basemap-host", multiple=True, metavar="HOST", help=T("cli.serve.basemap_host"))
@click.option("--browser/--no-browser", default=True, help=T("cli.serve.browser"))
def serve(**given: Any) -> None:
    """Check the ground, make the sample if asked to, and hand over to Streamlit."""
    speak = terminal()
    if given["host"] not in _LOOPBACK and not given["allow_network"]:
        raise QuestionError("host_not_loopback", found=given["host"], expected=list(_LOOPBACK))
    problems = fatal_problems()
    for problem in problems:
        speak.say(speak.words(problem.key, **problem.fields))
    if problems:
        raise SystemExit(USAGE)
    folder = given["workspace"] or Path("workspace")
    if given["sample"] and not (folder / "catalogue.sqlite").exists():
        create_sample(folder, progress=speak.progress)
    Workspace(folder)
    _check_address(given["host"], given["port"])
    address = _address(given["host"], given["port"])
    speak.say(speak.words("cli.serve.listening", address=address, path=str(folder)))
    os.environ |= {"THOCONG_WORKSPACE": str(folder.resolve()), "THOCONG_LANG": speak.words.lang}
    if given["basemap_host"]:
        os.environ[HOSTS] = ",".join(given["basemap_host"])
    flags = {
        **streamlit_flags(),
        "server.address": given["host"],
        "server.port": given["port"],
        # what Streamlit shows and asks developers on their own machines is not for planners
        "server.headless": True,
    }
    if given["browser"]:
        Thread(target=_open_browser, args=(given["host"], given["port"]), daemon=True).start()
    _run_streamlit(["run", str(_app()), *(f"--{k}={_flag(v)}" for k, v in flags.items())])


def _address(host: str, port: int) -> str:
    """Where the page is found; in an address the numbers of IPv6 stand in brackets."""
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _open_browser(host: str, port: int) -> None:
    """Open the page as soon as the server answers; a machine without a browser is none the worse."""
    for _ in range(_PATIENCE):
        with suppress(OSError), socket.create_connection((host, port), timeout=1):
            webbrowser.open(_address(host, port))
            return
        time.sleep(0.5)


def _run_streamlit(arguments: list[str]) -> None:
    """Run what ``python -m streamlit`` runs, in this process: whoever ends it leaves nothing behind."""
    sys.argv = ["streamlit", *arguments]
    # a command starts with the folder it is called from on its path, a console script with its own
    if "" not in sys.path:
        sys.path.insert(0, "")
    try:
        run_module("streamlit", run_name="__main__", alter_sys=True)
    except KeyboardInterrupt:
        raise SystemExit(DONE) from None


def _check_address(host: str, port: int) -> None:
    """Open the port for a moment: Streamlit would say in English, and late, that it is taken."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise QuestionError("address_unusable", host=host, found=port, why=Cause("host_unknown")) from error
    family, kind, protocol, _, place = found[0]
    with socket.socket(family, kind, protocol) as trial:
        # elsewhere the option lets a port be used again at once; on Windows it would share a taken one
        if sys.platform != "win32":
            trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind(place)
        except OSError as error:
            _refuse(error, host, port)


def _refuse(error: OSError, host: str, port: int) -> NoReturn:
    if error.errno == errno.EADDRINUSE:
        raise QuestionError("port_taken", host=host, found=str(port), free=str(_free_port(host, port)))
    missing = error.errno == errno.EADDRNOTAVAIL
    why = Cause("host_unknown") if missing else cause_of(error)
    raise QuestionError("address_unusable", host=host, found=str(port), why=why) from error


def _free_port(host: str, taken: int) -> int:
    """Find a port to offer, near the one that was asked for."""
    for port in range(taken + 1, min(taken + 50, _LAST_PORT + 1)):
        with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as trial:
            try:
                trial.bind((host, port))
            except OSError:
                continue
        return port
    return 8501


def streamlit_flags() -> dict[str, Any]:
    """Settings of the application, from the configuration that is shipped with it.

    Returns
    -------
    dict of str to value
        ``section.name`` to value.
    """
    shipped = Path(__file__).parents[1] / "_streamlit" / "config.toml"
    beside = Path(__file__).parents[2] / ".streamlit" / "config.toml"
    with (shipped if shipped.is_file() else beside).open("rb") as handle:
        tree = tomllib.load(handle)
    return _flat(tree)


def _flat(tree: dict[str, Any], prefix: str = "") -> dict[str, Any]:
    out: dict[str, Any] = {}
    for key, value in tree.items():
        out |= _flat(value, f"{prefix}{key}.") if isinstance(value, dict) else {f"{prefix}{key}": value}
    return out


def _flag(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _app() -> Path:
    found = find_spec("app")
    if found is None or found.origin is None:
        raise QuestionError("app_missing", expected="app.py")
    return Path(found.origin)
