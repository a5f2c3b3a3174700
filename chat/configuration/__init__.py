"""What an operator may set: kinds of values, the table's rows, and the places where values come from."""
