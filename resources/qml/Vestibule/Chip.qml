pragma ComponentBehavior: Bound
import QtQuick
import Vestibule.Toolkit

// One of a few short answers.
Press {
    id: chip

    property bool isChosen: false
    property int size: 28
    property int sidePadding: 30
    readonly property bool isFilled: isChosen && Theme.look === "contrast"

    Accessible.checkable: true
    Accessible.checked: isChosen
    Accessible.role: Accessible.RadioButton
    implicitHeight: Theme.height.chip
    implicitWidth: row.implicitWidth + 2 * (isChosen ? sidePadding - 4 : sidePadding)

    background: Rectangle {
        border.color: chip.isChosen ? Theme.colour.primary : Theme.colour.edge
        border.width: chip.isChosen ? Theme.border.chosen : Theme.edge
        color: {
            if (chip.isFilled)
                return Theme.colour.primary;
            return chip.isChosen || chip.down ? Theme.colour.primary_soft : Theme.colour.surface;
        }
        radius: chip.corner
    }
    contentItem: Item {
        Row {
            id: row

            anchors.centerIn: parent
            spacing: 13

            Icon {
                anchors.verticalCenter: parent.verticalCenter
                name: "check"
                size: chip.size
                tint: chip.isFilled ? Theme.colour.on_primary : Theme.colour.on_soft
                visible: chip.isChosen
            }
            Words {
                color: {
                    if (chip.isFilled)
                        return Theme.colour.on_primary;
                    return chip.isChosen ? Theme.colour.on_soft : Theme.colour.ink;
                }
                size: chip.size
                text: chip.text
                weight: chip.isChosen ? Font.DemiBold : Font.Medium
                Accessible.ignored: true
            }
        }
    }
}
