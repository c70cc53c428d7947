pragma ComponentBehavior: Bound
import QtQuick
import Vestibule
import Vestibule.Toolkit

// Picture 02: show an ID, or go another way.
Page {
    id: scan

    hasBack: true
    spoken: model.facts.trouble === "" ? title + ". " + subtitle : model.facts.trouble + " Please use one of the other ways."
    step: 1
    subtitle: "Hold it inside the corners, about a hand’s width from the screen. Of a passport, show the photo page."
    title: "Show the back of your ID"

    onBackChosen: desk.left()

    CameraFrame {
        feed: scan.feed
        hint: scan.stage.hint
        hintIcon: scan.stage.hintIcon
        isFound: scan.stage.found
        trouble: scan.model.facts.trouble
        x: 72
        y: 256
    }
    Notice {
        iconName: "shield"
        text: "We keep your <b>name</b>, <b>birth date</b> and the <b>kind of ID</b>. No picture of the card is saved."
        x: 1272
        y: 256
    }
    Words {
        color: Theme.colour.muted
        size: 24
        text: "Other ways"
        weight: Font.DemiBold
        x: 1272
        y: 656
    }
    Way {
        focus: true
        iconName: "keyboard"
        objectName: "type_name"
        text: "Type my name"
        x: 1272
        y: 704

        onClicked: scan.desk.no_id_chosen()
    }
    Way {
        detail: "That is fine. We will help you."
        iconName: "card-none"
        objectName: "no_id"
        text: "I have no ID"
        x: 1272
        y: 816

        onClicked: scan.desk.no_id_chosen()
    }
}
