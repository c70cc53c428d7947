pragma ComponentBehavior: Bound
import QtQuick
import Vestibule.Toolkit

// One of the other ways: an icon, words, perhaps a line below, an arrow.
Press {
    id: way

    property string iconName
    property string detail

    Accessible.description: detail
    implicitWidth: 576
    implicitHeight: Theme.height.alternative

    background: Rectangle {
        border.color: Theme.colour.edge
        border.width: Theme.edge
        color: way.down ? Theme.colour.primary_soft : Theme.colour.surface
        radius: way.corner
    }
    contentItem: Item {
        Icon {
            anchors.verticalCenter: parent.verticalCenter
            name: way.iconName
            x: 26
        }
        Column {
            anchors.left: parent.left
            anchors.leftMargin: 82
            anchors.right: arrow.left
            anchors.verticalCenter: parent.verticalCenter

            Words {
                text: way.text
                weight: Font.DemiBold
                Accessible.ignored: true
            }
            Words {
                color: Theme.colour.muted
                size: 24
                text: way.detail
                visible: text !== ""
                Accessible.ignored: true
            }
        }
        Icon {
            id: arrow

            anchors.right: parent.right
            anchors.rightMargin: 26
            anchors.verticalCenter: parent.verticalCenter
            name: "chevron-right"
            size: 28
            tint: Theme.colour.muted
        }
    }
}
