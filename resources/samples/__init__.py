"""Invented people, licences and films for demo, drills, tests and benchmarks."""
