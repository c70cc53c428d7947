"""The office: hub (HTTP server) and console (Qt Widgets), which meet only over HTTP."""
