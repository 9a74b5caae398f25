"""Room 3: labels + scores -> score intervals, movement, drivers, trends."""
