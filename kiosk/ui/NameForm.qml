pragma ComponentBehavior: Bound
import QtQuick
import Vestibule
import Vestibule.Toolkit

// First name, last name and perhaps the birth date, with our own keyboard or number pad.
FocusScope {
    id: form

    required property var entry
    readonly property var now: entry.state
    readonly property bool isBirth: now.field === "birth"

    // The keyboard of the machine follows the field that is typed into.
    function follow() {
        if (!activeFocus)
            return;
        if (now.field === "given")
            given.forceActiveFocus();
        else if (now.field === "family")
            family.forceActiveFocus();
        else
            birth.forceActiveFocus();
    }

    function takeKey(event) {
        if (event.key === Qt.Key_Backspace)
            entry.erase();
        else if (event.key === Qt.Key_Return || event.key === Qt.Key_Enter)
            entry.go_on();
        else if (event.text.length > 0 && event.text >= " " && event.key !== Qt.Key_Delete)
            entry.type(event.text);
        else
            return;
        event.accepted = true;
    }

    height: 704
    width: 1176

    Keys.onPressed: event => form.takeKey(event)

    Words {
        size: 26
        text: "First name"
        weight: Font.DemiBold
    }
    Field {
        id: given

        focus: true
        isCurrent: form.now.field === "given"
        label: "First name"
        objectName: "given_name"
        value: form.now.given
        width: 576
        y: 44

        onActiveFocusChanged: {
            if (activeFocus && !isCurrent)
                form.entry.choose("given");
        }
        onChosen: form.entry.choose("given")
    }
    Words {
        size: 26
        text: "Last name"
        weight: Font.DemiBold
        x: 600
    }
    Field {
        id: family

        isCurrent: form.now.field === "family"
        label: "Last name"
        objectName: "family_name"
        value: form.now.family
        width: 576
        x: 600
        y: 44

        onActiveFocusChanged: {
            if (activeFocus && !isCurrent)
                form.entry.choose("family");
        }
        onChosen: form.entry.choose("family")
    }
    Words {
        size: 26
        text: "Birth date"
        visible: form.now.asksBirth
        weight: Font.DemiBold
        y: 152
    }
    Field {
        id: birth

        isCurrent: form.isBirth
        label: "Birth date"
        objectName: "birth_date"
        placeholder: "MM / DD / YYYY"
        value: form.now.birth
        visible: form.now.asksBirth
        width: 576
        y: 196

        onActiveFocusChanged: {
            if (activeFocus && !isCurrent)
                form.entry.choose("birth");
        }
        onChosen: form.entry.choose("birth")
    }
    Row {
        spacing: 16
        visible: form.now.trouble !== ""
        x: 600
        y: 222

        Icon {
            name: "info"
            tint: Theme.colour.caution
        }
        Words {
            color: Theme.colour.caution
            objectName: "entry_trouble"
            size: 26
            text: form.now.trouble
            width: 520
            wrapMode: Text.WordWrap
        }
    }
    Keyboard {
        id: keyboard

        visible: !form.isBirth
        y: 380

        onErased: form.entry.erase()
        onTyped: character => form.entry.type(character)
    }
    NumberPad {
        objectName: "birth_pad"
        prefix: "birth_key"
        visible: form.isBirth
        y: 332

        onCleared: form.entry.clear()
        onErased: form.entry.erase()
        onTyped: digit => form.entry.type(digit)
    }
    Words {
        color: Theme.colour.muted
        leading: 40
        text: "Month, day and year, two and two and\nfour digits: for May 7, 1990 type 05071990."
        visible: form.isBirth
        x: 624
        y: 340
    }
    Connections {
        function onChanged() {
            if (keyboard.field !== form.now.field) {
                keyboard.field = form.now.field;
                keyboard.begin(form.now[form.now.field] === "");
                form.follow();
            }
        }

        target: form.entry
    }
    Component.onCompleted: {
        keyboard.field = now.field;
        keyboard.begin(true);
    }
}
