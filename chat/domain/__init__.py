"""What chat is about, without reactor, transport or clock of its own."""
