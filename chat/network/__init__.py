"""Twisted protocols: the listener, the two dialects, delivery to a transport."""
