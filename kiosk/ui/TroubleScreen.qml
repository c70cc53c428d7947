pragma ComponentBehavior: Bound
import QtQuick
import Vestibule
import Vestibule.Toolkit

// What happened, what was kept, what to do: calm, no red, no code.
Page {
    id: trouble

    readonly property var facts: model.facts

    spoken: title + ". " + facts.next
    subtitle: "This is our mistake and not yours."
    title: "Something did not work"

    Card {
        height: 656
        width: 1176
        x: 72
        y: 256

        Column {
            anchors.verticalCenter: parent.verticalCenter
            width: 1046
            x: 65

            Repeater {
                model: [["info", "What happened", trouble.facts.happened], ["shield", "What was kept", trouble.facts.kept], ["arrow-right", "What to do now", trouble.facts.next]].filter(line => line[2] !== "")

                Item {
                    id: line

                    required property list<string> modelData
                    required property int index

                    height: words.height + 104
                    width: 1046

                    Rule {
                        visible: line.index > 0
                        width: parent.width
                    }
                    Icon {
                        name: line.modelData[0]
                        size: 48
                        y: 40
                    }
                    Words {
                        color: Theme.colour.muted
                        size: 26
                        text: line.modelData[1]
                        x: 88
                        y: 28
                    }
                    Words {
                        id: words

                        leading: 42
                        objectName: "trouble_" + line.index
                        size: 32
                        text: line.modelData[2]
                        weight: Font.DemiBold
                        width: 950
                        wrapMode: Text.WordWrap
                        x: 88
                        y: 66
                    }
                }
            }
        }
    }
    Notice {
        iconName: "desk"
        text: "The front desk can sign you in or out by hand, with or without this kiosk."
        x: 1272
        y: 256
    }
    Action {
        focus: true
        objectName: "done"
        primary: true
        text: "Done"
        x: 1272
        y: 808

        onClicked: trouble.desk.left()
    }
}
