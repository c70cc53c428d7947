"""Qt code that both applications share."""
