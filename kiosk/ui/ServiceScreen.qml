pragma ComponentBehavior: Bound
import QtQuick
import Vestibule
import Vestibule.Toolkit

// How this kiosk stands, for staff: nothing about a visitor.
Page {
    id: service

    readonly property var facts: model.facts

    hasHeader: false
    hasTools: false

    StaffBar {
        secondsLeft: service.stage.countdown
        staffName: service.facts.staffName

        onLeaving: service.desk.staff_left()
    }
    Words {
        objectName: "title"
        size: 54
        text: "How this kiosk stands"
        weight: Font.Bold
        x: 72
        y: 124
        Accessible.role: Accessible.Heading
    }
    Words {
        color: Theme.colour.muted
        leading: 40
        objectName: "subtitle"
        text: service.facts.isRead ? service.facts.subtitle : "One moment, please."
        x: 72
        y: 192
    }
    Card {
        height: service.facts.lines.length * 96 + 24
        visible: service.facts.isRead
        width: 1776
        x: 72
        y: 256

        Column {
            width: 1712
            x: 32
            y: 12

            Repeater {
                model: service.facts.lines

                Item {
                    id: line

                    required property var modelData
                    required property int index

                    height: 96
                    width: 1712
                    Accessible.name: line.modelData.title + ". " + line.modelData.words
                    Accessible.role: Accessible.ListItem

                    Rule {
                        visible: line.index > 0
                        width: parent.width
                    }
                    Icon {
                        anchors.verticalCenter: parent.verticalCenter
                        name: line.modelData.icon
                        size: 36
                        tint: line.modelData.isGood ? Theme.colour.primary : Theme.colour.caution
                    }
                    Words {
                        anchors.verticalCenter: parent.verticalCenter
                        elide: Text.ElideRight
                        leading: 34
                        maximumLineCount: 2
                        objectName: "standing_" + line.index
                        size: 28
                        text: line.modelData.title
                        weight: Font.DemiBold
                        width: 620
                        wrapMode: Text.WordWrap
                        x: 60
                        Accessible.ignored: true
                    }
                    Words {
                        anchors.verticalCenter: parent.verticalCenter
                        color: Theme.colour.muted
                        elide: Text.ElideRight
                        leading: 32
                        maximumLineCount: 2
                        objectName: "standing_words_" + line.index
                        size: 24
                        text: line.modelData.words
                        width: 1000
                        wrapMode: Text.WordWrap
                        x: 712
                        Accessible.ignored: true
                    }
                }
            }
        }
    }
}
