pragma ComponentBehavior: Bound

import QtQuick
import Vestibule
import Vestibule.Toolkit

// A value that takes a second, smaller line before it is cut.
Words {
    id: value

    readonly property bool isLong: measure.advanceWidth > width

    elide: Text.ElideRight
    leading: isLong ? 27 : 36
    maximumLineCount: isLong ? 2 : 1
    personal: true
    size: isLong ? 24 : 28
    weight: Font.DemiBold
    wrapMode: isLong ? Text.Wrap : Text.NoWrap

    TextMetrics {
        id: measure

        font.family: Theme.family
        font.pixelSize: 28
        font.weight: Font.DemiBold
        text: value.text
    }
}
