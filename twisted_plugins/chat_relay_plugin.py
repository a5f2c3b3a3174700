"""Tells twistd of `chat-relay`: names only, so that nothing of the relay loads until it is chosen."""

from twisted.application.service import ServiceMaker

chat_relay = ServiceMaker(
    "Chat relay",
    "chat.relay.service",
    "A relay in front of chat servers: passes addresses on, limits, fails over.",
    "chat-relay",
)
