"""Values and rules of a visit. Standard library only: no clock, no database, no Qt."""
