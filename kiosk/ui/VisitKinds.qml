pragma ComponentBehavior: Bound
import QtQuick
import Vestibule

// Picture 04: tiles of visitor types, chips of purposes.
FocusScope {
    id: kinds

    required property var model
    readonly property var types: model.facts.types

    focus: true
    height: 704
    width: 1176

    Words {
        size: 28
        text: "I am a"
        weight: Font.DemiBold
    }
    Grid {
        columns: 4
        spacing: 24
        y: 48

        Repeater {
            model: kinds.types

            Tile {
                required property var modelData
                required property int index

                focus: index === 0
                iconName: modelData.icon
                isChosen: kinds.model.state.type === modelData.name
                objectName: "visitor_type_" + modelData.name
                text: modelData.words

                onClicked: kinds.model.choose_type(modelData.name)
            }
        }
    }
    Words {
        size: 28
        text: "I am here to"
        weight: Font.DemiBold
        y: kinds.types.length > 4 ? 440 : 252
    }
    Flow {
        spacing: 16
        width: 1176
        y: kinds.types.length > 4 ? 488 : 300

        Repeater {
            model: kinds.model.facts.purposes

            Chip {
                required property string modelData
                required property int index

                isChosen: kinds.model.state.purpose === modelData
                objectName: "purpose_" + index
                text: modelData

                onClicked: kinds.model.choose_purpose(modelData)
            }
        }
    }
}
