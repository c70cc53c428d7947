pragma ComponentBehavior: Bound
import QtQuick
import Vestibule
import Vestibule.Toolkit

// Picture 17: replaces everything in one frame. Words come from the console.
FocusScope {
    id: emergency

    required property var desk
    required property var stage
    readonly property var icons: ["door", "light-off", "sound-off"]

    height: 1080
    width: 1920
    z: 100
    Accessible.name: stage.emergency.title
    Accessible.role: Accessible.AlertMessage

    Rectangle {
        anchors.fill: parent
        color: Theme.colour.alarm_fill
    }
    MouseArea {
        anchors.fill: parent
    }
    Words {
        color: Theme.colour.on_alarm_fill
        size: 32
        text: emergency.stage.siteName
        weight: Font.DemiBold
        x: 96
        y: 40
    }
    Words {
        anchors.right: parent.right
        anchors.rightMargin: 96
        color: Theme.colour.on_alarm_fill
        size: 32
        text: emergency.stage.time
        weight: Font.DemiBold
        y: 40
    }
    Words {
        color: Theme.colour.on_alarm_fill
        fontSizeMode: Text.HorizontalFit
        height: 240
        leading: 240
        minimumPixelSize: 72
        objectName: "emergency_title"
        size: 224
        text: emergency.stage.emergency.title
        verticalAlignment: Text.AlignVCenter
        weight: Font.Bold
        width: 1400
        x: 82
        y: 201
    }
    Words {
        color: Theme.colour.on_alarm_fill
        font.letterSpacing: 0
        size: 56
        text: emergency.stage.emergency.subtitle
        weight: Font.Medium
        width: 1400
        elide: Text.ElideRight
        x: 96
        y: 424
    }
    Rectangle {
        color: Theme.colour.on_alarm_fill
        height: 260
        radius: 130
        width: 260
        x: 1564
        y: 204

        Icon {
            anchors.centerIn: parent
            name: "lock"
            size: 148
            tint: Theme.colour.alarm_fill
        }
    }
    Row {
        spacing: 24
        x: 96
        y: 608

        Repeater {
            model: emergency.stage.emergency.steps

            Rectangle {
                id: step

                required property var modelData
                required property int index

                color: Theme.colour.alarm_fill_deep
                height: 264
                radius: Theme.radius.card
                width: 560

                Icon {
                    name: emergency.icons[step.index]
                    size: 72
                    tint: Theme.colour.on_alarm_fill
                    x: 32
                    y: 40
                }
                Words {
                    color: Theme.colour.on_alarm_fill
                    font.letterSpacing: -0.8
                    fontSizeMode: Text.HorizontalFit
                    height: 48
                    minimumPixelSize: 24
                    size: 38
                    text: step.modelData.words
                    weight: Font.Bold
                    width: 496
                    x: 36
                    y: 136
                }
                Words {
                    color: Theme.colour.on_alarm_fill
                    elide: Text.ElideRight
                    text: step.modelData.second
                    width: 496
                    x: 36
                    y: 195
                }
            }
        }
    }
    Words {
        color: Theme.colour.on_alarm_fill
        text: emergency.stage.emergency.sent
        x: 96
        y: 980
    }
    Press {
        id: staff

        focus: true
        implicitHeight: 76
        implicitWidth: 158
        objectName: "emergency_staff"
        text: "Staff"
        x: 1824 - width
        y: 960

        background: Rectangle {
            border.color: Theme.colour.on_alarm_fill
            border.width: 2
            color: staff.down ? Theme.colour.alarm_fill_deep : Theme.colour.alarm_fill
            radius: staff.corner
        }
        contentItem: Item {
            Row {
                anchors.centerIn: parent
                spacing: 12

                Icon {
                    anchors.verticalCenter: parent.verticalCenter
                    name: "lock"
                    size: 32
                    tint: Theme.colour.on_alarm_fill
                }
                Words {
                    color: Theme.colour.on_alarm_fill
                    size: 26
                    text: staff.text
                    weight: Font.DemiBold
                    Accessible.ignored: true
                }
            }
        }

        onClicked: emergency.desk.staff_called()
    }
}
