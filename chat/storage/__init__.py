"""SQLite in the data folder: history, accounts, rooms and what is kept for people who are away."""
