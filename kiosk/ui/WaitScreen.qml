pragma ComponentBehavior: Bound
import QtQuick
import Vestibule
import Vestibule.Toolkit

// Picture 07: the same for everybody, with or without a match: words, colours, time.
Page {
    id: wait

    readonly property bool hasNumber: model.facts.number !== ""
    readonly property bool isCalled: model.facts.comeToDesk

    spoken: title + ". " + subtitle
    subtitle: isCalled ? "Somebody will be with you in a moment." : "This is part of every sign-in. You can take a seat."
    textAction: hasNumber ? "Cancel my visit" : ""
    textActionName: "cancel_visit"
    title: isCalled ? "Visit " + model.facts.number + ": please come to the front desk" : "The office is looking at your visit"

    onTextActionChosen: desk.wait_cancelled()

    Card {
        height: 656
        width: 1176
        x: 72
        y: 256

        Repeater {
            model: [["check", "Your details", "Done"], ["", "The office", "Now"], ["badge", "Your badge", "Next"]]

            Item {
                id: stop

                required property list<string> modelData
                required property int index

                width: 360
                x: 28 + index * 380

                Rectangle {
                    anchors.horizontalCenter: parent.horizontalCenter
                    border.color: {
                        if (Theme.look === "contrast" && stop.index === 0)
                            return Theme.colour.edge;
                        return stop.index === 1 ? Theme.colour.primary : Theme.colour.line;
                    }
                    border.width: {
                        if (stop.index === 0)
                            return Theme.look === "contrast" ? 4 : 0;
                        return stop.index === 1 ? 6 : 4;
                    }
                    color: stop.index === 0 ? Theme.colour.primary_soft : Theme.colour.surface
                    height: 128
                    radius: 64
                    width: 128
                    y: 104

                    Icon {
                        anchors.centerIn: parent
                        name: stop.modelData[0]
                        size: 44
                        tint: stop.index === 0 ? Theme.colour.primary : Theme.colour.faint
                        visible: name !== ""
                    }
                    Row {
                        anchors.centerIn: parent
                        spacing: 10
                        visible: stop.index === 1

                        Repeater {
                            model: 3

                            Rectangle {
                                id: dot

                                required property int index

                                color: Theme.colour.primary
                                height: 14
                                opacity: [0.35, 1, 0.65][index]
                                radius: 7
                                width: 14

                                SequentialAnimation on opacity {
                                    loops: Animation.Infinite
                                    running: !Theme.still

                                    PauseAnimation {
                                        duration: dot.index * 300
                                    }
                                    NumberAnimation {
                                        duration: 600
                                        easing.type: Easing.InOutSine
                                        to: 1
                                    }
                                    NumberAnimation {
                                        duration: 600
                                        easing.type: Easing.InOutSine
                                        to: 0.35
                                    }
                                    PauseAnimation {
                                        duration: 600 - dot.index * 300
                                    }
                                }
                            }
                        }
                    }
                }
                Words {
                    anchors.horizontalCenter: parent.horizontalCenter
                    size: 32
                    text: stop.modelData[1]
                    weight: Font.DemiBold
                    y: 256
                }
                Words {
                    anchors.horizontalCenter: parent.horizontalCenter
                    color: Theme.colour.muted
                    size: 26
                    text: stop.modelData[2]
                    y: 296
                }
                Rectangle {
                    color: stop.index === 0 ? Theme.colour.primary : Theme.colour.line
                    height: 4
                    radius: 2
                    visible: stop.index < 2
                    width: 220
                    x: 180 + 64 + 16
                    y: 166
                }
            }
        }
        Rule {
            width: parent.width
            y: 435
        }
        Words {
            color: Theme.colour.muted
            text: "Your visit number"
            visible: wait.hasNumber
            x: 88
            y: 472
        }
        Words {
            isTabular: true
            objectName: "visit_number"
            size: 104
            text: wait.model.facts.number
            weight: Font.Bold
            x: 88
            y: 510
        }
        Words {
            color: Theme.colour.muted
            leading: 42
            size: 30
            text: wait.hasNumber ? "We call this number, and show it here,\nwhen it is your turn." : "One moment, please.\nThis takes a few seconds."
            x: wait.hasNumber ? 390 : 88
            y: 504
        }
    }
    Notice {
        iconName: "seat"
        text: wait.model.facts.isTyped ? "You can step away. Type the <b>same name</b> again to come back to this page." : "You can step away. Show the <b>same ID</b> again to come back to this page."
        visible: wait.hasNumber
        x: 1272
        y: 256
    }
    Action {
        focus: true
        iconName: "question"
        objectName: "need_help"
        text: "I need help"
        visible: wait.hasNumber
        x: 1272
        y: 704

        onClicked: wait.helpChosen()
    }
    Action {
        iconName: "arrow-right"
        objectName: "next_person"
        text: "Let the next person sign in"
        visible: wait.hasNumber
        x: 1272
        y: 816

        onClicked: wait.desk.next_person_chosen()
    }
}
