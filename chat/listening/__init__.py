"""Between Twisted and the protocols: endpoint strings, PROXY headers, and what is asked of sockets."""
