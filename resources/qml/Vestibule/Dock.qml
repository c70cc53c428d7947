pragma ComponentBehavior: Bound
import QtQuick
import Vestibule.Toolkit

// The foot of every screen: Back, an action in words, the tools.
Item {
    id: dock

    property bool hasBack: false
    property string textAction
    property string textActionName
    property bool hasTools: true

    signal backChosen
    signal textActionChosen
    signal contrastChosen
    signal helpChosen

    height: 96
    width: 1920
    y: 952

    Press {
        id: back

        implicitHeight: Theme.height.dockButton
        implicitWidth: backRow.implicitWidth + 72
        objectName: "back"
        text: "Back"
        visible: dock.hasBack
        x: 72
        y: 4

        background: Rectangle {
            border.color: Theme.colour.edge
            border.width: Theme.edge
            color: back.down ? Theme.colour.primary_soft : Theme.colour.surface
            radius: back.corner
        }
        contentItem: Item {
            Row {
                id: backRow

                anchors.centerIn: parent
                spacing: 14

                Icon {
                    anchors.verticalCenter: parent.verticalCenter
                    name: "arrow-left"
                    size: 32
                    tint: Theme.colour.ink
                }
                Words {
                    text: back.text
                    weight: Font.DemiBold
                    Accessible.ignored: true
                }
            }
        }

        onClicked: dock.backChosen()
    }
    TextAction {
        objectName: dock.textActionName
        text: dock.textAction
        visible: text !== ""
        x: dock.hasBack ? back.x + back.width + 16 : 52
        y: 4

        onClicked: dock.textActionChosen()
    }
    Rectangle {
        anchors.right: parent.right
        anchors.rightMargin: 72
        border.color: Theme.colour.line
        border.width: Theme.hair
        color: Theme.colour.surface
        height: parent.height
        radius: Theme.radius.bar
        visible: dock.hasTools
        width: tools.width + 16

        Row {
            id: tools

            spacing: 4
            x: 8
            y: 8

            Tool {
                iconName: "contrast"
                isOn: Theme.look === "contrast"
                objectName: "tool_contrast"
                text: "High contrast"

                onClicked: dock.contrastChosen()
            }
            Tool {
                iconName: "question"
                objectName: "tool_help"
                text: "Get help"

                onClicked: dock.helpChosen()
            }
        }
    }

    component Tool: Press {
        id: tool

        property string iconName
        property bool isOn: false
        readonly property bool isFilled: isOn && Theme.look === "contrast"

        checkable: false
        corner: Theme.radius.small
        implicitHeight: Theme.height.tool
        implicitWidth: toolLabel.implicitWidth + 32
        Accessible.checked: isOn

        background: Rectangle {
            border.color: Theme.colour.primary
            border.width: tool.isOn ? 2 : 0
            color: {
                if (tool.isFilled)
                    return Theme.colour.primary;
                return tool.isOn || tool.down ? Theme.colour.primary_soft : Theme.colour.surface;
            }
            radius: tool.corner
        }
        contentItem: Item {
            Icon {
                anchors.horizontalCenter: parent.horizontalCenter
                name: tool.iconName
                size: 32
                tint: tool.isFilled ? Theme.colour.on_primary : Theme.colour.primary
                y: 8
            }
            Words {
                id: toolLabel

                anchors.horizontalCenter: parent.horizontalCenter
                color: tool.isFilled ? Theme.colour.on_primary : Theme.colour.ink
                size: 24
                text: tool.text
                weight: Font.Medium
                y: 42
                Accessible.ignored: true
            }
        }
    }
}
