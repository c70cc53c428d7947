pragma ComponentBehavior: Bound
import QtQuick
import Vestibule

// The way without an ID: name and birth date, in the style of picture 04b.
Page {
    id: typeName

    readonly property var now: model.entry.state

    hasBack: true
    spoken: title
    step: 1
    textAction: "Start over"
    textActionName: "start_over"
    title: "Please type your name"

    Keys.onPressed: event => form.takeKey(event)
    onBackChosen: {
        if (!model.entry.back())
            desk.back_chosen();
    }
    onTextActionChosen: desk.left()

    NameForm {
        id: form

        entry: typeName.model.entry
        focus: true
        x: 72
        y: 208
    }
    Notice {
        iconName: "shield"
        text: "Type your name as it stands on your papers. We keep <b>name</b> and <b>birth date</b>. The office sees that no ID was read."
        x: 1272
        y: 208
    }
    Action {
        objectName: "without_birth_date"
        text: "I would rather not say"
        visible: typeName.now.canSkip
        x: 1272
        y: 696

        onClicked: typeName.model.entry.go_on_without_birth()
    }
    Action {
        enabled: typeName.now.canGoOn
        iconAfter: "arrow-right"
        objectName: "next"
        primary: true
        text: typeName.now.isLast ? "Continue" : "Next"
        x: 1272
        y: 808

        onClicked: typeName.model.entry.go_on()
    }
}
