pragma ComponentBehavior: Bound
import QtQuick
import Vestibule.Toolkit

// Text set as in the pictures: a line box of `leading` with the glyphs in its middle, as CSS does.
Text {
    id: words

    property int size: 28
    property int weight: Font.Normal
    property real leading: Theme.line(size)
    // Digits of one width, for what counts or is compared.
    property bool isTabular: false
    // Blanked while the screen is veiled, with its place kept.
    property bool personal: false
    // Inter's ascent and descent together, in em: what Qt would take as the line's height.
    readonly property real slack: leading - size * 1.2102

    color: Theme.colour.ink
    font.family: Theme.family
    font.features: isTabular ? ({
            tnum: 1
        }) : ({})
    font.hintingPreference: Font.PreferNoHinting
    font.letterSpacing: Theme.tracking(size)
    font.pixelSize: size
    font.weight: weight
    lineHeight: leading
    lineHeightMode: Text.FixedHeight
    opacity: personal && Theme.veiled ? 0 : 1
    renderType: Text.QtRendering
    textFormat: Text.PlainText
    topPadding: slack / 2
    bottomPadding: -slack / 2

    Accessible.name: text
    Accessible.role: Accessible.StaticText
}
