"""What belongs to the process as a whole: signals, reading again, the garbage collector, and how the reactor reads."""
