pragma ComponentBehavior: Bound

import QtQuick
import Vestibule
import Vestibule.Toolkit

// The dark bar of staff's pages: who is here, how long, and the way out.
Rectangle {
    id: bar

    property string staffName
    property int secondsLeft: 0

    signal leaving

    color: Theme.colour.staff_bar
    height: 96
    width: 1920

    Icon {
        name: "lock"
        size: 32
        tint: Theme.colour.on_staff_bar
        x: 72
        y: 32
    }
    Words {
        color: Theme.colour.on_staff_bar
        text: "Staff"
        weight: Font.Bold
        x: 120
        y: 30
    }
    Words {
        color: Theme.colour.on_staff_bar
        elide: Text.ElideRight
        objectName: "staff_name"
        opacity: 0.85
        text: bar.staffName
        width: 640
        x: 205
        y: 30
    }
    Words {
        anchors.right: leave.left
        anchors.rightMargin: 30
        color: Theme.colour.on_staff_bar
        opacity: 0.85
        size: 26
        text: "Locks in " + Math.floor(bar.secondsLeft / 60) + ":" + (bar.secondsLeft % 60 < 10 ? "0" : "") + bar.secondsLeft % 60
        visible: bar.secondsLeft > 0
        y: 30
    }
    Press {
        id: leave

        corner: Theme.radius.small
        implicitHeight: 64
        implicitWidth: 126
        objectName: "leave"
        text: "Leave"
        x: 1848 - width
        y: 16

        background: Rectangle {
            border.color: Theme.colour.on_staff_bar
            border.width: 2
            color: "transparent"
            opacity: leave.down ? 1 : 0.6
            radius: leave.corner
        }
        contentItem: Item {
            Words {
                anchors.centerIn: parent
                color: Theme.colour.on_staff_bar
                size: 26
                text: leave.text
                weight: Font.DemiBold
                Accessible.ignored: true
            }
        }

        onClicked: bar.leaving()
    }
}
