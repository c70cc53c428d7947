pragma ComponentBehavior: Bound

import QtQuick
import Vestibule
import Vestibule.Toolkit

// How two values compare: words and a mark, never colour alone, and no score.
Rectangle {
    id: verdict

    property string agreement
    property string text
    readonly property bool agrees: agreement === "agrees"
    readonly property bool isMissing: agreement === "missing"
    readonly property color tint: {
        if (agrees)
            return Theme.colour.caution;
        return isMissing ? Theme.colour.muted : Theme.colour.ink;
    }

    border.color: isMissing ? Theme.colour.line : Theme.colour.edge
    border.width: isMissing || Theme.look === "contrast" ? 2 : 0
    color: {
        if (agrees)
            return Theme.colour.caution_soft;
        return isMissing ? Theme.colour.surface : Theme.colour.ground;
    }
    radius: Theme.radius.key
    width: Math.min(314, words.implicitWidth + 68)

    Icon {
        anchors.verticalCenter: parent.verticalCenter
        name: verdict.agreement
        size: 28
        tint: verdict.tint
        x: 12
    }
    Words {
        id: words

        readonly property bool isLong: metrics.advanceWidth > 246

        anchors.verticalCenter: parent.verticalCenter
        color: verdict.tint
        elide: Text.ElideRight
        leading: isLong ? 25 : 36
        maximumLineCount: isLong ? 2 : 1
        personal: true
        size: isLong ? 24 : 26
        text: verdict.text
        weight: Font.DemiBold
        width: 252
        wrapMode: isLong ? Text.WordWrap : Text.NoWrap
        x: 51

        TextMetrics {
            id: metrics

            font.family: Theme.family
            font.pixelSize: 26
            font.weight: Font.DemiBold
            text: verdict.text
        }
    }
}
