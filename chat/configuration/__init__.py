"""What an operator may set: the table of options, where their values come from, and changing them while it runs."""
