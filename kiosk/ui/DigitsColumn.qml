pragma ComponentBehavior: Bound
import QtQuick
import Vestibule

// A number's label, field and pad, as in pictures 11 and 16a.
FocusScope {
    id: column

    required property var entry
    property string label
    property string prefix: "key"
    property bool isHidden: false
    readonly property var now: entry.state

    height: 520
    width: 576

    Keys.onPressed: event => {
        if (event.key === Qt.Key_Backspace)
            column.entry.erase();
        else if (event.key === Qt.Key_Return || event.key === Qt.Key_Enter)
            column.entry.enter();
        else if (event.text >= "0" && event.text <= "9" && event.text.length === 1)
            column.entry.type(event.text);
        else
            return;
        event.accepted = true;
    }

    Words {
        size: 26
        text: column.label
        weight: Font.DemiBold
        y: -4
    }
    Field {
        focus: true
        hasCaret: !column.isHidden
        label: column.label
        objectName: column.prefix + "_field"
        spacingOfDigits: 6
        trailing: column.isHidden ? "" : column.now.missing
        value: column.isHidden ? "" : column.now.digits
        width: 576
        y: 44
        Accessible.name: column.isHidden ? column.label + ": " + column.now.count + " of " + column.now.length + " digits" : column.label + ": " + column.now.digits

        Dots {
            anchors.centerIn: parent
            count: column.now.length
            filled: column.now.count
            visible: column.isHidden
        }
    }
    NumberPad {
        prefix: column.prefix
        y: 148

        onCleared: column.entry.clear()
        onErased: column.entry.erase()
        onTyped: digit => column.entry.type(digit)
    }
}
