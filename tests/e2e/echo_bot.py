"""A bot on the Python library `irc`, as anybody might write one: it says again what follows `!echo`."""

import sys

import irc.bot
import irc.client


class EchoBot(irc.bot.SingleServerIRCBot):  # type: ignore[misc]
    """Is in #lobby, and answers there and in private."""

    def __init__(self, port: int, name: str) -> None:
        super().__init__([("127.0.0.1", port)], name, "A bot")

    def on_welcome(self, connection: irc.client.ServerConnection, event: irc.client.Event) -> None:
        connection.mode(connection.get_nickname(), "+B")
        connection.join("#lobby")

    def on_join(self, connection: irc.client.ServerConnection, event: irc.client.Event) -> None:
        if event.source.nick == connection.get_nickname():
            print("joined", flush=True)

    def on_pubmsg(self, connection: irc.client.ServerConnection, event: irc.client.Event) -> None:
        if event.arguments[0].startswith("!echo "):
            connection.privmsg(event.target, event.arguments[0][6:])
        elif event.arguments[0] == "!who":
            names = sorted(self.channels[event.target].users())
            connection.privmsg(event.target, " ".join(names))

    def on_privmsg(self, connection: irc.client.ServerConnection, event: irc.client.Event) -> None:
        connection.privmsg(event.source.nick, f"You said: {event.arguments[0]}")


if __name__ == "__main__":
    EchoBot(int(sys.argv[1]), sys.argv[2]).start()
