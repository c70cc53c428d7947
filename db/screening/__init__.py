"""The match engine: who on a list may be this visitor, and why. numpy and rapidfuzz, no SQL."""
