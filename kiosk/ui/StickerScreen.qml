pragma ComponentBehavior: Bound
import QtQuick
import Vestibule
import Vestibule.Toolkit

// Picture 11: no badge came out; a numbered sticker is as good.
Page {
    id: sticker

    spoken: title + ". " + subtitle
    subtitle: (model.facts.reason === "" ? "" : model.facts.reason + " ") + "You are signed in, and the office knows."
    textAction: "The holder is empty"
    textActionName: "holder_empty"
    title: "Take a sticker today"

    onTextActionChosen: desk.sticker_given("")

    Card {
        height: 656
        width: 1176
        x: 72
        y: 256

        Repeater {
            model: [["Take the top sticker", "from the holder beside the screen"], ["Type its number here", "so that we know it is yours"], ["Wear it where everyone can see it", "and hand it in when you leave"]]

            Item {
                id: line

                required property list<string> modelData
                required property int index

                x: 65
                y: 81 + index * 165

                Rectangle {
                    border.color: Theme.colour.edge
                    border.width: Theme.look === "contrast" ? Theme.edge : 0
                    color: Theme.colour.primary_soft
                    height: 64
                    radius: 32
                    width: 64
                    y: 50

                    Words {
                        anchors.centerIn: parent
                        color: Theme.colour.on_soft
                        size: 32
                        text: line.index + 1
                        weight: Font.DemiBold
                    }
                }
                Words {
                    size: 32
                    text: line.modelData[0]
                    weight: Font.DemiBold
                    x: 92
                    y: 44
                }
                Words {
                    color: Theme.colour.muted
                    text: line.modelData[1]
                    x: 92
                    y: 84
                }
                Rule {
                    visible: line.index < 2
                    width: 660
                    y: 164
                }
            }
        }
        Repeater {
            model: 3

            Rectangle {
                id: sheet

                required property int index
                readonly property int depth: 2 - index

                border.color: Theme.colour.edge
                border.width: 2
                color: Theme.colour.surface
                height: 380
                radius: 20
                width: 304
                x: 778 + depth * 12
                y: 128 + depth * 14

                Rectangle {
                    color: Theme.look === "contrast" ? Theme.colour.ink : Theme.colour.scrim
                    height: 90
                    radius: 20
                    visible: sheet.index === 2
                    width: 304

                    Rectangle {
                        color: parent.color
                        height: 20
                        width: 304
                        y: 70
                    }
                    Words {
                        anchors.centerIn: parent
                        color: Theme.look === "contrast" ? Theme.colour.ground : Theme.colour.on_staff_bar
                        font.letterSpacing: 2
                        size: 40
                        text: "VISITOR"
                        weight: Font.Bold
                    }
                }
                Words {
                    anchors.horizontalCenter: parent.horizontalCenter
                    font.letterSpacing: 0
                    leading: 112
                    size: 96
                    isTabular: true
                    text: "0418"
                    visible: sheet.index === 2
                    weight: Font.Bold
                    y: 126
                }
                Rule {
                    visible: sheet.index === 2
                    width: 252
                    x: 26
                    y: 270
                }
                Words {
                    anchors.horizontalCenter: parent.horizontalCenter
                    color: Theme.colour.muted
                    elide: Text.ElideRight
                    horizontalAlignment: Text.AlignHCenter
                    size: 26
                    text: sticker.model.facts.siteName
                    visible: sheet.index === 2
                    width: 252
                    wrapMode: Text.WordWrap
                    maximumLineCount: 2
                    y: 292
                }
            }
        }
    }
    DigitsColumn {
        entry: sticker.model.entry
        focus: true
        label: "Number on the sticker"
        prefix: "sticker_key"
        x: 1272
        y: 256
    }
    Action {
        enabled: sticker.model.entry.state.isComplete
        iconAfter: "arrow-right"
        objectName: "continue"
        primary: true
        text: "Continue"
        x: 1272
        y: 808

        onClicked: sticker.model.entry.enter()
    }
}
