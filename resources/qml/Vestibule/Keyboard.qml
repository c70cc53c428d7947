pragma ComponentBehavior: Bound
import QtQuick
import Vestibule.Toolkit

// Our own keyboard: remembers and suggests nothing. `typed` carries one character.
Column {
    id: keyboard

    property bool isShifted: false
    // What is being typed into, for whoever owns the keyboard.
    property string field
    // "abc", "123" or "ñéü".
    property string letters: "abc"
    readonly property var rows: ({
            "abc": ["qwertyuiop", "asdfghjkl", "zxcvbnm"],
            "123": ["1234567890", "/:;()&@#+", ".,?!_*="],
            "ñéü": ["áéíóúàèìòù", "äëïöüâêôãõ".slice(0, 9), "ñçßøåæœ"]
        })

    signal typed(string character)
    signal erased

    // Start over for a new field: names begin with a capital letter.
    function begin(capital: bool) {
        letters = "abc";
        isShifted = capital;
    }

    function press(character: string) {
        keyboard.typed(isShifted ? character.toUpperCase() : character);
        isShifted = character === " " || character === "-";
    }

    spacing: 12
    width: 1176

    Repeater {
        model: 3

        Item {
            id: row

            required property int index
            readonly property string characters: keyboard.rows[keyboard.letters][index]
            readonly property bool hasEdges: index === 2

            height: 72
            width: 1176

            Key {
                iconName: "shift"
                isFunction: true
                objectName: "key_shift"
                text: "Shift"
                visible: row.hasEdges
                width: 161
                Accessible.checkable: true
                Accessible.checked: keyboard.isShifted

                onClicked: keyboard.isShifted = !keyboard.isShifted

                Rectangle {
                    anchors.bottom: parent.bottom
                    anchors.bottomMargin: 8
                    anchors.horizontalCenter: parent.horizontalCenter
                    color: Theme.colour.ink
                    height: 4
                    radius: 2
                    visible: keyboard.isShifted
                    width: 36
                }
            }
            Row {
                anchors.horizontalCenter: parent.horizontalCenter
                spacing: 12

                Repeater {
                    model: row.characters.length

                    Key {
                        required property int index
                        readonly property string character: row.characters.charAt(index)

                        objectName: "key_" + character
                        text: keyboard.isShifted ? character.toUpperCase() : character
                        width: row.hasEdges ? 108 : 106.8

                        onClicked: keyboard.press(character)
                    }
                }
            }
            Key {
                anchors.right: parent.right
                autoRepeat: true
                iconName: "backspace"
                isFunction: true
                objectName: "key_backspace"
                text: "Delete"
                visible: row.hasEdges
                width: 161

                onClicked: keyboard.erased()
            }
        }
    }
    Row {
        spacing: 12

        Key {
            isFunction: true
            objectName: "key_123"
            size: 28
            text: keyboard.letters === "123" ? "abc" : "123"
            width: 170

            onClicked: keyboard.letters = text
        }
        Key {
            isFunction: true
            objectName: "key_accents"
            size: 28
            text: keyboard.letters === "ñéü" ? "abc" : "ñ é ü"
            width: 170

            onClicked: keyboard.letters = keyboard.letters === "ñéü" ? "abc" : "ñéü"
        }
        Key {
            objectName: "key_space"
            size: 26
            text: "space"
            width: 558

            onClicked: keyboard.press(" ")
        }
        Key {
            objectName: "key_hyphen"
            text: "-"
            width: 115

            onClicked: keyboard.press("-")
        }
        Key {
            objectName: "key_apostrophe"
            text: "’"
            width: 115

            onClicked: keyboard.press("’")
        }
    }
}
