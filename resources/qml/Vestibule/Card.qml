pragma ComponentBehavior: Bound
import QtQuick
import Vestibule.Toolkit

// A surface that things lie on.
Rectangle {
    border.color: Theme.colour.line
    border.width: Theme.hair
    color: Theme.colour.surface
    radius: Theme.radius.card
}
