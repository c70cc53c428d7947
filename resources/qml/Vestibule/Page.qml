pragma ComponentBehavior: Bound
import QtQuick
import Vestibule.Toolkit

// One screen: its title and what header and dock show with it. Header and dock never move.
FocusScope {
    id: page

    // The Python view model of the screen, the window, its stage and the camera's feed.
    property var model
    property var desk
    property var stage
    property var feed
    property int step: 0
    property string title
    property string subtitle
    property bool personalTitle: false
    // What is said aloud: nothing that is about a person. Empty for a page that stays silent.
    property string spoken
    property int titleX: 72
    property bool hasBack: false
    property string textAction
    property string textActionName: "text_action"
    property bool hasTools: true
    property bool hasHeader: true

    signal backChosen
    signal textActionChosen
    signal helpChosen
    // Something to read, over the page.
    signal explained(string title, list<string> paragraphs)

    focus: true
    height: 1080
    width: 1920
    Accessible.name: title
    Accessible.role: Accessible.Pane

    Words {
        id: heading

        fontSizeMode: Text.HorizontalFit
        height: 64
        minimumPixelSize: 40
        objectName: "title"
        personal: page.personalTitle
        size: 54
        text: page.title
        visible: text !== ""
        weight: Font.Bold
        width: 1848 - x
        x: page.titleX
        y: 120
        Accessible.role: Accessible.Heading
    }
    Words {
        color: Theme.colour.muted
        elide: Text.ElideRight
        leading: 40
        objectName: "subtitle"
        text: page.subtitle
        visible: text !== ""
        width: 1848 - x
        x: page.titleX
        y: 188
    }
}
