pragma ComponentBehavior: Bound
import QtQuick
import Vestibule.Toolkit

// One of resources/icons, tinted.
Image {
    property string name
    property int size: 36
    property color tint: Theme.colour.primary

    width: size
    height: size
    source: name === "" ? "" : "image://icons/" + name + "/" + String(tint).slice(1)
    sourceSize: Qt.size(size * Theme.scale, size * Theme.scale)
}
