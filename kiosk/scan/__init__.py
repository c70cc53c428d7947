"""From a camera or a typing scanner to an identity or a badge code."""
