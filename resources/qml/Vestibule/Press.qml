pragma ComponentBehavior: Bound
import QtQuick
import QtQuick.Templates as T
import Vestibule.Toolkit

// What everything that can be touched has in common: feedback in the same frame, focus, a name.
T.AbstractButton {
    id: press

    property real corner: Theme.radius.control

    Accessible.name: text
    Accessible.role: Accessible.Button
    focusPolicy: Qt.StrongFocus
    scale: down ? 0.98 : 1

    Behavior on scale {
        NumberAnimation {
            duration: Theme.ms(press.down ? "press" : "release")
            easing.type: Easing.OutCubic
        }
    }

    Keys.onEnterPressed: press.click()
    Keys.onReturnPressed: press.click()

    Loader {
        active: press.visualFocus
        anchors.fill: parent
        z: 1

        sourceComponent: FocusRing {
            corner: press.corner
        }
    }
}
