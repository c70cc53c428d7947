pragma ComponentBehavior: Bound
import QtQuick
import Vestibule.Toolkit

// Ten digits. `prefix` names the keys, e.g. pin_key_5.
Grid {
    id: pad

    property string prefix: "key"

    signal typed(string digit)
    signal cleared
    signal erased

    columnSpacing: 12
    columns: 3
    rowSpacing: 12

    Repeater {
        model: ["1", "2", "3", "4", "5", "6", "7", "8", "9", "clear", "0", "back"]

        Key {
            required property string modelData

            iconName: modelData === "back" ? "backspace" : ""
            implicitHeight: Theme.height.padKey
            implicitWidth: 184
            isFunction: modelData.length > 1
            objectName: pad.prefix + "_" + modelData
            size: isFunction ? 28 : 40
            text: {
                if (modelData === "clear")
                    return "Clear";
                return modelData === "back" ? "Delete" : modelData;
            }

            onClicked: {
                if (modelData === "clear")
                    pad.cleared();
                else if (modelData === "back")
                    pad.erased();
                else
                    pad.typed(modelData);
            }
        }
    }
}
