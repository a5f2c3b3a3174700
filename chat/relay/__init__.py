"""The relay: carries people's connections to a chat server, and tells it who they are."""
