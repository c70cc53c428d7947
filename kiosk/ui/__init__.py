"""The kiosk screens: QML, one file per step, and the values that they show."""
