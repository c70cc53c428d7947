pragma ComponentBehavior: Bound
import QtQuick
import Vestibule
import Vestibule.Kiosk
import Vestibule.Toolkit

// Picture 06: rules in short, and a signature or none.
Page {
    id: policy

    readonly property bool isBusy: stage.busy

    hasBack: !isBusy
    spoken: title + ". " + subtitle
    step: 5
    subtitle: "The full text takes one minute to read. Ask us for a copy at any time."
    textAction: isBusy ? "" : "Start over"
    textActionName: "start_over"
    title: model.facts.title

    Component.onDestruction: pad.clear() // Python may keep the pad longer than QML does.
    onBackChosen: desk.back_chosen()
    onTextActionChosen: desk.left()

    Card {
        height: 290
        width: 1176
        x: 72
        y: 256

        Grid {
            columns: 2
            x: 42
            y: 20

            Repeater {
                model: policy.model.facts.rules

                Item {
                    id: rule

                    required property var modelData

                    height: 125
                    width: 571

                    Icon {
                        anchors.verticalCenter: parent.verticalCenter
                        name: rule.modelData.icon
                        size: 40
                    }
                    Words {
                        anchors.verticalCenter: parent.verticalCenter
                        elide: Text.ElideRight
                        leading: 40
                        maximumLineCount: 3
                        size: 30
                        text: rule.modelData.words
                        weight: Font.Medium
                        width: 470
                        wrapMode: Text.WordWrap
                        x: 62
                    }
                }
            }
        }
        Rule {
            visible: policy.model.facts.rules.length > 2
            width: 1092
            x: 42
            y: 144
        }
    }
    Rectangle {
        border.color: Theme.colour.edge
        border.width: Theme.edge
        color: Theme.colour.surface
        height: 342
        radius: Theme.radius.card
        width: 1176
        x: 72
        y: 570

        Words {
            color: Theme.colour.muted
            text: "Sign with your finger"
            x: 42
            y: 34
        }
        Rule {
            color: Theme.colour.edge
            width: 1092
            x: 42
            y: 254
        }
        Words {
            color: Theme.colour.muted
            elide: Text.ElideRight
            personal: true
            size: 26
            text: policy.model.facts.name
            width: 1092
            x: 42
            y: 278
        }
        SignaturePad {
            id: pad

            anchors.fill: parent
            ink: Theme.colour.ink
            objectName: "signature"
            opacity: Theme.veiled ? 0 : 1
            Accessible.description: "You can also agree without signing."
            Accessible.name: "Place for your signature"
            Accessible.role: Accessible.Graphic

            MouseArea {
                anchors.fill: parent
                enabled: !policy.isBusy

                onPositionChanged: mouse => pad.extend(mouse.x, mouse.y)
                onPressed: mouse => pad.begin(mouse.x, mouse.y)
            }
        }
        Press {
            id: clear

            corner: Theme.radius.small
            implicitHeight: 72
            implicitWidth: 168
            objectName: "clear_signature"
            text: "Clear the signature"
            visible: pad.isSigned && !policy.isBusy
            x: 988
            y: 16

            contentItem: Item {
                Row {
                    anchors.centerIn: parent
                    spacing: 12

                    Icon {
                        anchors.verticalCenter: parent.verticalCenter
                        name: "retake"
                        size: 28
                        tint: Theme.colour.on_soft
                    }
                    Words {
                        color: Theme.colour.on_soft
                        text: "Clear"
                        weight: Font.DemiBold
                        Accessible.ignored: true
                    }
                }
            }

            onClicked: pad.clear()
        }
    }
    Way {
        iconName: "info"
        objectName: "full_text"
        text: "Read the full text"
        x: 1272
        y: 256

        onClicked: policy.explained("The rules for visitors", policy.model.facts.fullText)
    }
    Words {
        color: Theme.colour.muted
        leading: 36
        size: 26
        text: "Sign on the left, or agree without signing:\nboth count the same."
        visible: !pad.isSigned && !policy.isBusy
        x: 1272
        y: 608
    }
    Action {
        enabled: !policy.isBusy
        iconName: "tick-box"
        objectName: "agree_without_signing"
        text: "I agree, without signing"
        x: 1272
        y: 696

        onClicked: policy.model.agree([])
    }
    Action {
        enabled: pad.isSigned && !policy.isBusy
        focus: true
        iconName: policy.isBusy ? "" : "check"
        objectName: "agree"
        primary: true
        text: policy.isBusy ? "One moment, please" : "I agree"
        x: 1272
        y: 808

        onClicked: policy.model.agree(pad.strokes)
    }
}
