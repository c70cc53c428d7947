"""The kiosk put together: the only place, with `__main__`, that names concrete devices."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from PySide6.QtCore import QObject, QTimer, Signal

from db import clock_doubt, name_search
from db.domain.desk import Site
from db.domain.kiosks import OwnState
from db.domain.visit import Host
from db.engine import Database, open_database
from db.list_index import FOLDER, ListIndexes
from kiosk import own_device
from kiosk.announcer import Announcer
from kiosk.badge.printer import BadgePrinter, CupsPrinter, FilePrinter, NoPrinter, SecondBest, sweep
from kiosk.badge_desk import BadgeDesk, PrintResult
from kiosk.clock import KioskClock
from kiosk.config import KioskConfig, PrinterPart
from kiosk.controller import StepTimes, VisitController
from kiosk.equipment import Equipment
from kiosk.flow import Step
from kiosk.front_desk import ANSWER_SECONDS, FrontDesk
from kiosk.lens import Lens
from kiosk.own_device import OwnDevice
from kiosk.presenting import SiteWords
from kiosk.reception import Desk
from kiosk.scan.camera import CameraOpener
from kiosk.scan.worker import ScanWorker
from kiosk.service_desk import ServiceDesk
from kiosk.sign_in import SignIn
from kiosk.sign_out import SignOut
from kiosk.speech import Voice, open_voice
from kiosk.staff_desk import StaffDesk
from kiosk.sync import exchange, own_state
from kiosk.sync.client import HubClient
from kiosk.sync.exchange import Learned
from kiosk.sync.own_token import OwnToken, Token
from kiosk.sync.worker import LISTEN_SECONDS, HubState, Reach, SyncWorker
from kiosk.time_zone import system_zone, zone_named
from kiosk.ui.views import WelcomeView
from kiosk.ui.window import KioskWindow, WindowSettings
from kiosk.write_back import WriteBack
from resources.toolkit.jobs import Jobs
from resources.toolkit.theme import Look

PHOTOS = "photos"
DAY_MS = 24 * 3600 * 1000
SOON_MS = clock_doubt.SOON // timedelta(milliseconds=1)
WRITE_BACK_MS = 30_000


class HubNews(QObject):
    """Brings what the sync threads say to the GUI thread.

    Signals:
        learned: something came from the hub.
        state_changed: the hub is in touch, away, or refuses.
    """

    learned = Signal(Learned)
    state_changed = Signal(HubState)


@dataclass(frozen=True, slots=True)
class Kiosk:
    """A running kiosk. Call `start` once and `stop` at the end."""

    window: KioskWindow
    visit: VisitController
    lens: Lens
    front_desk: FrontDesk
    scanner: ScanWorker
    news: HubNews
    sync: SyncWorker | None
    database: Database
    write_back: WriteBack
    jobs: tuple[Jobs, ...]
    daily: QTimer
    announcer: Announcer | None

    def start(self) -> None:
        """Show the welcome screen, then set everything else to work."""
        self.visit.start()
        self.window.open()
        self.scanner.start()
        self.front_desk.load_lists()
        self.daily.start()
        if self.sync is not None:
            self.sync.start()

    def stop(self) -> None:
        """End every thread; what was confirmed on the screen is in the database."""
        self.daily.stop()
        if self.announcer is not None:
            self.announcer.close()
        self.scanner.stop()
        if self.sync is not None:
            self.sync.stop()
        self.front_desk.close()
        for jobs in self.jobs:
            jobs.close()
        self.write_back.close()
        self.visit.close()
        self.window.close()
        self.database.close()


def build_kiosk(
    config: KioskConfig,
    *,
    is_still: bool = False,
    listen_seconds: float = LISTEN_SECONDS,
    printer: BadgePrinter | None = None,
    voice: Voice | None = None,
    answer_seconds: float = ANSWER_SECONDS,
    clock: KioskClock | None = None,
) -> Kiosk:
    """Put a kiosk together; it listens to its hub for `listen_seconds` at a time.

    `printer`: another one than the configuration names. `voice`: another one than this computer's
    own, if the configuration lets the kiosk speak. `answer_seconds`: how long somebody at the
    screen waits for the database at most. `clock`: another one than this computer's own.

    Raises `StorageError` or `CameraError` in words when it cannot be; nothing runs then.
    """
    clock = clock or KioskClock()
    database = open_database(config.database_url, keys=config.keys)
    with database.begin() as session:
        own = own_device.read(session, clock())
        exchange.read_anew_after_update(session)
        name_search.drop_parts(session.connection())  # a tenth of what each visitor waits for
    zone = _zone(config, own.site)
    words = SiteWords(
        site_name=own.site.name if own.site is not None else config.site.name,
        zone=zone,
        visit=config.visit,
        photo_countdown=config.times.photo_countdown,
        hosts=config.hosts,
        documents=config.documents.rules,
    )
    desk = Desk(
        device=own.device,
        zone=zone,
        number_key=own.number_key,
        photos=config.folder / PHOTOS,
        typed_name_is_held=config.visit.typed_name == "hold",
        rules_version=config.visit.rules_version,
        documents=config.documents.rules,
    )
    db_jobs, list_jobs, print_jobs = Jobs("db"), Jobs("lists"), Jobs("printer")
    lists = ListIndexes(database, config.folder / FOLDER)
    front_desk = FrontDesk(
        database,
        db_jobs,
        desk,
        clock,
        list_jobs=list_jobs,
        lists=lists,
        answer_seconds=answer_seconds,
        offset_ms=lambda: clock.offset_ms,
        clocks=clock.each,
    )
    local = _in_zone(clock, zone)
    window = KioskWindow(words.site_name, _window_settings(config, is_still), local)
    times = config.times
    visit = VisitController(
        window,
        StepTimes(times.idle, times.warning, times.done, times.goodbye, times.staff),
        local,
    )
    equipment = Equipment(clock.own)
    printer = printer or open_printer(config.printer, config.folder)
    told = _not_told if isinstance(printer, NoPrinter) else equipment.on_printed
    badge_desk = BadgeDesk(print_jobs, printer, words.site_name, zone, told)
    sign_in = SignIn(visit, front_desk, badge_desk, words, times.wait_minimum)
    sign_out = SignOut(visit, front_desk)
    staff_desk = StaffDesk(visit, front_desk)
    service_desk = ServiceDesk(visit, front_desk, staff_desk, equipment)
    scanner = ScanWorker(CameraOpener(config.camera.source, config.camera.settings))
    lens = Lens(visit, sign_in, sign_out, scanner, words)
    lens.accepted.connect(front_desk.count_reading)
    if config.camera.source != "none":
        scanner.camera.connect(equipment.on_camera)
    news = HubNews()
    sync = _sync(database, own, desk.photos, news, listen_seconds, clock=clock, equipment=equipment)
    if sync is not None:
        front_desk.written.connect(sync.wake)
    write_back = WriteBack(database, list_jobs, WRITE_BACK_MS)
    _listen(news, visit, staff_desk, front_desk, sign_in)
    news.state_changed.connect(service_desk.on_hub_state)
    jobs, daily = (db_jobs, list_jobs, print_jobs), _daily(front_desk, config.visit.photo_keep_days)
    announcer = _announcer(config, window, voice)
    return Kiosk(
        window,
        visit,
        lens,
        front_desk,
        scanner,
        news,
        sync,
        database,
        write_back,
        jobs,
        daily,
        announcer,
    )


def _not_told(_result: PrintResult) -> None:
    """A kiosk that is to have no printer lacks none."""


def open_printer(part: PrinterPart, folder: Path) -> BadgePrinter:
    """The printer that the configuration names; opened when it first prints."""
    if part.kind == "none":
        return NoPrinter()
    if part.kind == "file":
        return FilePrinter(Path(part.folder) if part.folder else folder / "badges")
    sweep()
    first = CupsPrinter(part.name, part.media)
    return (
        SecondBest(first, CupsPrinter(part.second_name, part.media)) if part.second_name else first
    )


def _announcer(config: KioskConfig, window: KioskWindow, voice: Voice | None) -> Announcer | None:
    """None while this kiosk does not speak."""
    if not config.screen.speech:
        return None
    voice = voice or open_voice()
    return None if voice is None else Announcer(window, voice)


def _daily(front_desk: FrontDesk, photo_keep_days: int) -> QTimer:
    """What is due when the kiosk starts, and once a day as long as it runs.

    And within the hour while the clock is not certain: until the hub is heard it may be dead.
    """
    daily = QTimer(interval=0)
    again = QTimer(front_desk, singleShot=True, interval=SOON_MS)

    def on_due() -> None:
        daily.setInterval(DAY_MS)
        front_desk.delete_old_photos(photo_keep_days, again.start)
        front_desk.forget_old_visits()

    for timer in (daily, again):
        timer.timeout.connect(on_due)
    return daily


_HUB_NOTICES = {
    Reach.UNTRUE: (
        "What this kiosk is told is not from its own hub, and is not taken. Visitors can still "
        "sign in. Tell the office."
    ),
    Reach.STRANGER: (
        "What answers is not the hub that this kiosk knows. Visitors can still sign in. Tell the "
        "office."
    ),
    Reach.UNPAIRED: (
        "This kiosk is no longer paired with the hub. Visitors can still sign in. Tell the office."
    ),
    Reach.FORKED: (
        "This kiosk and the hub disagree on what happened here. Visitors can still sign in. "
        "Tell the office."
    ),
}
"""What everybody may read at the welcome screen. A hub that is away is nothing to tell."""


def _listen(
    news: HubNews,
    visit: VisitController,
    staff_desk: StaffDesk,
    front_desk: FrontDesk,
    sign_in: SignIn,
) -> None:
    def on_learned(learned: Learned) -> None:
        staff_desk.on_learned(learned)
        if learned.lists_changed:
            front_desk.load_lists()
        if learned.hosts_changed:
            front_desk.hosts(take_hosts)

    def take_hosts(hosts: tuple[Host, ...]) -> None:
        if hosts:
            sign_in.words = replace(sign_in.words, hosts=hosts)

    def on_state(state: HubState) -> None:
        view = WelcomeView(_HUB_NOTICES.get(state.reach, ""))
        visit.offers(Step.WELCOME, lambda: view)
        if visit.step is Step.WELCOME:
            visit.refresh()

    news.learned.connect(on_learned)
    news.state_changed.connect(on_state)
    front_desk.hosts(take_hosts)


def _sync(
    database: Database,
    own: OwnDevice,
    photos: Path,
    news: HubNews,
    listen_seconds: float,
    *,
    clock: KioskClock,
    equipment: Equipment,
) -> SyncWorker | None:
    """None while this kiosk stands alone."""
    access = own.access
    if access is None:
        return None

    def state() -> OwnState:
        return own_state.read(
            database,
            own.device,
            clock.own(),
            camera=equipment.camera,
            printer=equipment.printer,
        )

    def ca() -> str:
        with database.read() as session:
            return own_device.ca(session)

    def get_token() -> Token:
        from kiosk.sync import proving  # the first screen does not wait for it

        return proving.token_at(access.url, own.own_key, ca())

    token = OwnToken(get_token)

    def connect() -> HubClient:
        from kiosk.sync import http

        return http.connect(access.url, token, ca, own.known_hub, state)

    return SyncWorker(
        database,
        own.device,
        connect=connect,
        photos=photos,
        learned=news.learned.emit,
        state_changed=news.state_changed.emit,
        listen_seconds=listen_seconds,
        now=clock,
        hub_says=clock.heard,
    )


def _window_settings(config: KioskConfig, is_still: bool) -> WindowSettings:
    return WindowSettings(
        look=Look(config.screen.theme), is_still=is_still, is_full_screen=config.screen.fullscreen
    )


def _zone(config: KioskConfig, site: Site | None) -> ZoneInfo:
    """The hub's word for the time zone, else the file's, else this computer's own."""
    told = zone_named(site.time_zone) if site is not None else None
    return told or config.zone or system_zone()


def _in_zone(clock: KioskClock, zone: ZoneInfo) -> Callable[[], datetime]:
    return lambda: clock().astimezone(zone)
