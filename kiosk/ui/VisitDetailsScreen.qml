pragma ComponentBehavior: Bound
import QtQuick
import Vestibule

// Pictures 04 and 04b: type and purpose, then whom or where.
Page {
    id: details

    readonly property var now: model.state
    readonly property bool isOnHosts: now.isOnHosts

    hasBack: isOnHosts
    spoken: title
    step: 3
    textAction: "Start over"
    textActionName: "start_over"
    title: isOnHosts ? "Who are you here to see?" : "What brings you here today?"

    Keys.onPressed: event => {
        if (!details.isOnHosts)
            return;
        if (event.key === Qt.Key_Backspace)
            details.model.erase();
        else if (event.text.length > 0 && event.text >= " " && event.key !== Qt.Key_Delete)
            details.model.type(event.text);
        else
            return;
        event.accepted = true;
    }
    onBackChosen: model.back()
    onTextActionChosen: desk.left()

    Loader {
        focus: true
        x: 72
        y: 208

        sourceComponent: details.isOnHosts ? hosts : kinds
    }
    VisitSummary {
        rows: [["Name", details.model.facts.name], ["I am", details.now.typeWords], ["Purpose", details.now.purpose], ["Visiting", details.now.visiting]]
        x: 1272
        y: 208
    }
    Action {
        enabled: details.now.canGoOn
        iconAfter: "arrow-right"
        objectName: "next"
        primary: true
        text: details.isOnHosts ? "Continue" : "Next"
        x: 1272
        y: 808

        onClicked: details.model.go_on()
    }

    Component {
        id: kinds

        VisitKinds {
            model: details.model
        }
    }
    Component {
        id: hosts

        VisitHosts {
            model: details.model
        }
    }
}
