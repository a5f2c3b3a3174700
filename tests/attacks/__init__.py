"""The attacks: what one attacker does to a server in which honest people talk, and what they feel of it."""
