"""A client's connection to a server, without any user interface."""
