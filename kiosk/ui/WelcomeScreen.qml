pragma ComponentBehavior: Bound
import QtQuick
import Vestibule
import Vestibule.Toolkit

// Picture 01: the start, for everybody.
Page {
    id: welcome

    readonly property bool hasPicture: Theme.look !== "contrast"
    readonly property int textWidth: hasPicture ? 1026 : 1776

    Accessible.name: "Welcome"

    Words {
        objectName: "welcome"
        size: 104
        text: "Welcome"
        weight: Font.Bold
        x: 72
        y: 178
        Accessible.role: Accessible.Heading
    }
    Words {
        color: Theme.colour.muted
        size: 36
        text: "Touch a button to begin."
        x: 72
        y: 298
    }
    Press {
        id: signIn

        corner: Theme.radius.card
        focus: true
        implicitHeight: Theme.height.hero
        implicitWidth: welcome.textWidth
        objectName: "sign_in"
        text: "Sign in"
        x: 72
        y: 394
        Accessible.description: "Visitors, volunteers and deliveries"

        background: Rectangle {
            color: signIn.down ? Theme.colour.primary_press : Theme.colour.primary
            radius: signIn.corner
        }
        contentItem: Item {
            Icon {
                anchors.verticalCenter: parent.verticalCenter
                name: "sign-in"
                size: Theme.icon.hero
                tint: Theme.colour.on_primary
                x: 48
            }
            Column {
                anchors.verticalCenter: parent.verticalCenter
                x: 140

                Words {
                    color: Theme.colour.on_primary
                    font.letterSpacing: 0
                    leading: 56
                    size: 48
                    text: signIn.text
                    weight: Font.DemiBold
                    Accessible.ignored: true
                }
                Words {
                    color: Theme.colour.on_primary
                    text: "Visitors, volunteers and deliveries"
                    Accessible.ignored: true
                }
            }
            Icon {
                anchors.right: parent.right
                anchors.rightMargin: 48
                anchors.verticalCenter: parent.verticalCenter
                name: "chevron-right"
                size: 40
                tint: Theme.colour.on_primary
            }
        }

        onClicked: welcome.desk.check_in_chosen()
    }
    Press {
        id: signOut

        corner: Theme.radius.card
        implicitHeight: Theme.height.heroSecond
        implicitWidth: welcome.textWidth
        objectName: "sign_out"
        text: "Sign out"
        x: 72
        y: 594
        Accessible.description: "With your badge, your ID or your name"

        background: Rectangle {
            border.color: Theme.colour.edge
            border.width: Theme.edge
            color: signOut.down ? Theme.colour.primary_soft : Theme.colour.surface
            radius: signOut.corner
        }
        contentItem: Item {
            Icon {
                anchors.verticalCenter: parent.verticalCenter
                name: "sign-out"
                size: Theme.icon.tile
                x: 52
            }
            Column {
                anchors.verticalCenter: parent.verticalCenter
                x: 140

                Words {
                    leading: 44
                    size: 34
                    text: signOut.text
                    weight: Font.DemiBold
                    Accessible.ignored: true
                }
                Words {
                    color: Theme.colour.muted
                    size: 26
                    text: "With your badge, your ID or your name"
                    Accessible.ignored: true
                }
            }
            Icon {
                anchors.right: parent.right
                anchors.rightMargin: 48
                anchors.verticalCenter: parent.verticalCenter
                name: "chevron-right"
                size: 40
                tint: Theme.colour.muted
            }
        }

        onClicked: welcome.desk.check_out_chosen()
    }
    Icon {
        name: "shield"
        x: 72
        y: 778
    }
    Words {
        id: kept

        color: Theme.colour.muted
        leading: 38
        size: 26
        text: "Your ID is read on this kiosk. We keep your name, birth date and kind of ID,\nnever a picture of the card."
        x: 128
        y: 778
    }
    Press {
        id: whatWeKeep

        corner: Theme.radius.small
        implicitHeight: 60
        implicitWidth: whatLabel.implicitWidth + 24
        objectName: "what_we_keep"
        text: "What we keep"
        x: 456
        y: 805

        contentItem: Item {
            Words {
                id: whatLabel

                anchors.centerIn: parent
                color: Theme.colour.on_soft
                leading: 38
                size: 26
                text: whatWeKeep.text
                weight: Font.DemiBold
                Accessible.ignored: true
            }
            Rectangle {
                anchors.left: whatLabel.left
                anchors.right: whatLabel.right
                anchors.top: whatLabel.bottom
                anchors.topMargin: -4
                color: Theme.colour.on_soft
                height: 2
            }
        }

        onClicked: welcome.explained("What we keep", ["From an ID we keep your name, your birth date and what kind of ID it is. Its number is kept only as a code that nobody can read back.", "We do not keep your address, your height, or a picture of the card. Everything else on the card is forgotten as soon as it is read.", "A photo, if you want one, is printed on your badge and deleted later. We do no face recognition.", "Your name is compared with the school’s own lists, on this kiosk. A person decides, never a machine.", "Ask the office at any time what is held about you."])
    }
    Loader {
        active: welcome.model.facts.notice !== ""

        sourceComponent: Rectangle {
            border.color: Theme.colour.edge
            border.width: Theme.look === "contrast" ? Theme.edge : 0
            color: Theme.colour.primary_soft
            height: 88
            radius: Theme.radius.control
            width: Math.min(notice.implicitWidth + 120, 1180)
            x: 72
            y: 956

            Icon {
                anchors.verticalCenter: parent.verticalCenter
                name: "info"
                x: 24
            }
            Words {
                id: notice

                anchors.verticalCenter: parent.verticalCenter
                elide: Text.ElideRight
                maximumLineCount: 2
                objectName: "notice"
                size: 26
                text: welcome.model.facts.notice
                width: 1060
                wrapMode: Text.WordWrap
                x: 80
            }
        }
    }
    Loader {
        active: welcome.hasPicture
        x: 1146
        y: 120

        sourceComponent: SchoolPicture {}
    }
}
