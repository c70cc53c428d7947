pragma ComponentBehavior: Bound
import QtQuick
import Vestibule
import Vestibule.Toolkit

// Picture 05: a photo or none. The picture is mirrored here, and never in the photo.
Page {
    id: photo

    readonly property var now: model.state
    readonly property bool hasCamera: model.facts.trouble === ""

    hasBack: true
    spoken: title + ". " + subtitle
    step: 4
    subtitle: hasCamera ? "Look at the screen and touch the button. The picture is taken " + model.facts.after + "." : "You can go on without a photo."
    textAction: "Start over"
    textActionName: "start_over"
    title: "A photo for your badge"

    onBackChosen: desk.back_chosen()
    onTextActionChosen: desk.left()

    CameraFrame {
        feed: photo.feed
        guide: "oval"
        hint: {
            if (photo.now.isTaken)
                return "This is your photo";
            return photo.now.seconds > 0 ? "" : "Put your face in the oval";
        }
        hintIcon: photo.now.isTaken ? "check-circle" : "visitor"
        isFrozen: photo.now.isTaken
        isMirrored: true
        trouble: photo.model.facts.trouble
        x: 72
        y: 256

        Rectangle {
            anchors.horizontalCenter: parent.horizontalCenter
            color: Theme.colour.scrim
            height: 160
            radius: 80
            visible: photo.now.seconds > 0
            width: 160
            y: 472

            Words {
                anchors.centerIn: parent
                color: Theme.colour.on_staff_bar
                isTabular: true
                objectName: "photo_countdown"
                size: 104
                text: photo.now.seconds
                weight: Font.Bold
            }
        }
    }
    Notice {
        iconName: "shield"
        text: "The photo is printed on your badge and deleted after <b>" + photo.model.facts.keepDays + (photo.model.facts.keepDays === 1 ? " day" : " days") + "</b>. We do no face recognition."
        x: 1272
        y: 256
    }
    Action {
        iconName: "camera-off"
        objectName: "without_photo"
        primary: !photo.hasCamera
        text: "Continue without a photo"
        x: 1272
        y: photo.hasCamera ? 584 : 808

        onClicked: photo.model.skip()
    }
    Action {
        enabled: photo.now.isTaken
        iconName: "retake"
        objectName: "retake"
        text: "Retake"
        visible: photo.hasCamera
        x: 1272
        y: 696

        onClicked: photo.model.retake()
    }
    Action {
        enabled: photo.now.isTaken || photo.now.canTake
        focus: true
        iconName: photo.now.isTaken ? "check" : "camera"
        objectName: photo.now.isTaken ? "use_photo" : "take_photo"
        primary: true
        text: photo.now.isTaken ? "Use this photo" : "Take the photo"
        visible: photo.hasCamera
        x: 1272
        y: 808

        onClicked: photo.now.isTaken ? photo.model.use() : photo.model.take()
    }
}
