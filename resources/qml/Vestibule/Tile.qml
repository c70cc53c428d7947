pragma ComponentBehavior: Bound
import QtQuick
import Vestibule.Toolkit

// One of a few kinds to choose from.
Press {
    id: tile

    property string iconName
    property bool isChosen: false
    readonly property bool isFilled: isChosen && Theme.look === "contrast"
    readonly property color inkColour: isFilled ? Theme.colour.on_primary : Theme.colour.on_soft

    Accessible.checkable: true
    Accessible.checked: isChosen
    Accessible.role: Accessible.RadioButton
    implicitHeight: Theme.height.tile
    implicitWidth: 276

    background: Rectangle {
        border.color: tile.isChosen ? Theme.colour.primary : Theme.colour.edge
        border.width: tile.isChosen ? Theme.border.chosen : Theme.edge
        color: {
            if (tile.isFilled)
                return Theme.colour.primary;
            return tile.isChosen || tile.down ? Theme.colour.primary_soft : Theme.colour.surface;
        }
        radius: tile.corner
    }
    contentItem: Item {
        Icon {
            anchors.horizontalCenter: parent.horizontalCenter
            name: tile.iconName
            size: Theme.icon.tile
            tint: tile.isFilled ? Theme.colour.on_primary : Theme.colour.primary
            y: 28
        }
        Item {
            height: 60
            width: parent.width
            y: 84

            Words {
                anchors.centerIn: parent
                color: tile.isChosen ? tile.inkColour : Theme.colour.ink
                horizontalAlignment: Text.AlignHCenter
                leading: 30
                size: 26
                text: tile.text
                weight: Font.DemiBold
                width: 200
                wrapMode: Text.WordWrap
                Accessible.ignored: true
            }
        }
        Rectangle {
            color: tile.isFilled ? Theme.colour.on_primary : Theme.colour.primary
            height: 32
            radius: 16
            visible: tile.isChosen
            width: 32
            x: parent.width - 48
            y: 16

            Icon {
                anchors.centerIn: parent
                name: "check"
                size: 24
                tint: tile.isFilled ? Theme.colour.primary : Theme.colour.on_primary
            }
        }
    }
}
