pragma ComponentBehavior: Bound
import QtQuick
import Vestibule.Toolkit

// How many digits were typed, and none of them.
Row {
    id: dots

    property int count: 6
    property int filled: 0

    spacing: 28

    Repeater {
        model: dots.count

        Rectangle {
            required property int index
            readonly property bool isFilled: index < dots.filled

            border.color: isFilled ? Theme.colour.ink : Theme.colour.edge
            border.width: 3
            color: isFilled ? Theme.colour.ink : Theme.colour.surface
            height: 24
            radius: 12
            width: 24
        }
    }
}
