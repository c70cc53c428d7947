"""The HTTP server that kiosks and consoles talk to. No Qt."""
