pragma ComponentBehavior: Bound
import QtQuick
import Vestibule.Toolkit

// What is typed, with a caret. Typing itself comes from the page: keyboard, pad or real keys.
FocusScope {
    id: field

    property string label
    property string value
    property string placeholder
    property string iconName
    // Words at the right edge, e.g. "1 more digit".
    property string trailing
    property bool isCurrent: true
    property bool canClear: false
    property real spacingOfDigits: 0
    property bool personal: true
    property bool hasCaret: true

    signal cleared
    signal chosen

    activeFocusOnTab: true
    height: Theme.height.field
    Accessible.description: trailing
    Accessible.editable: true
    Accessible.focusable: true
    Accessible.name: label + (value === "" || Theme.veiled ? "" : ": " + value)
    Accessible.role: Accessible.EditableText

    Rectangle {
        anchors.fill: parent
        border.color: field.isCurrent ? Theme.colour.primary : Theme.colour.edge
        border.width: field.isCurrent ? 3 : Theme.edge
        color: Theme.colour.surface
        radius: Theme.radius.control
    }
    Loader {
        active: field.activeFocus && !field.isCurrent
        anchors.fill: parent

        sourceComponent: FocusRing {}
    }
    TapHandler {
        onTapped: {
            field.forceActiveFocus();
            field.chosen();
        }
    }
    Icon {
        id: icon

        anchors.verticalCenter: parent.verticalCenter
        name: field.iconName
        tint: Theme.colour.muted
        visible: name !== ""
        x: 28
    }
    Item {
        id: line

        anchors.left: parent.left
        anchors.leftMargin: field.iconName === "" ? 28 : 84
        anchors.right: parent.right
        anchors.rightMargin: field.canClear ? 104 : (field.trailing === "" ? 28 : hint.implicitWidth + 48)
        clip: true
        height: parent.height

        Words {
            id: typed

            anchors.verticalCenter: parent.verticalCenter
            font.letterSpacing: field.spacingOfDigits
            personal: field.personal
            isTabular: field.spacingOfDigits > 0
            size: field.spacingOfDigits > 0 ? 48 : 40
            text: field.value
            weight: field.spacingOfDigits > 0 ? Font.DemiBold : Font.Medium
            // The end of what is typed stays in view.
            x: Math.min(0, line.width - implicitWidth - 8)
            Accessible.ignored: true
        }
        Words {
            anchors.verticalCenter: parent.verticalCenter
            color: Theme.colour.muted
            size: 32
            text: field.placeholder
            visible: field.value === ""
            x: 10
            Accessible.ignored: true
        }
        Rectangle {
            anchors.verticalCenter: parent.verticalCenter
            color: Theme.colour.primary
            height: 48
            opacity: Theme.veiled ? 0 : 1
            visible: field.isCurrent && field.hasCaret
            width: 4
            x: typed.x + (field.value === "" ? 0 : typed.implicitWidth + 2)
        }
    }
    Words {
        id: hint

        anchors.right: parent.right
        anchors.rightMargin: 28
        anchors.verticalCenter: parent.verticalCenter
        color: Theme.colour.muted
        size: 26
        text: field.trailing
        visible: text !== "" && !field.canClear
        Accessible.ignored: true
    }
    Press {
        anchors.right: parent.right
        anchors.rightMargin: 12
        anchors.verticalCenter: parent.verticalCenter
        corner: Theme.radius.small
        implicitHeight: 64
        implicitWidth: 88
        objectName: "clear_field"
        text: "Clear " + field.label
        visible: field.canClear && field.value !== ""

        contentItem: Item {
            Icon {
                anchors.centerIn: parent
                name: "close"
                tint: Theme.colour.muted
            }
        }

        onClicked: field.cleared()
    }
}
