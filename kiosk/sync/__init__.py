"""The kiosk side of what travels between kiosk and hub."""
