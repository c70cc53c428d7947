pragma ComponentBehavior: Bound
import QtQuick
import Vestibule
import Vestibule.Toolkit

// Picture 16a: nothing about a visit before the PIN.
Page {
    id: pin

    hasBack: true
    subtitle: "Nothing about a visit is shown before the PIN."
    title: "Staff"

    onBackChosen: desk.staff_left()

    Card {
        height: 656
        width: 1176
        x: 72
        y: 256

        Words {
            color: Theme.colour.muted
            text: "This page is for staff"
            x: 65
            y: 48
        }
        Words {
            leading: 108
            size: 96
            text: "Enter your PIN"
            weight: Font.Bold
            x: 61
            y: 88
        }
        Words {
            color: Theme.colour.muted
            size: 30
            text: "Visitors: please touch Back."
            x: 65
            y: 208
        }
        Row {
            spacing: 16
            visible: pin.model.facts.wrong !== ""
            x: 65
            y: 288

            Icon {
                name: "info"
                tint: Theme.colour.caution
            }
            Words {
                color: Theme.colour.caution
                objectName: "pin_wrong"
                text: pin.model.facts.wrong
                weight: Font.DemiBold
                width: 980
                wrapMode: Text.WordWrap
            }
        }
        Column {
            width: 1046
            x: 65
            y: 348

            Repeater {
                model: pin.model.facts.isService ? [["kiosk", "See how this kiosk stands: hub, lists, what waits"], ["clock", "The page closes after a minute without a touch"]] : [["shield", "Decide on the visit that waits here"], ["clock", "The page closes after a minute without a touch"], ["history", "Every decision is kept in the log with your name"]]

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
                        size: 32
                        text: line.modelData[1]
                        weight: Font.Medium
                        x: 68
                    }
                }
            }
        }
    }
    DigitsColumn {
        enabled: !pin.model.facts.isLocked
        entry: pin.model.entry
        focus: true
        isHidden: true
        label: "PIN"
        opacity: enabled ? 1 : 0.45
        prefix: "pin_key"
        x: 1272
        y: 256
    }
    Action {
        enabled: pin.model.entry.state.isComplete && !pin.model.facts.isLocked
        objectName: "unlock"
        primary: true
        text: "Unlock"
        x: 1272
        y: 808

        onClicked: pin.model.entry.enter()
    }
    Timer {
        interval: 1000
        repeat: true
        running: pin.model.facts.isLocked

        onTriggered: pin.model.look_again()
    }
}
