"""From a visit to a badge on paper."""
