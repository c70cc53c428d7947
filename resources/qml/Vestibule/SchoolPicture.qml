pragma ComponentBehavior: Bound
import QtQuick
import Vestibule.Toolkit

// The school's front door; drawn once per set of colours.
Image {
    height: 792
    source: "image://school/" + Theme.look
    sourceSize: Qt.size(width * Theme.scale, height * Theme.scale)
    width: 702
    Accessible.ignored: true
}
