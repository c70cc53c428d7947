pragma ComponentBehavior: Bound
import QtQuick
import Vestibule
import Vestibule.Kiosk
import Vestibule.Toolkit

// The camera's picture with guide and hint; without a camera the words and other ways stay.
Item {
    id: frame

    required property var feed
    property string guide: "card"
    property bool isMirrored: false
    property bool isFound: false
    property bool isFrozen: false
    property bool isVeiled: Theme.veiled
    property string hintIcon
    property string hint
    // Why no picture comes.
    property string trouble
    property string troubleIcon: "camera-off"

    height: 656
    width: 1176
    Accessible.name: trouble === "" ? "Live picture of the camera" : trouble
    Accessible.role: Accessible.Graphic

    CameraPicture {
        anchors.fill: parent
        covered: frame.isVeiled
        feed: frame.feed
        found: frame.isFound
        frozen: frame.isFrozen
        ground: Theme.colour.ground
        guide: frame.guide
        mirrored: frame.isMirrored
        objectName: "camera"
        visible: frame.trouble === ""
    }
    Card {
        anchors.fill: parent
        visible: frame.trouble !== ""

        Column {
            anchors.centerIn: parent
            spacing: 24
            width: 720

            Icon {
                anchors.horizontalCenter: parent.horizontalCenter
                name: frame.troubleIcon
                size: 72
                tint: Theme.colour.muted
            }
            Words {
                horizontalAlignment: Text.AlignHCenter
                objectName: "camera_trouble"
                size: 32
                text: frame.trouble
                weight: Font.DemiBold
                width: parent.width
                wrapMode: Text.WordWrap
            }
            Words {
                color: Theme.colour.muted
                horizontalAlignment: Text.AlignHCenter
                text: "Please use one of the other ways on the right."
                width: parent.width
                wrapMode: Text.WordWrap
            }
        }
    }
    Rectangle {
        id: bubble

        anchors.bottom: parent.bottom
        anchors.bottomMargin: 24
        anchors.horizontalCenter: parent.horizontalCenter
        border.color: Theme.colour.edge
        border.width: Theme.look === "contrast" ? Theme.edge : 0
        color: Theme.colour.scrim
        height: 80
        opacity: frame.hint !== "" && frame.trouble === "" ? 1 : 0
        radius: Theme.radius.control
        width: row.width + 64
        Accessible.name: frame.hint
        Accessible.role: Accessible.StaticText

        Behavior on opacity {
            NumberAnimation {
                duration: Theme.ms("hint")
            }
        }

        Row {
            id: row

            anchors.centerIn: parent
            spacing: 20

            Icon {
                anchors.verticalCenter: parent.verticalCenter
                name: frame.hintIcon
                size: 40
                tint: Theme.colour.on_staff_bar
            }
            Words {
                anchors.verticalCenter: parent.verticalCenter
                color: Theme.colour.on_staff_bar
                objectName: "hint"
                size: 32
                text: frame.hint
                weight: Font.DemiBold
                Accessible.ignored: true
            }
        }
    }
}
