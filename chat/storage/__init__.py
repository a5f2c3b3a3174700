"""SQLite: history, accounts and bans."""
