pragma ComponentBehavior: Bound
import QtQuick
import Vestibule
import Vestibule.Toolkit

// Something to read in peace: scrolled by two buttons and never only by a drag.
AskCard {
    id: card

    property list<string> paragraphs
    readonly property real textHeight: Math.min(paper.implicitHeight, 500)
    readonly property bool isLong: paper.implicitHeight > 500

    signal closed

    contentHeight: textHeight + 32 + 96
    isWide: true

    Flickable {
        id: scroll

        boundsBehavior: Flickable.StopAtBounds
        clip: true
        contentHeight: paper.implicitHeight
        height: card.textHeight
        width: parent.width

        Behavior on contentY {
            NumberAnimation {
                duration: Theme.ms("page")
                easing.type: Easing.OutCubic
            }
        }

        Column {
            id: paper

            spacing: 16
            width: parent.width

            Repeater {
                model: card.paragraphs

                Words {
                    required property string modelData

                    leading: 40
                    text: modelData
                    width: paper.width
                    wrapMode: Text.WordWrap
                }
            }
        }
    }
    Row {
        spacing: 16
        visible: card.isLong
        y: card.textHeight + 32

        Action {
            enabled: scroll.contentY > 0
            implicitWidth: 240
            objectName: "scroll_up"
            text: "Up"

            onClicked: scroll.contentY = Math.max(0, scroll.contentY - 400)
        }
        Action {
            enabled: scroll.contentY < scroll.contentHeight - scroll.height - 1
            implicitWidth: 240
            objectName: "scroll_down"
            text: "Down"

            onClicked: scroll.contentY = Math.min(scroll.contentHeight - scroll.height, scroll.contentY + 400)
        }
    }
    Action {
        anchors.right: parent.right
        focus: true
        implicitHeight: 96
        implicitWidth: 320
        objectName: "close_explanation"
        primary: true
        text: "Close"
        y: card.textHeight + 32

        onClicked: card.closed()
    }
}
