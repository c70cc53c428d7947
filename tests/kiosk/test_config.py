"""One file, defaults for everything, and errors that say where and what."""

from pathlib import Path

import pytest

from db.domain.errors import ConfigError
from kiosk.config import KioskConfig, PhotoRule, load_config

EXAMPLE = Path(__file__).parents[2] / "packaging" / "kiosk.example.toml"


def load(tmp_path: Path, text: str) -> KioskConfig:
    path = tmp_path / "kiosk.toml"
    path.write_text(text, encoding="utf-8")
    return load_config(path)


def test_example_is_exactly_the_defaults() -> None:
    assert load_config(EXAMPLE) == KioskConfig()


def test_no_file_means_defaults(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))

    assert load_config(None) == KioskConfig()


def test_file_changes_what_it_says_and_nothing_else(tmp_path: Path) -> None:
    config = load(tmp_path, '[times]\nidle = 45\n[[hosts]]\nname = "Mr. Okafor"\n')

    assert config.times.idle == 45
    assert config.hosts[0].name == "Mr. Okafor"
    assert config.visit == KioskConfig().visit


A_FORMAT = """[documents]
[[documents.formats]]
name = 'A'
issuer = 'Ours'
pattern = '(?P<full_name>.+)'
"""
ERRORS = [
    ("[kisok]\n", "line 1: \\[kisok\\] is not known; is kiosk meant"),
    ('[kiosk]\n\nnmae = "x"\n', "line 3: kiosk.nmae is not known; is name meant"),
    ("[times]\nidle = 5\n", "line 2: times.idle must be from 20 to 600"),
    ('[times]\nidle = "60"\n', "line 2: times.idle must be a whole number"),
    ("[screen]\nfullscreen = 1\n", "line 2: screen.fullscreen must be true or false"),
    ('[hub]\nurl = "hub"\n', "line 2: hub.url must be like http"),
    ('[site]\ntime_zone = "Texas"\n', "line 2: site.time_zone must be like America/Chicago"),
    ('[visit]\ntypes = ["alien"]\n', "line 2: visit.types has no visitor type 'alien'"),
    ('[printer]\nkind = "fax"\n', "line 2: printer.kind must be one of cups, file, none"),
    ('[[hosts]]\nplace = "Room 4"\n', "line 1: hosts.name is missing"),
    ("times = 3\n", "line 1: \\[times\\] is a table"),
    ('hosts = ["a"]\n', "line 1: \\[hosts\\] is a list of tables: write \\[\\[hosts\\]\\] before"),
    ('[[hosts]]\nname = " "\n', "line 2: hosts.name is missing"),
    ('[visit]\npurposes = ["", ""]\n', "line 2: visit.purposes must not have an empty purpose"),
    ('[visit]\nrules = ["Be kind.", " "]\n', "line 2: visit.rules must not have an empty rule"),
    ('[visit]\nphoto = "always"\n', "line 2: visit.photo must be one of ask, never"),
    ("[visit]\nphoto = false\n", "line 2: visit.photo must be one of ask, never"),
    ('[documents]\nexpired = "deny"\n', "line 2: documents.expired must be one of accept, warn"),
    ("[documents]\nadult_age = 3\n", "line 2: documents.adult_age must be from 12 to 25"),
    ("[documents]\nformats = 3\n", "line 2: documents.formats is a list: write \\[\\[documents"),
    (
        "[documents]\n[[documents.formats]]\nnmae = 1\n",
        "line 3: documents.formats.nmae is not known; is name meant",
    ),
    (
        f"{A_FORMAT}[[documents.formats]]\nname = 'B'\nissuer = 'Ours'\npattern = '('\n",
        "line 9: documents.formats.pattern is no regular expression",
    ),
    (
        f"{A_FORMAT}[[documents.formats]]\nname = 'B'\npattern = '(?P<full_name>.+)'\n",
        "line 6: documents.formats.issuer must be 3 to 40",
    ),
    (
        '[kiosk]\ndata_folder = "~nobody-of-this-name/v"\n',
        "line 2: kiosk.data_folder must be a path; there is no ~nobody-of-this-name here",
    ),
]


@pytest.mark.parametrize(("text", "words"), ERRORS)
def test_error_names_line_key_and_what_is_allowed(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(ConfigError, match=words) as refusal:
        load(tmp_path, text)

    assert str(refusal.value).startswith("kiosk.toml, ")


@pytest.mark.parametrize("text", ["not toml", "[kiosk\n", "a = "])
def test_file_that_is_not_toml_says_so(tmp_path: Path, text: str) -> None:
    with pytest.raises(ConfigError, match="is not TOML"):
        load(tmp_path, text)


def test_missing_file_that_was_asked_for_says_so(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="does not exist"):
        load_config(tmp_path / "nowhere.toml")


def test_file_that_is_no_text_says_so(tmp_path: Path) -> None:
    (tmp_path / "kiosk.toml").write_bytes(b"\xff\xfe\x00")

    with pytest.raises(ConfigError, match="UTF-8"):
        load_config(tmp_path / "kiosk.toml")


def test_file_that_windows_notepad_saved_is_read(tmp_path: Path) -> None:
    config = load(tmp_path, "\ufeff[times]\r\nidle = 45\r\n")

    assert config.times.idle == 45


def test_folder_instead_of_a_file_says_so(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="is a folder"):
        load_config(tmp_path)


def test_file_that_may_not_be_read_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> str:  # for root every file can be read
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "read_text", refuse)

    with pytest.raises(ConfigError, match="may not be read by the account"):
        load_config(tmp_path / "kiosk.toml")


def test_name_that_no_disk_takes_is_told_in_the_systems_words(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read: File name too long"):
        load_config(tmp_path / ("x" * 5000))


def test_tilde_is_the_home_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))

    config = load(
        tmp_path,
        '[kiosk]\ndata_folder = "~/v"\n[printer]\nfolder = "~"\n[camera]\nsource = "~/card.avi"\n',
    )

    assert config.folder == tmp_path / "v"
    assert config.printer.folder == str(tmp_path)
    assert config.camera.source == str(tmp_path / "card.avi")


def test_photo_is_a_rule_and_not_a_text(tmp_path: Path) -> None:
    assert KioskConfig().visit.photo is PhotoRule.ASK
    assert load(tmp_path, '[visit]\nphoto = "never"\n').visit.photo is PhotoRule.NEVER


def test_commented_lines_of_the_example_are_a_format_that_works(tmp_path: Path) -> None:
    lines = EXAMPLE.read_text(encoding="utf-8").splitlines()
    first = lines.index("# [[documents.formats]]")

    config = load(tmp_path, "\n".join(line.removeprefix("# ") for line in lines[first:]))

    identity = config.documents.rules.formats[0].identity("LSD;Tsai;Wei-Ling;19790309;4711")
    assert identity is not None
    assert identity.name.full == "Wei-Ling Tsai"
