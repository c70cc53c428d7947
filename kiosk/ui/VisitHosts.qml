pragma ComponentBehavior: Bound
import QtQuick
import Vestibule
import Vestibule.Toolkit

// Picture 04b: type-ahead over the names that the school publishes.
FocusScope {
    id: hosts

    required property var model
    readonly property var now: model.state

    focus: true
    height: 704
    width: 1176

    Field {
        canClear: true
        focus: true
        iconName: "search"
        label: "Name, room or subject"
        objectName: "host_query"
        placeholder: "Type a name or a room"
        value: hosts.now.query
        width: 1176

        onCleared: hosts.model.clear()
    }
    Grid {
        columnSpacing: 12
        columns: 2
        rowSpacing: 12
        y: 100

        Repeater {
            model: 2

            Cell {
                required property int index
                readonly property var found: hosts.now.cells[index]

                detail: found ? found.detail : ""
                isChosen: found !== undefined && found.isChosen
                markup: found ? hosts.model.marked(found.name, String(Theme.look === "contrast" && found.isChosen ? Theme.colour.on_primary : Theme.colour.primary)) : ""
                objectName: "host_" + index
                opacity: found ? 1 : 0
                enabled: found !== undefined
                text: found ? found.name : ""

                onClicked: hosts.model.choose_host(index)
            }
        }
        Cell {
            detail: hosts.model.facts.officePlace
            isChosen: hosts.now.isOffice
            markup: text
            objectName: "host_office"
            text: "The office"

            onClicked: hosts.model.choose_office(true)
        }
        Cell {
            detail: "The office will help"
            isChosen: hosts.now.isUnknown
            markup: text
            objectName: "host_unknown"
            text: "I do not know"

            onClicked: hosts.model.choose_office(false)
        }
    }
    Words {
        color: Theme.colour.muted
        size: 26
        text: hosts.now.hasLooked ? "No name or room begins like this. The office can help you." : "After two letters, names and rooms appear here."
        visible: hosts.now.cells.length === 0
        x: 28
        y: 134
    }
    Keyboard {
        y: 380

        onErased: hosts.model.erase()
        onTyped: character => hosts.model.type(character)
    }

    component Cell: Press {
        id: cell

        property string markup
        property string detail
        property bool isChosen: false
        readonly property bool isFilled: isChosen && Theme.look === "contrast"

        Accessible.checkable: true
        Accessible.checked: isChosen
        Accessible.description: detail
        implicitHeight: 100
        implicitWidth: 582

        background: Rectangle {
            border.color: cell.isChosen ? Theme.colour.primary : Theme.colour.edge
            border.width: cell.isChosen ? Theme.border.chosen : Theme.edge
            color: {
                if (cell.isFilled)
                    return Theme.colour.primary;
                return cell.isChosen || cell.down ? Theme.colour.primary_soft : Theme.colour.surface;
            }
            radius: cell.corner
        }
        contentItem: Item {
            Column {
                anchors.verticalCenter: parent.verticalCenter
                x: 26

                Words {
                    color: cell.isFilled ? Theme.colour.on_primary : Theme.colour.ink
                    elide: Text.ElideRight
                    text: cell.markup
                    textFormat: Text.StyledText
                    weight: Font.DemiBold
                    width: 484
                    Accessible.ignored: true
                }
                Words {
                    color: cell.isFilled ? Theme.colour.on_primary : Theme.colour.muted
                    elide: Text.ElideRight
                    size: 24
                    text: cell.detail
                    visible: text !== ""
                    width: 484
                    Accessible.ignored: true
                }
            }
            Icon {
                anchors.right: parent.right
                anchors.rightMargin: 24
                anchors.verticalCenter: parent.verticalCenter
                name: "check"
                size: 32
                tint: cell.isFilled ? Theme.colour.on_primary : Theme.colour.primary
                visible: cell.isChosen
            }
        }
    }
}
