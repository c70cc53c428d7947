pragma ComponentBehavior: Bound
import QtQuick
import Vestibule.Toolkit

// A question or an explanation over the veiled screen. What lies below cannot be touched.
FocusScope {
    id: ask

    default property alias content: body.data
    property string title
    property string text
    property real contentHeight: 0
    property bool isWide: false
    // Where things above the title go, and where the title begins.
    readonly property alias above: above
    property real headingTop: 56
    readonly property real bodyTop: heading.y + heading.height + (text === "" ? 0 : words.height + 12) + 32

    focus: true
    height: 1080
    width: 1920
    z: 10
    Accessible.name: title
    Accessible.role: Accessible.Dialog

    // Swallows touches beside the card.
    MouseArea {
        anchors.fill: parent
    }
    Rectangle {
        anchors.fill: parent
        color: Theme.colour.scrim
        opacity: 0.88
    }
    Card {
        id: card

        anchors.horizontalCenter: parent.horizontalCenter
        border.width: Theme.look === "contrast" ? Theme.hair : 0
        height: ask.bodyTop + ask.contentHeight + 64
        width: ask.isWide ? 1176 : 880
        y: (1080 - height) / 2

        Item {
            id: above

            height: childrenRect.height
            width: parent.width
        }
        Words {
            id: heading

            horizontalAlignment: ask.isWide ? Text.AlignLeft : Text.AlignHCenter
            objectName: "ask_title"
            size: 54
            text: ask.title
            weight: Font.Bold
            width: parent.width - 128
            x: 64
            y: ask.headingTop
            Accessible.role: Accessible.Heading
        }
        Words {
            id: words

            anchors.top: heading.bottom
            anchors.topMargin: 12
            color: Theme.colour.muted
            horizontalAlignment: Text.AlignHCenter
            leading: 42
            size: 30
            text: ask.text
            visible: text !== ""
            width: 720
            wrapMode: Text.WordWrap
            x: (parent.width - width) / 2
        }
        Item {
            id: body

            height: ask.contentHeight
            width: parent.width - 128
            x: 64
            y: ask.bodyTop
        }
    }

    NumberAnimation on y {
        duration: Theme.ms("dialog")
        easing.type: Easing.OutCubic
        from: Theme.still ? 0 : 16
        to: 0
    }
    NumberAnimation on opacity {
        duration: Theme.ms("dialog")
        easing.type: Easing.OutCubic
        from: Theme.still ? 1 : 0
        to: 1
    }
}
