pragma ComponentBehavior: Bound
import QtQuick
import Vestibule

// Picture 12: one touch gives the whole time again.
AskCard {
    id: card

    required property var desk
    required property var stage

    contentHeight: 104 + 16 + 88
    headingTop: 288
    text: "In " + stage.warning + (stage.warning === 1 ? " second" : " seconds") + " this screen clears itself, to protect your details."
    title: "Do you need more time?"

    Countdown {
        parent: card.above
        seconds: card.stage.warning
        whole: card.stage.warningWhole
        x: (card.above.width - width) / 2
        y: 60
    }
    Action {
        focus: true
        implicitWidth: 752
        objectName: "more_time"
        primary: true
        text: "I need more time"

        onClicked: card.desk.more_time_chosen()
    }
    Action {
        implicitHeight: 88
        implicitWidth: 752
        objectName: "finished"
        text: "I am finished"
        y: 120

        onClicked: card.desk.left()
    }
}
