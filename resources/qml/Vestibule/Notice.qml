pragma ComponentBehavior: Bound
import QtQuick
import Vestibule.Toolkit

// A few sentences that help; never an alarm. `text` may carry <b>; anything typed must be escaped.
Rectangle {
    id: notice

    property string iconName: "info"
    property color iconTint: Theme.colour.primary
    property string text
    property bool personal: false

    border.color: Theme.colour.edge
    border.width: Theme.look === "contrast" ? Theme.edge : 0
    color: Theme.colour.primary_soft
    height: label.height + 48
    radius: Theme.radius.control
    width: 576

    Icon {
        name: notice.iconName
        tint: notice.iconTint
        x: 24
        y: 24
    }
    Words {
        id: label

        personal: notice.personal
        size: 26
        text: notice.text
        textFormat: Text.StyledText
        width: parent.width - x - 24
        wrapMode: Text.WordWrap
        x: 80
        y: 24
        Accessible.name: notice.text.replace(/<[^>]*>/g, "")
    }
}
