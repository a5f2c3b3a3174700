"""Invented input for everything that reads what strangers send.

CHAT_FUZZ_EXAMPLES sets how many examples each test tries: a few in the gate, many when somebody looks for trouble.
"""
