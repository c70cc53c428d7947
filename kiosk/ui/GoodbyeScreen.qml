pragma ComponentBehavior: Bound
import QtQuick
import Vestibule
import Vestibule.Toolkit

// Picture 10: the same calm page for everybody who leaves.
Page {
    id: goodbye

    readonly property var facts: model.facts
    readonly property bool hasPicture: Theme.look !== "contrast"
    readonly property int textWidth: hasPicture ? 1026 : 1776

    spoken: (facts.isSignedOut ? "Goodbye. " : "") + facts.words

    Accessible.name: facts.title

    Rectangle {
        border.color: goodbye.facts.isSignedOut ? Theme.colour.positive : Theme.colour.primary
        border.width: Theme.look === "contrast" ? Theme.edge : 0
        color: goodbye.facts.isSignedOut ? Theme.colour.positive_soft : Theme.colour.primary_soft
        height: 120
        radius: 60
        width: 120
        x: 72
        y: 196

        Icon {
            anchors.centerIn: parent
            name: goodbye.facts.isSignedOut ? "check" : "people"
            size: 64
            tint: goodbye.facts.isSignedOut ? Theme.colour.positive : Theme.colour.primary
        }
    }
    Words {
        fontSizeMode: Text.HorizontalFit
        height: 112
        minimumPixelSize: 48
        objectName: "goodbye"
        personal: true
        size: 96
        text: goodbye.facts.title
        verticalAlignment: Text.AlignVCenter
        weight: Font.Bold
        width: goodbye.textWidth
        x: 68
        y: 353
        Accessible.role: Accessible.Heading
    }
    Words {
        color: Theme.colour.muted
        objectName: "goodbye_words"
        size: 36
        text: goodbye.facts.words
        x: 72
        y: 468
    }
    Card {
        height: 144
        width: goodbye.textWidth
        x: 72
        y: 564

        Icon {
            anchors.verticalCenter: parent.verticalCenter
            name: goodbye.facts.isSignedOut ? "badge" : "desk"
            size: 48
            x: 40
        }
        Column {
            anchors.verticalCenter: parent.verticalCenter
            x: 121

            Words {
                leading: 42
                size: 34
                text: goodbye.facts.next
                weight: Font.DemiBold
            }
            Words {
                color: Theme.colour.muted
                text: goodbye.facts.detail
            }
        }
    }
    Action {
        focus: true
        implicitWidth: 501
        objectName: "done"
        primary: true
        text: "Done"
        trailing: goodbye.stage.countdown > 0 ? goodbye.stage.countdown + " s" : ""
        x: 72
        y: 732

        onClicked: goodbye.desk.left()
    }
    Loader {
        active: goodbye.hasPicture
        x: 1146
        y: 120

        sourceComponent: SchoolPicture {}
    }
}
