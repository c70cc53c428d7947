pragma ComponentBehavior: Bound
import QtQuick
import Vestibule
import Vestibule.Toolkit

// Picture 03: is this you? Month and day of birth are never shown.
Page {
    id: confirm

    readonly property bool isTyped: model.facts.document === ""

    hasBack: true
    spoken: title + ". " + subtitle
    step: 2
    subtitle: isTyped ? "You typed this." : "We read this from your ID."
    textAction: "Start over"
    textActionName: "start_over"
    title: "Is this you?"

    onBackChosen: desk.identity_rejected()
    onTextActionChosen: desk.left()

    Card {
        height: 656
        width: 1176
        x: 72
        y: 256

        Words {
            id: shownName

            readonly property bool isLong: measure.advanceWidth > 1046

            elide: Text.ElideMiddle
            fontSizeMode: Text.Fit
            height: 148
            leading: isLong ? 68 : 112
            lineHeight: isLong ? 0.95 : 1
            lineHeightMode: Text.ProportionalHeight
            maximumLineCount: 2
            minimumPixelSize: 56
            objectName: "visitor_name"
            personal: true
            size: 96
            text: confirm.model.facts.name
            topPadding: 0
            bottomPadding: 0
            verticalAlignment: Text.AlignVCenter
            weight: Font.Bold
            width: 1046
            wrapMode: Text.Wrap
            x: 62
            y: 48

            TextMetrics {
                id: measure

                font: shownName.font
                text: confirm.model.facts.name
            }
        }
        Rule {
            width: 1046
            x: 65
            y: 225
        }
        Words {
            color: Theme.colour.muted
            text: "Birth date"
            x: 65
            y: 290
        }
        Row {
            visible: confirm.model.facts.year !== ""
            x: 345
            y: 284

            Repeater {
                model: [8, 24, 8, 12]

                Item {
                    id: dot

                    required property int modelData

                    height: 48
                    width: 16 + modelData

                    Rectangle {
                        anchors.verticalCenter: parent.verticalCenter
                        color: Theme.colour.faint
                        height: 16
                        opacity: Theme.veiled ? 0 : 1
                        radius: 8
                        width: 16
                    }
                }
            }
            Words {
                isTabular: true
                objectName: "birth_year"
                personal: true
                size: 40
                text: confirm.model.facts.year
                weight: Font.DemiBold
            }
        }
        Words {
            color: Theme.colour.muted
            text: "Not given"
            visible: confirm.model.facts.year === ""
            x: 345
            y: 290
        }
        Rule {
            width: 1046
            x: 65
            y: 388
        }
        Words {
            color: Theme.colour.muted
            text: "Document"
            x: 65
            y: 453
        }
        Words {
            elide: Text.ElideRight
            objectName: "document"
            personal: true
            size: 40
            text: confirm.isTyped ? "None, name typed" : confirm.model.facts.document
            weight: Font.DemiBold
            width: 766
            x: 345
            y: 447
        }
        Rule {
            width: 1046
            x: 65
            y: 551
        }
        Icon {
            name: "eye-off"
            size: 32
            tint: Theme.colour.muted
            x: 65
            y: 588
        }
        Words {
            color: Theme.colour.muted
            size: 26
            text: "Month and day are hidden so that nobody behind you can read them."
            x: 112
            y: 586
        }
    }
    Rectangle {
        border.color: Theme.colour.edge
        border.width: Theme.look === "contrast" ? Theme.edge : 0
        color: Theme.colour.primary_soft
        height: 292
        radius: Theme.radius.control
        width: 576
        x: 1272
        y: 256

        Words {
            color: Theme.colour.on_soft
            size: 24
            text: confirm.isTyped ? "From what you typed" : "From your card"
            weight: Font.DemiBold
            x: 32
            y: 27
        }
        Column {
            spacing: 20
            x: 32
            y: 80

            Repeater {
                model: confirm.isTyped ? [["check", "Name and birth date: kept"], ["check", "The office sees that no ID was read"], ["close", "Nothing else is kept"]] : [["check", "Name, birth date, kind of ID: kept"], ["check", "ID number: kept only as a code\nnobody can read back"], ["close", "Address, height, picture: not kept"]]

                Row {
                    id: line

                    required property list<string> modelData

                    spacing: 16

                    Icon {
                        name: line.modelData[0]
                        size: 32
                        tint: line.modelData[0] === "check" ? Theme.colour.positive : Theme.colour.muted
                        y: 2
                    }
                    Words {
                        text: line.modelData[1]
                    }
                }
            }
        }
    }
    Notice {
        objectName: "document_notice"
        text: confirm.model.facts.notice
        visible: text !== ""
        x: 1272
        y: 564
    }
    Action {
        objectName: "confirm_no"
        text: "No, that’s not me"
        x: 1272
        y: 696

        onClicked: confirm.desk.identity_rejected()
    }
    Action {
        focus: true
        iconName: "check"
        objectName: "confirm_yes"
        primary: true
        text: "Yes, that’s me"
        x: 1272
        y: 808

        onClicked: confirm.desk.identity_confirmed()
    }
}
