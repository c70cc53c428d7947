pragma ComponentBehavior: Bound
import QtQuick
import Vestibule
import Vestibule.Toolkit

// Picture 09: by badge before the camera; or by name, or by a sticker's number.
Page {
    id: signOut

    readonly property var facts: model.facts
    readonly property string way: model.way
    readonly property bool isBusy: stage.busy
    readonly property bool isById: way === "id"

    hasBack: !isBusy
    spoken: facts.notFound === "" ? title + ". " + subtitle : facts.notFound
    subtitle: {
        if (way === "name")
            return "";
        if (way === "sticker")
            return "It is the number that you typed when you came.";
        return isById ? "Hold it inside the corners, about a hand’s width from the screen." : "Hold the square code inside the corners.";
    }
    title: {
        if (way === "name")
            return "Type your name to sign out";
        if (isById)
            return "Show the back of your ID to sign out";
        return way === "sticker" ? "Type the number on your sticker" : "Show your badge to sign out";
    }

    onBackChosen: way === "badge" ? desk.left() : model.go("badge")

    Loader {
        enabled: !signOut.isBusy
        focus: true
        height: 704
        width: 1776
        x: 72
        y: 208

        sourceComponent: {
            if (signOut.way === "name")
                return byName;
            return signOut.way === "sticker" ? bySticker : byBadge;
        }
    }
    Column {
        spacing: 16
        x: 1272
        y: signOut.way === "name" ? 208 : 256
        visible: signOut.way !== "sticker"

        Notice {
            iconName: "info"
            objectName: "not_found"
            text: signOut.facts.notFound
            visible: text !== ""
        }
        Repeater {
            model: signOut.way === "badge" || signOut.isById ? signOut.facts.justLeft : []

            Notice {
                required property string modelData

                iconName: "check"
                iconTint: Theme.colour.positive
                text: modelData
            }
        }
    }

    Component {
        id: byBadge

        FocusScope {
            focus: true

            CameraFrame {
                feed: signOut.feed
                guide: signOut.isById ? "card" : "code"
                hint: signOut.stage.hint
                hintIcon: signOut.stage.hintIcon
                isFound: signOut.stage.found
                trouble: signOut.facts.trouble
                y: 48
            }
            Words {
                color: Theme.colour.muted
                size: 24
                text: "Other ways"
                weight: Font.DemiBold
                x: 1200
                y: 336
            }
            Way {
                focus: true
                iconName: signOut.isById ? "badge" : "card"
                objectName: signOut.isById ? "sign_out_by_badge" : "sign_out_by_id"
                text: signOut.isById ? "Show my badge instead" : "Show my ID instead"
                x: 1200
                y: 384

                onClicked: signOut.model.go(signOut.isById ? "badge" : "id")
            }
            Way {
                iconName: "keyboard"
                objectName: "sign_out_by_name"
                text: "Type my name"
                x: 1200
                y: 496

                onClicked: signOut.model.go("name")
            }
            Way {
                iconName: "sticker"
                objectName: "sign_out_by_sticker"
                text: "I have a numbered sticker"
                x: 1200
                y: 608

                onClicked: signOut.model.go("sticker")
            }
        }
    }
    Component {
        id: byName

        FocusScope {
            focus: true

            NameForm {
                entry: signOut.model.nameEntry
                focus: true
            }
            Action {
                enabled: signOut.model.nameEntry.state.canGoOn
                iconAfter: "arrow-right"
                objectName: "next"
                primary: true
                text: signOut.model.nameEntry.state.isLast ? "Sign out" : "Next"
                x: 1200
                y: 600

                onClicked: signOut.model.nameEntry.go_on()
            }
        }
    }
    Component {
        id: bySticker

        FocusScope {
            focus: true

            Card {
                height: 656
                width: 1176
                y: 48

                Icon {
                    name: "sticker"
                    size: 96
                    x: 65
                    y: 120
                }
                Words {
                    leading: 64
                    size: 48
                    text: "The number is on the sticker\nthat you wear."
                    weight: Font.Bold
                    x: 65
                    y: 248
                }
                Words {
                    color: Theme.colour.muted
                    leading: 42
                    size: 30
                    text: "Please hand the sticker in at the front desk when you leave."
                    visible: signOut.facts.notFound === ""
                    x: 65
                    y: 404
                }
                Notice {
                    text: signOut.facts.notFound
                    visible: text !== ""
                    width: 1046
                    x: 65
                    y: 404
                }
            }
            DigitsColumn {
                entry: signOut.model.digitsEntry
                focus: true
                label: "Number on the sticker"
                prefix: "sticker_key"
                x: 1200
                y: 48
            }
            Action {
                enabled: signOut.model.digitsEntry.state.isComplete
                iconAfter: "arrow-right"
                objectName: "continue"
                primary: true
                text: "Sign out"
                x: 1200
                y: 600

                onClicked: signOut.model.digitsEntry.enter()
            }
        }
    }
}
