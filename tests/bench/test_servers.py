"""How servers are started."""

from pathlib import Path

import pytest

from tests.bench.servers import configured, from_text


def test_a_server_of_the_users_own() -> None:
    server = from_text("mine=irc:serve --port PORT --also PORT")
    assert (server.name, server.dialect, server.ours) == ("mine", "irc", False)
    assert server.command(7, Path())[-1] == "exec serve --port 7 --also 7"


@pytest.mark.parametrize("text", ["", "mine", "mine=irc", "mine=irc:", "=irc:serve", "mine=smtp:serve"])
def test_what_is_none_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"NAME=DIALECT:COMMAND|unknown dialect"):
        from_text(text)


@pytest.mark.parametrize("peer", ["ngircd", "inspircd"])
def test_a_peers_configuration_gets_its_port(peer: str, tmp_path: Path) -> None:
    text = Path(configured(peer, 4321, tmp_path)).read_text(encoding="utf-8")
    assert "4321" in text
    assert "PORT" not in text
