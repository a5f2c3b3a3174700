"""The window of an operator: log ring, stats feed, WebSocket, HTTP site, metrics."""
