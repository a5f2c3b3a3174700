"""Tells twistd of `chat`: names only, so that nothing of the server loads until it is chosen."""

from twisted.application.service import ServiceMaker

chat = ServiceMaker(
    "Chat server",
    "chat.service",
    "A chat server for nc, telnet, IRC clients and its own clients.",
    "chat",
)
