pragma ComponentBehavior: Bound
import QtQuick
import Vestibule
import Vestibule.Toolkit

// The window: the design's 1920x1080 scaled into it; header and dock around one page at a time.
Item {
    id: main

    required property var desk
    required property var stage
    required property var feed
    readonly property Page page: pages.item as Page
    readonly property bool isAsking: stage.warning >= 0

    // Title and paragraphs that a page explains, over the page; empty for none.
    property var explained: ({})

    // In an emergency people may have to be silent, and so is the kiosk.
    readonly property string spoken: {
        if (emergency.active)
            return "";
        if (isAsking)
            return "Do you need more time? This screen clears itself, to protect your details.";
        if (explanation.active)
            return explained.title + ". " + explained.paragraphs.join(" ");
        return page ? page.spoken : "";
    }

    function askForHelp() {
        desk.help_asked();
        explained = {
            title: "We are glad to help",
            paragraphs: ["Please speak to the front desk. Anybody in the office can sign you in or out by hand.", "You do not need an ID, a photo or a signature to be helped."]
        };
    }

    function close() {
        explained = {};
        pages.forceActiveFocus();
    }

    onSpokenChanged: desk.instruct(spoken)

    Item {
        id: canvas

        height: 1080
        scale: Math.min(main.width / 1920, main.height / 1080)
        transformOrigin: Item.TopLeft
        width: 1920
        x: (main.width - 1920 * scale) / 2
        y: (main.height - 1080 * scale) / 2

        Rectangle {
            anchors.fill: parent
            color: Theme.colour.ground
        }
        Item {
            id: below

            anchors.fill: parent
            enabled: !main.isAsking && !explanation.active && !emergency.active

            Header {
                date: main.stage.date
                holdSeconds: main.stage.holdSeconds
                siteName: main.stage.siteName
                step: main.page ? main.page.step : 0
                time: main.stage.time
                visible: main.page !== null && main.page.hasHeader

                onHeld: main.desk.staff_called()
            }
            Loader {
                id: pages

                focus: true
                objectName: "pages"
            }
            Dock {
                hasBack: main.page !== null && main.page.hasBack
                hasTools: main.page !== null && main.page.hasTools
                textAction: main.page ? main.page.textAction : ""
                textActionName: main.page ? main.page.textActionName : ""

                onBackChosen: main.page.backChosen()
                onContrastChosen: main.desk.turn_contrast()
                onHelpChosen: main.askForHelp()
                onTextActionChosen: main.page.textActionChosen()
            }
        }
        Loader {
            id: explanation

            active: main.explained.title !== undefined
            objectName: "explanation"

            sourceComponent: ExplainCard {
                paragraphs: main.explained.paragraphs
                title: main.explained.title

                onClosed: main.close()
            }

            onLoaded: (item as FocusScope).forceActiveFocus()
        }
        Loader {
            active: main.isAsking
            objectName: "timeout"

            sourceComponent: TimeoutCard {
                desk: main.desk
                stage: main.stage
            }

            onActiveChanged: {
                if (!active)
                    pages.forceActiveFocus();
            }
            onLoaded: (item as FocusScope).forceActiveFocus()
        }
        Loader {
            id: emergency

            active: main.stage.emergency.title !== undefined
            objectName: "emergency"

            sourceComponent: EmergencyScreen {
                desk: main.desk
                stage: main.stage
            }

            onActiveChanged: {
                if (!active)
                    pages.forceActiveFocus();
            }
            onLoaded: (item as FocusScope).forceActiveFocus()
        }
    }
    Connections {
        function onExplained(title: string, paragraphs: list<string>) {
            main.explained = {
                title: title,
                paragraphs: paragraphs
            };
        }

        function onHelpChosen() {
            main.askForHelp();
        }

        target: main.page
    }
    Connections {
        function onTurned(name: string, isBack: bool) {
            main.explained = {};
            enter.stop();
            pages.setSource(name + ".qml", {
                model: main.stage.model,
                desk: main.desk,
                stage: main.stage,
                feed: main.feed
            });
            pages.forceActiveFocus();
            slide.from = isBack ? -24 : 24;
            fade.duration = slide.duration = Theme.ms(isBack ? "pageBack" : "page");
            enter.start();
        }

        target: main.stage
    }
    ParallelAnimation {
        id: enter

        NumberAnimation {
            id: fade

            easing.type: Easing.OutCubic
            from: 0
            property: "opacity"
            target: pages
            to: 1
        }
        NumberAnimation {
            id: slide

            easing.type: Easing.OutCubic
            property: "x"
            target: pages
            to: 0
        }
    }
}
