"""The operator's window: live log, figures, who is online, metrics and a few actions, in a browser."""
