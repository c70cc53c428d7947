pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Shapes
import Vestibule.Toolkit

// The border of what cannot be used now, in high contrast.
Shape {
    id: frame

    property real radius: Theme.radius.control

    ShapePath {
        dashPattern: [4, 3]
        fillColor: "transparent"
        strokeColor: Theme.colour.on_disabled
        strokeStyle: ShapePath.DashLine
        strokeWidth: Theme.border.contrast

        PathRectangle {
            height: frame.height - 3
            radius: frame.radius
            width: frame.width - 3
            x: 1.5
            y: 1.5
        }
    }
}
