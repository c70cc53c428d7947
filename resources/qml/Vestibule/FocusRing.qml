pragma ComponentBehavior: Bound
import QtQuick
import Vestibule.Toolkit

// Two rings around whatever has the keyboard: the outer one is what passes 3:1.
Item {
    id: ring

    property real corner: Theme.radius.control
    readonly property bool isContrast: Theme.look === "contrast"
    readonly property int near: isContrast ? Theme.focus.contrastGap : Theme.focus.inner
    readonly property int far: near + (isContrast ? Theme.focus.contrastRing : Theme.focus.outer)

    anchors.fill: parent
    z: 1

    Rectangle {
        anchors.fill: parent
        anchors.margins: -ring.far
        border.color: ring.isContrast ? Theme.colour.focus : Theme.colour.focus_outer
        border.width: ring.far - ring.near
        color: "transparent"
        radius: ring.corner + ring.far
    }
    Rectangle {
        anchors.fill: parent
        anchors.margins: -ring.near
        border.color: ring.isContrast ? Theme.colour.ground : Theme.colour.focus
        border.width: ring.near
        color: "transparent"
        radius: ring.corner + ring.near
    }
}
