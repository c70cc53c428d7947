"""What happens this morning: four people at the desk, and a hub that dies in between."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from cast import STAFF_NAME, Cast, Player, PlayerError
from props import HELEN, MARCUS, PRIYA, Visitor

HUB_AWAY_SECONDS = 3.0
HINT_SECONDS = 1.6
"""Until another hint has come: each stays readable for a while."""
BADGE_SECONDS = 2.6
"""Until the badge has slid out of its slot."""


@dataclass
class Story:
    """The cast, and what was seen of it so far."""

    cast: Cast
    say: Callable[[str], None]
    pictures: list[str] = field(default_factory=list)
    kiosk_start_ms: float = 0.0
    console_start_ms: float = 0.0
    kiosk_story: dict[str, Any] = field(default_factory=dict)
    cards_shown_at: list[float] = field(default_factory=list)
    """When each licence came before the camera; `time.monotonic`, which all processes share."""

    @property
    def kiosk(self) -> Player:
        if self.cast.kiosk is None:
            raise PlayerError("the kiosk has not started")
        return self.cast.kiosk

    @property
    def console(self) -> Player:
        if self.cast.console is None:
            raise PlayerError("the console has not started")
        return self.cast.console

    def touch(self, item: str) -> None:
        self.kiosk.ask("touch", item=item)

    def wait_step(self, step: str, timeout: float = 20.0) -> None:
        self.kiosk.ask("wait_step", timeout, step=step)

    def kiosk_picture(self, name: str, settle: float = 0.35) -> None:
        """Take and keep a picture; `settle`: seconds until what moves on the page stands still."""
        self.pictures.append(self.kiosk.ask("picture", name=name, settle=settle))

    def console_picture(self, name: str) -> None:
        self.pictures.append(self.console.ask("picture", name=name))


def tell(story: Story) -> None:
    """Everything, in its order. Raises `PlayerError` at the first thing that does not happen."""
    open_the_school(story)
    _office_signs_in(story)
    _unlisted_visitor(story)
    _listed_visitor(story)
    _similar_name_while_the_hub_is_away(story)
    _leaving_by_badge(story)
    _end_of_the_morning(story)


def hand_over(story: Story) -> None:
    """Let a person play: all programs run, and what they need to know is said."""
    cast = story.cast
    cast.need_hub()
    story.say("\nThe morning is yours: kiosk, console and hub run.")
    story.say(f"  Console: sign in as {STAFF_NAME}, password {cast.password}")
    story.say(
        f"  Kiosk:   staff PIN {cast.pin} (hold the school's mark at the top for three seconds)"
    )
    if cast.has_own_camera:
        story.say("Touch Sign in at the kiosk and hold the back of a licence before the camera.")
    else:
        story.say("Before the camera come, again and again, the licences of Priya Raghunathan,")
        story.say("Marcus Fennimore (on the list) and Helen Marlowe (a name like a listed one's).")
        story.say("Touch Sign in at the kiosk and wait for one.")
    story.say("Close both windows to end.")
    cast.play_on()


def open_the_school(story: Story) -> None:
    """Start everything, up to the first screens of kiosk and console."""
    cast = story.cast
    story.say("The school opens: hub, list, hosts, staff, a kiosk and a console.")
    with ThreadPoolExecutor(1) as films:
        shot = films.submit(cast.props.shoot)
        try:
            cast.start_hub()
            cast.pair_kiosk(cast.prepare_hub())
        except BaseException:
            cast.props.call_off()
            raise
        shot.result()
    cast.start_players()
    story.kiosk_start_ms = story.kiosk.wait_ready()
    story.console_start_ms = story.console.wait_ready()


def _office_signs_in(story: Story) -> None:
    story.kiosk_picture("01-welcome")
    story.console_picture("00-sign-in")
    story.console.ask("type", widget="signInName", text=STAFF_NAME)
    story.console.ask("type", widget="signInPassword")
    story.console.ask("click", widget="signIn")
    story.console.ask("wait_widget", widget="deskPage")
    story.console_picture("02-desk-empty")


def _unlisted_visitor(story: Story) -> None:
    story.say("(a) Priya Raghunathan, on no list, signs in.")
    _show_licence(story, PRIYA, picture="a", hesitate=True)
    story.wait_step("VISIT_DETAILS")
    _details(story, "a", with_pictures=True)
    story.console.ask("click", widget="go_on_site_now")
    story.console_picture("03-on-site")
    story.console.ask("click", widget="go_desk")


def _listed_visitor(story: Story) -> None:
    story.say("(b) Marcus Fennimore is on the district's list: held, explained, not admitted.")
    _show_licence(story, MARCUS, picture="b")
    story.wait_step("WAIT_FOR_STAFF")
    story.kiosk_picture("07-wait")
    story.console.ask("wait_widget", widget="matchCard")
    story.console_picture("01-desk-hold")
    story.console.ask("type", widget="reason", text="Order confirmed with the district office.")
    story.console.ask("click", widget="decide_deny")
    story.wait_step("GOODBYE")
    story.kiosk_picture("10-goodbye-declined")
    story.touch("done")
    story.wait_step("WELCOME")


def _similar_name_while_the_hub_is_away(story: Story) -> None:
    story.say("(c) Helen Marlowe has a name like a listed one's. The hub is killed meanwhile.")
    story.cast.props.show("empty")
    story.touch("sign_in")
    story.wait_step("SCAN_ID")
    story.cast.stop_hub()
    _show_card(story, HELEN)
    story.touch("confirm_yes")
    story.wait_step("WAIT_FOR_STAFF")
    story.console.ask("wait_widget", widget="awayDesk")
    story.console_picture("15-desk-offline")
    time.sleep(HUB_AWAY_SECONDS)
    story.say("    The hub comes back; the hold arrives, and the office approves it.")
    story.cast.start_hub()
    story.console.ask("wait_widget", timeout=40.0, widget="matchCard")
    story.console.ask("wait_widget", widget="decide_approve")
    story.console_picture("01-desk-hold-after-outage")
    story.console.ask("click", widget="ready2")
    story.console.ask("click", widget="decide_approve")
    story.wait_step("VISIT_DETAILS", timeout=30.0)
    _details(story, "c", with_pictures=False)


def _leaving_by_badge(story: Story) -> None:
    story.say("(d) Priya leaves by showing the badge that was printed.")
    badges = sorted((story.cast.keep / "badges").glob("*.pdf"), key=lambda p: p.stat().st_mtime)
    story.cast.props.shoot_badge(badges[0])
    story.cast.props.show("empty")
    story.touch("sign_out")
    story.wait_step("FIND_VISIT")
    story.kiosk_picture("09-signout")
    story.cast.props.show("badge")
    story.wait_step("GOODBYE")
    story.kiosk_picture("10-goodbye")
    story.touch("done")
    story.wait_step("WELCOME")


def _end_of_the_morning(story: Story) -> None:
    story.kiosk.ask("waiting", timeout=40.0)
    story.console.ask("click", widget="go_history")
    story.console_picture("04-history")
    story.console.ask("click", widget="go_lists")
    story.console_picture("06-lists")
    story.kiosk_story = story.kiosk.ask("story")


def _show_licence(story: Story, visitor: Visitor, *, picture: str, hesitate: bool = False) -> None:
    """From the welcome screen to a confirmed identity."""
    story.cast.props.show("misprint" if hesitate else "empty")
    story.touch("sign_in")
    story.wait_step("SCAN_ID")
    if hesitate:
        story.kiosk.ask("wait_item", item="hint")
        story.kiosk_picture("02-scan")
        story.cast.props.show("far")
        story.kiosk_picture("02-scan-too-far", settle=HINT_SECONDS)
    _show_card(story, visitor)
    if picture == "a":
        story.kiosk_picture("03-confirm")
    story.touch("confirm_yes")


def _show_card(story: Story, visitor: Visitor) -> None:
    story.cast.props.show(visitor.key)
    story.cards_shown_at.append(time.monotonic())
    story.wait_step("CONFIRM_IDENTITY")


def _details(story: Story, key: str, *, with_pictures: bool) -> None:
    """From the visit's details to the badge, and back to the welcome screen."""
    story.cast.props.show("person")
    story.touch("visitor_type_parent" if key == "a" else "visitor_type_volunteer")
    story.touch("purpose_0")
    if with_pictures:
        story.kiosk_picture("04-visit")
    story.touch("next")
    story.kiosk.ask("type", text="oka")
    story.touch("host_0")
    if with_pictures:
        story.kiosk_picture("04b-visit-where")
    story.touch("next")
    story.wait_step("PHOTO")
    if with_pictures:
        story.kiosk_picture("05-photo")
        story.touch("take_photo")
        story.kiosk.ask("wait_item", item="use_photo")
        story.kiosk_picture("05b-photo-taken")
        story.touch("use_photo")
    else:
        story.touch("without_photo")
    story.wait_step("POLICY")
    if with_pictures:
        story.kiosk_picture("06-policy")
    story.touch("agree_without_signing")
    story.wait_step("BADGE")
    story.kiosk.ask("wait_item", item="badge_printed")
    story.kiosk_picture(f"08-badge-{key}", settle=BADGE_SECONDS)
    story.touch("done")
    story.wait_step("WELCOME")
