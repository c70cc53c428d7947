"""The staff application (Qt Widgets). It knows the hub only over HTTP."""
