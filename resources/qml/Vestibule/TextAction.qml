pragma ComponentBehavior: Bound
import QtQuick
import Vestibule.Toolkit

// An underlined action in words, 88 high to the finger.
Press {
    id: action

    property color tint: Theme.colour.ink

    corner: Theme.radius.small
    implicitHeight: Theme.height.dockButton
    implicitWidth: label.implicitWidth + 40

    contentItem: Item {
        Words {
            id: label

            anchors.centerIn: parent
            color: action.tint
            text: action.text
            weight: Font.Medium
            Accessible.ignored: true
        }
        Rectangle {
            anchors.left: label.left
            anchors.right: label.right
            anchors.top: label.bottom
            color: action.down ? action.tint : Theme.colour.edge
            height: 2
        }
    }
}
