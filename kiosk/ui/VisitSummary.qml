pragma ComponentBehavior: Bound
import QtQuick
import Vestibule
import Vestibule.Toolkit

// What has been said so far, in rows of a label and its answer.
Card {
    id: summary

    property string heading: "Your visit"
    // Pairs of label and answer; an empty answer is not chosen yet.
    property var rows: []
    property string pending: "Not chosen yet"

    height: 66 + rows.length * 106
    width: 576

    Words {
        color: Theme.colour.muted
        size: 24
        text: summary.heading
        weight: Font.DemiBold
        x: 32
        y: 28
    }
    Repeater {
        model: summary.rows.length

        Item {
            id: row

            required property int index
            readonly property string answer: summary.rows[index][1]

            x: 32
            y: 72 + index * 106

            Words {
                color: Theme.colour.muted
                size: 24
                text: summary.rows[row.index][0]
            }
            Words {
                color: row.answer === "" ? Theme.colour.faint : Theme.colour.ink
                elide: Text.ElideRight
                leading: 40
                personal: true
                size: 30
                text: row.answer === "" ? summary.pending : row.answer
                weight: row.answer === "" ? Font.Medium : Font.DemiBold
                width: 512
                y: 34
            }
            Rule {
                visible: row.index < summary.rows.length - 1
                width: 512
                y: 89
            }
        }
    }
}
