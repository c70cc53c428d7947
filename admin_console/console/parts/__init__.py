"""Small painted widgets that the pages are put together from."""
