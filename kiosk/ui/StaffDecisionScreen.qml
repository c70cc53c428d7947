pragma ComponentBehavior: Bound
import QtQuick
import Vestibule
import Vestibule.Toolkit

// Picture 16: the match field by field, without a score; nothing is chosen beforehand.
Page {
    id: staff

    readonly property var facts: model.facts
    readonly property var now: model.state
    readonly property bool hasMatch: facts.listHeading !== ""
    readonly property int rowHeight: Math.min(78, Math.floor(404 / Math.max(1, facts.lines.length)))

    hasHeader: false
    hasTools: false
    textAction: "Decide later"
    textActionName: "decide_later"

    onTextActionChosen: desk.staff_left()

    StaffBar {
        secondsLeft: staff.stage.countdown
        staffName: staff.facts.staffName

        onLeaving: staff.desk.staff_left()
    }
    Words {
        objectName: "title"
        size: 54
        text: "Visit " + staff.facts.number + " is waiting for you"
        weight: Font.Bold
        x: 72
        y: 124
        Accessible.role: Accessible.Heading
    }
    Words {
        color: Theme.colour.muted
        leading: 40
        text: "Waiting for " + staff.model.waited + ". The visitor sees only “The office is looking at your visit”."
        x: 72
        y: 192
    }
    Card {
        id: table

        height: 656
        width: 1176
        x: 72
        y: 256

        Item {
            height: 128
            width: 1092
            x: 42

            Column {
                anchors.bottom: parent.bottom
                anchors.bottomMargin: 16
                x: 194

                Words {
                    text: "Visitor"
                    weight: Font.DemiBold
                }
                Words {
                    color: Theme.colour.muted
                    elide: Text.ElideRight
                    leading: 30
                    maximumLineCount: 2
                    personal: true
                    size: 24
                    text: staff.facts.visitorHeading
                    width: 250
                    wrapMode: Text.WordWrap
                }
            }
            Column {
                anchors.bottom: parent.bottom
                anchors.bottomMargin: 16
                visible: staff.hasMatch
                x: 458

                Words {
                    text: "List entry"
                    weight: Font.DemiBold
                }
                Words {
                    color: Theme.colour.muted
                    elide: Text.ElideRight
                    leading: 30
                    maximumLineCount: 2
                    personal: true
                    size: 24
                    text: staff.facts.listHeading
                    width: 300
                    wrapMode: Text.WordWrap
                }
            }
            Words {
                anchors.bottom: parent.bottom
                anchors.bottomMargin: 16
                text: "Compared"
                visible: staff.hasMatch
                weight: Font.DemiBold
                x: 778
            }
        }
        Column {
            x: 42
            y: 128

            Repeater {
                model: staff.facts.lines

                Item {
                    id: line

                    required property var modelData

                    height: staff.rowHeight
                    width: 1092

                    Rule {
                        width: parent.width
                    }
                    Words {
                        anchors.verticalCenter: parent.verticalCenter
                        color: Theme.colour.muted
                        text: line.modelData.field
                    }
                    FittingValue {
                        anchors.verticalCenter: parent.verticalCenter
                        text: line.modelData.visitor
                        width: staff.hasMatch ? 252 : 880
                        x: 194
                    }
                    FittingValue {
                        anchors.verticalCenter: parent.verticalCenter
                        text: line.modelData.entry
                        visible: staff.hasMatch
                        width: 308
                        x: 458
                    }
                    AgreementMark {
                        anchors.verticalCenter: parent.verticalCenter
                        agreement: line.modelData.agreement
                        height: Math.min(52, staff.rowHeight - 6)
                        visible: staff.hasMatch
                        text: line.modelData.words
                        x: 778
                    }
                }
            }
        }
        Rectangle {
            color: Theme.colour.primary_soft
            height: 123
            radius: Theme.radius.card
            width: parent.width - 2 * Theme.hair
            x: Theme.hair
            y: 656 - height - Theme.hair

            Rectangle {
                color: parent.color
                height: 40
                width: parent.width
            }
            Rule {
                visible: Theme.look === "contrast"
                width: parent.width
            }
            Icon {
                anchors.verticalCenter: parent.verticalCenter
                name: "info"
                x: 40
            }
            Words {
                anchors.verticalCenter: parent.verticalCenter
                elide: Text.ElideRight
                leading: 38
                maximumLineCount: 3
                objectName: "summary"
                text: staff.facts.summary
                textFormat: Text.StyledText
                width: 1040
                wrapMode: Text.WordWrap
                x: 99
            }
        }
    }
    Words {
        color: Theme.colour.muted
        size: 24
        text: "Your decision"
        weight: Font.DemiBold
        x: 1272
        y: 256
    }
    Column {
        spacing: 12
        x: 1272
        y: 298

        Repeater {
            model: [["approve", "check-circle", "Approve", "The visitor goes on"], ["escort", "escort", "Approve with escort", "Badge says ESCORT"], ["deny", "deny", "Do not admit", "The visitor is asked to see you"]]

            DecisionRow {
                required property list<string> modelData
                required property int index

                detail: modelData[3]
                focus: index === 0
                iconName: modelData[1]
                isChosen: staff.now.verdict === modelData[0]
                objectName: "decide_" + modelData[0]
                text: modelData[2]

                onClicked: staff.model.choose(modelData[0])
            }
        }
    }
    Words {
        color: Theme.colour.muted
        size: 24
        text: "Reason, kept in the log"
        weight: Font.DemiBold
        x: 1272
        y: 602
    }
    Flow {
        spacing: 12
        width: 576
        x: 1272
        y: 644

        Repeater {
            model: 4

            Chip {
                required property int index
                readonly property string reason: staff.now.reasons[index] ?? ""

                implicitHeight: Theme.height.chipStaff
                isChosen: reason !== "" && staff.now.reason === reason
                objectName: "reason_" + index
                sidePadding: 20
                size: 26
                text: reason
                visible: reason !== ""

                onClicked: staff.model.choose_reason(reason)
            }
        }
    }
    Action {
        enabled: staff.now.canDecide
        iconName: staff.now.canDecide ? "check" : ""
        objectName: "decide"
        primary: true
        size: text.length > 24 ? 28 : 32
        text: staff.now.words
        x: 1272
        y: 808

        onClicked: staff.model.decide()
    }
}
