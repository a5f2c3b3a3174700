"""What is set for the process as a whole: signals, the garbage collector, and how the reactor reads."""
