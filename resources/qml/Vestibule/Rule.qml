pragma ComponentBehavior: Bound
import QtQuick
import Vestibule.Toolkit

// A line between rows.
Rectangle {
    color: Theme.colour.line
    height: 2
}
