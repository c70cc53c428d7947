"""The console's command line."""

import pytest

from admin_console.console.__main__ import main


@pytest.mark.parametrize(
    "address", ["hub", "ftp://hub:8470", "http://", "127.0.0.1:8470", "http://hub:8470"]
)
def test_address_that_is_none_is_refused_with_an_example(
    address: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        main(["--hub", address])

    assert "Write it like https://127.0.0.1:8470" in capsys.readouterr().err


def test_password_has_no_place_on_the_command_line(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--password", "open sesame"])

    assert "unrecognized arguments" in capsys.readouterr().err
