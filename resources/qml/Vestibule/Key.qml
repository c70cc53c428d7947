pragma ComponentBehavior: Bound
import QtQuick
import Vestibule.Toolkit

// One key of our own keyboards. A touch leaves the focus in the field.
Press {
    id: key

    property string iconName
    property bool isFunction: false
    property int size: 32
    // What is typed; words like "shift" for the others.
    property string value: text

    corner: Theme.radius.key
    focusPolicy: Qt.TabFocus
    implicitHeight: Theme.height.key

    background: Rectangle {
        border.color: Theme.colour.edge
        border.width: Theme.edge
        color: {
            if (key.down)
                return Theme.colour.primary_soft;
            return key.isFunction ? Theme.colour.key_function : Theme.colour.key;
        }
        radius: key.corner
    }
    contentItem: Item {
        Words {
            anchors.centerIn: parent
            size: key.size
            text: key.iconName === "" ? key.text : ""
            weight: key.isFunction || key.size > 32 ? Font.DemiBold : Font.Medium
            Accessible.ignored: true
        }
        Icon {
            anchors.centerIn: parent
            name: key.iconName
            tint: Theme.colour.ink
            visible: name !== ""
        }
    }
}
