"""Qt models over the hub's answers, and how their rows are painted."""
