pragma ComponentBehavior: Bound

import QtQuick
import Vestibule
import Vestibule.Toolkit

// One of the three decisions.
Press {
    id: choice

    property string iconName
    property string detail
    property bool isChosen: false
    readonly property bool isFilled: isChosen && Theme.look === "contrast"

    Accessible.checkable: true
    Accessible.checked: isChosen
    Accessible.description: detail
    Accessible.role: Accessible.RadioButton
    implicitHeight: 88
    implicitWidth: 576

    background: Rectangle {
        border.color: choice.isChosen ? Theme.colour.primary : Theme.colour.edge
        border.width: choice.isChosen ? Theme.border.chosen : Theme.edge
        color: {
            if (choice.isFilled)
                return Theme.colour.primary;
            return choice.isChosen || choice.down ? Theme.colour.primary_soft : Theme.colour.surface;
        }
        radius: choice.corner
    }
    contentItem: Item {
        Icon {
            anchors.verticalCenter: parent.verticalCenter
            name: choice.iconName
            size: 40
            tint: choice.isFilled ? Theme.colour.on_primary : (choice.isChosen ? Theme.colour.primary : Theme.colour.muted)
            x: 24
        }
        Column {
            anchors.verticalCenter: parent.verticalCenter
            x: 86

            Words {
                color: choice.isFilled ? Theme.colour.on_primary : Theme.colour.ink
                leading: 34
                text: choice.text
                weight: Font.DemiBold
                Accessible.ignored: true
            }
            Words {
                color: choice.isFilled ? Theme.colour.on_primary : Theme.colour.muted
                leading: 30
                size: 24
                text: choice.detail
                Accessible.ignored: true
            }
        }
        Rectangle {
            anchors.right: parent.right
            anchors.rightMargin: 26
            anchors.verticalCenter: parent.verticalCenter
            border.color: choice.isChosen ? (choice.isFilled ? Theme.colour.on_primary : Theme.colour.primary) : Theme.colour.edge
            border.width: choice.isChosen ? 11 : 3
            color: choice.isFilled ? Theme.colour.primary : Theme.colour.surface
            height: 36
            radius: 18
            width: 36
        }
    }
}
