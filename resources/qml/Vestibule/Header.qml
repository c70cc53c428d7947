pragma ComponentBehavior: Bound
import QtQuick
import Vestibule.Toolkit

// School, steps, date and time. Pressing the mark for some seconds calls staff.
Item {
    id: header

    property string siteName
    property string date
    property string time
    property int step: 0
    property real holdSeconds: 3
    readonly property int steps: 5

    signal held

    height: 104
    width: 1920

    Item {
        height: parent.height
        objectName: "logo"
        width: 560
        Accessible.ignored: true

        Icon {
            name: "vestibule"
            x: 72
            y: 34
        }
        Words {
            elide: Text.ElideRight
            objectName: "site_name"
            text: header.siteName
            weight: Font.DemiBold
            width: Math.min(implicitWidth, 560)
            x: 124
            y: 34
        }
        TapHandler {
            gesturePolicy: TapHandler.ReleaseWithinBounds
            longPressThreshold: header.holdSeconds

            onLongPressed: header.held()
        }
    }
    Row {
        anchors.horizontalCenter: parent.horizontalCenter
        spacing: 24
        visible: header.step > 0
        y: 36

        Row {
            anchors.verticalCenter: parent.verticalCenter
            spacing: 8

            Repeater {
                model: header.steps

                Rectangle {
                    required property int index
                    readonly property bool isOpen: index >= header.step

                    border.color: Theme.colour.line
                    border.width: isOpen && Theme.look === "contrast" ? 2 : 0
                    color: isOpen ? (Theme.look === "contrast" ? Theme.colour.ground : Theme.colour.line) : Theme.colour.primary
                    height: 8
                    radius: 4
                    width: index === header.step - 1 ? 88 : 56
                }
            }
        }
        Words {
            color: Theme.colour.muted
            objectName: "steps"
            size: 24
            text: "Step " + header.step + " of " + header.steps
        }
    }
    Row {
        anchors.right: parent.right
        anchors.rightMargin: 72
        spacing: 20
        y: 34

        Words {
            color: Theme.colour.muted
            isTabular: true
            text: header.date
        }
        Words {
            isTabular: true
            objectName: "clock"
            text: header.time
            weight: Font.DemiBold
        }
    }
}
