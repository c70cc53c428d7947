"""What stands in a tool tip, which Qt takes for rich text where it looks like that. Pure: no Qt."""

from html import escape


def tip(text: str) -> str:
    """A text of anybody's as a tool tip that shows it sign by sign, in one paragraph.

    Else a name with ``<img src=...>`` in it would show a picture, and one with ``<br>`` lines that
    look as if the hub said them.
    """
    line = " ".join(text.split())
    # Qt looks for these two: https://doc.qt.io/qt-6/qt.html#mightBeRichText
    return f"<p>{escape(line)}</p>" if "<" in line or "&lt;" in line else line
