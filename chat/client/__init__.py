"""The project's own clients: a connection, what all user interfaces share, and the interfaces."""
