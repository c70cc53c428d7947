"""What both applications show: icons, tokens, components, samples, and shared Qt code."""
