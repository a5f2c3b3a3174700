"""The client side: a connection without any user interface, and the interfaces on it."""
