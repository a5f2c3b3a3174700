"""`python -m chat deploy WHAT`: prints files that keep a server up, or writes them into a folder."""

from __future__ import annotations

import argparse
import sys
from importlib.resources import files
from pathlib import Path

from chat.deploy.configuration import commented_configuration
from chat.options import TABLE

WHAT: dict[str, tuple[tuple[str, ...], str]] = {
    "systemd": (("twistd-chat.service", "twistd-chat.socket", "chat.toml"), "units, and a configuration"),
    "config": (("chat.toml",), "a configuration file with every option in it"),
    "container": (("Containerfile",), "a recipe for podman or docker"),
    "nginx": (("nginx.conf",), "nginx in front of the server"),
    "caddy": (("Caddyfile",), "Caddy in front of the server"),
    "grafana": (("grafana.json",), "a dashboard of what the monitor's /metrics says"),
}
"""What there is, the files that it consists of, and what it is."""

SOCKET = "systemd:domain=INET6:name=chat"
"""The endpoint that the unit's socket is."""
HOMES = ("/home/", "/root/")
"""What a unit with ProtectHome cannot see."""


def content(what: str, name: str) -> str:
    """A file, as it belongs to `what`."""
    if name == "chat.toml":
        return commented_configuration(TABLE, {"listen": [SOCKET]} if what == "systemd" else None)
    text = (files("chat.deploy") / "files" / name).read_text(encoding="utf-8")
    return text.replace("{python}", sys.executable) if name.endswith(".service") else text


def main(arguments: list[str]) -> int:
    """Print or write files; returns the exit status."""
    options = _parser().parse_args(arguments)
    names, _ = WHAT[options.what]
    if options.what == "systemd" and sys.executable.startswith(HOMES):
        sys.stderr.write(
            f"The unit starts {sys.executable}, which it cannot see: it looks into no home folder. Install the server "
            "elsewhere, as with `python3 -m venv /opt/twistd-chat`.\n"
        )
    if options.into is None:
        sys.stdout.write("\n".join(content(options.what, name) for name in names))
        return 0
    for name in names:
        path: Path = options.into / name
        try:
            with path.open("x", encoding="utf-8") as file:
                file.write(content(options.what, name))
        except OSError as error:
            sys.stderr.write(f"{path} cannot be made: {error.strerror}.\n")
            return 1
        sys.stdout.write(f"{path}\n")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m chat deploy",
        description="Print files with which a server is kept up like a service.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog="\n".join(f"  {name:10} {what}" for name, (_, what) in WHAT.items()),
    )
    parser.add_argument("what", choices=WHAT, metavar="WHAT", help="one of those below")
    parser.add_argument(
        "--into", type=Path, metavar="FOLDER", help="write the files there, over none that is there"
    )
    return parser
