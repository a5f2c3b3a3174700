"""A chat daemon in which nc, telnet, IRC clients and its own clients meet in the same rooms."""
