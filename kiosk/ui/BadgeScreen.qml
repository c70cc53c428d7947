pragma ComponentBehavior: Bound
import QtQuick
import Vestibule
import Vestibule.Toolkit

// Picture 08: signed in; where to go; the badge as it comes out.
Page {
    id: badge

    readonly property var facts: model.facts

    personalTitle: true
    spoken: "You are signed in. " + subtitle
    subtitle: facts.isPrinted ? "Your badge is below the screen." : "Your badge is coming out below the screen."
    textAction: "My badge did not print"
    textActionName: "badge_trouble"
    title: facts.title
    titleX: 196

    onTextActionChosen: desk.badge_trouble_reported()

    Rectangle {
        border.color: Theme.colour.positive
        border.width: Theme.look === "contrast" ? Theme.edge : 0
        color: Theme.colour.positive_soft
        height: 96
        radius: 48
        width: 96
        x: 72
        y: 126

        Icon {
            anchors.centerIn: parent
            name: "check"
            size: 56
            tint: Theme.colour.positive
        }
    }
    Card {
        height: 656
        width: 1176
        x: 72
        y: 256

        Words {
            color: Theme.colour.muted
            text: badge.facts.withEscort ? "Please wait for your escort to" : "Please go to"
            x: 65
            y: 48
        }
        Words {
            fontSizeMode: Text.HorizontalFit
            height: 136
            minimumPixelSize: 56
            objectName: "destination"
            personal: true
            size: 128
            text: badge.facts.destination
            verticalAlignment: Text.AlignVCenter
            weight: Font.Bold
            width: 1060
            x: 60
            y: 92
        }
        Words {
            color: Theme.colour.muted
            elide: Text.ElideRight
            leading: 48
            objectName: "badge_host"
            personal: true
            size: 36
            text: badge.facts.host
            width: 1046
            x: 65
            y: 221
        }
        Column {
            id: lines

            readonly property var all: [["arrow-right", badge.facts.withEscort ? "Somebody comes to walk with you." : badge.facts.directions], ["wear", "Wear your badge where everyone can see it."], ["sign-out", "Show it here again when you leave."]].filter(line => line[1] !== "")

            width: 1046
            x: 65
            y: 656 - height - 18

            Repeater {
                model: lines.all

                Item {
                    id: line

                    required property list<string> modelData

                    height: 96
                    width: 1046

                    Rule {
                        width: parent.width
                    }
                    Icon {
                        anchors.verticalCenter: parent.verticalCenter
                        name: line.modelData[0]
                        size: 40
                    }
                    Words {
                        anchors.verticalCenter: parent.verticalCenter
                        elide: Text.ElideRight
                        leading: 36
                        maximumLineCount: 2
                        size: 32
                        text: line.modelData[1]
                        weight: Font.Medium
                        width: parent.width - x
                        wrapMode: Text.WordWrap
                        x: 68
                    }
                }
            }
        }
    }
    Rectangle {
        border.color: Theme.colour.edge
        border.width: Theme.look === "contrast" ? Theme.edge : 0
        color: Theme.colour.primary_soft
        height: 520
        radius: Theme.radius.card
        width: 576
        x: 1272
        y: 256

        Rectangle {
            id: slot

            color: Theme.colour.ink
            height: 16
            radius: 8
            width: 352
            x: 112
            y: 28
        }
        Item {
            clip: true
            height: 404
            width: 284
            x: 146
            y: 36

            Image {
                id: label

                // Out of the slot once, when there is a badge to show.
                height: 456
                opacity: Theme.veiled ? 0 : 1
                source: badge.facts.picture
                sourceSize: Qt.size(width * Theme.scale, height * Theme.scale)
                width: 283
                y: -53
                Accessible.ignored: true

                NumberAnimation on y {
                    id: out

                    duration: Theme.ms("badgeOut")
                    easing.type: Easing.OutCubic
                    from: Theme.still ? -53 : -456
                    running: label.status === Image.Ready
                    to: -53
                }
            }
        }
        Row {
            anchors.horizontalCenter: parent.horizontalCenter
            spacing: 16
            y: 458

            Icon {
                anchors.verticalCenter: parent.verticalCenter
                name: badge.facts.isPrinted ? "check" : "printer"
                size: 32
                tint: badge.facts.isPrinted ? Theme.colour.positive : Theme.colour.primary
            }
            Words {
                color: Theme.colour.on_soft
                objectName: badge.facts.isPrinted ? "badge_printed" : "badge_printing"
                size: 26
                text: badge.facts.isPrinted ? "Printed" : "Printing"
                weight: Font.DemiBold
            }
            Rectangle {
                anchors.verticalCenter: parent.verticalCenter
                border.color: Theme.colour.edge
                border.width: Theme.look === "contrast" ? 2 : 0
                color: Theme.colour.surface
                height: 8
                radius: 4
                visible: !badge.facts.isPrinted
                width: 160

                Rectangle {
                    color: Theme.colour.primary
                    height: 8
                    radius: 4
                    width: 106

                    NumberAnimation on width {
                        duration: 6000
                        easing.type: Easing.OutCubic
                        from: 8
                        running: !Theme.still
                        to: 144
                    }
                }
            }
        }
    }
    Action {
        focus: true
        objectName: "done"
        primary: true
        text: "Done"
        trailing: badge.stage.countdown > 0 ? badge.stage.countdown + " s" : ""
        x: 1272
        y: 808

        onClicked: badge.desk.badge_done()
    }
}
