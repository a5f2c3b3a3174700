"""The IRC dialect: registration and capabilities, commands, replies, rendering."""
