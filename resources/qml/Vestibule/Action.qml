pragma ComponentBehavior: Bound
import QtQuick
import Vestibule.Toolkit

// A button with words: the one primary action of a screen, or a secondary one.
Press {
    id: action

    property bool primary: false
    property string iconName
    property string iconAfter
    // Seconds or the like at the right edge.
    property string trailing
    property int size: primary ? 32 : 28
    readonly property color inkColour: {
        if (!primary)
            return Theme.colour.ink;
        return enabled ? Theme.colour.on_primary : Theme.colour.on_disabled;
    }

    Accessible.description: trailing
    implicitWidth: 576
    implicitHeight: primary ? Theme.height.primary : Theme.height.secondary
    opacity: enabled || primary ? 1 : 0.45

    background: Rectangle {
        readonly property bool isHollow: !action.primary || (!action.enabled && Theme.look === "contrast")

        border.color: Theme.colour.edge
        border.width: isHollow && !action.primary ? Theme.edge : 0
        color: {
            if (!action.primary)
                return action.down ? Theme.colour.primary_soft : Theme.colour.surface;
            if (!action.enabled)
                return Theme.colour.disabled;
            return action.down ? Theme.colour.primary_press : Theme.colour.primary;
        }
        radius: action.corner

        Loader {
            active: action.primary && !action.enabled && Theme.look === "contrast"
            anchors.fill: parent

            sourceComponent: DashedFrame {
                radius: action.corner
            }
        }
    }
    contentItem: Item {
        Row {
            anchors.centerIn: parent
            spacing: 16

            Icon {
                anchors.verticalCenter: parent.verticalCenter
                name: action.iconName
                tint: action.inkColour
                visible: name !== ""
            }
            Words {
                id: label

                anchors.verticalCenter: parent.verticalCenter
                color: action.inkColour
                horizontalAlignment: Text.AlignHCenter
                size: action.size
                text: action.text
                weight: Font.DemiBold
                Accessible.ignored: true
            }
            Icon {
                anchors.verticalCenter: parent.verticalCenter
                name: action.iconAfter
                tint: action.inkColour
                visible: name !== ""
            }
        }
        Words {
            anchors.right: parent.right
            anchors.rightMargin: 32
            anchors.verticalCenter: parent.verticalCenter
            color: action.inkColour
            isTabular: true
            text: action.trailing
            weight: Font.Medium
            Accessible.ignored: true
        }
    }
}
