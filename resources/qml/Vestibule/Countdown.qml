pragma ComponentBehavior: Bound
import QtQuick
import QtQuick.Shapes
import Vestibule.Toolkit

// A ring with the seconds left: redrawn once a second, not per frame.
Item {
    id: countdown

    property int seconds: 0
    property int whole: 20

    height: 192
    width: 192

    Shape {
        anchors.fill: parent

        ShapePath {
            fillColor: "transparent"
            strokeColor: Theme.look === "contrast" ? Theme.colour.ground : Theme.colour.line
            strokeWidth: 12

            PathAngleArc {
                centerX: 96
                centerY: 96
                radiusX: 90
                radiusY: 90
                startAngle: 0
                sweepAngle: 360
            }
        }
        ShapePath {
            capStyle: ShapePath.RoundCap
            fillColor: "transparent"
            strokeColor: Theme.colour.primary
            strokeWidth: 12

            PathAngleArc {
                centerX: 96
                centerY: 96
                radiusX: 90
                radiusY: 90
                startAngle: -90
                sweepAngle: 360 * Math.min(1, countdown.seconds / Math.max(1, countdown.whole))
            }
        }
    }
    Words {
        anchors.centerIn: parent
        isTabular: true
        objectName: "countdown"
        size: 80
        text: countdown.seconds
        weight: Font.Bold
    }
}
