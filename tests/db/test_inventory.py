"""The inventory names every column that tells something of a person, and README shows it."""

import re
from pathlib import Path

import pytest

from admin_console.hub import backup_keys, entry_photos
from db import backup, desk_models, hub_models, list_index, list_models, log_models, models
from db.columns import Base
from db.inventory import BEGIN, INVENTORY, with_table

ROOT = Path(__file__).parents[2]
MODULES = (models, log_models, hub_models, desk_models, list_models)
OF_NOBODY = {
    # Devices, the log's arithmetic, counters and rules.
    "applied": "applied_id upto",
    "applied_ahead": "leaf_index",
    "chain": "device_id epoch head_seq head_hash acked_seq",
    "change": "version kind site_id",
    "device": "device_id name epoch paired_at last_seen_at fork revoked_at site_id state state_at",
    "device_challenge": "nonce device_id made_at",
    "device_key": "device_id epoch public_key",
    "device_token": "token_hash device_id epoch made_at expires_at is_of_pairing",
    "district": "",
    "event": "event_id device_id epoch seq event_type visit_id occurred_at received_at leaf_index "
    "hash parked",
    "event_body": "event_id",
    "feed": "feed_id version",
    "list_import": "lock_id import_id list_name edition started_at renewed_at phase done total "
    "is_cancelled site_id",
    "oidc_sign_in": "state_hash ticket_hash nonce verifier port made_at",
    "pairing_code": "code expires_at tries_left used_at site_id",
    "pairing_request": "request_id secret short_string device_id name last_epoch public_key "
    "asked_at expires_at state replaces leaves site_id",
    "rescreen": "list_id version started_at before_at before_id compared found failed finished_at",
    "setting": "name",
    "signed_head": "device_id epoch seq hash signature",
    "site": "site_id name time_zone opened_at closed_at",
    "tree": "tree_id size roots",
    "tree_node": "level place hash",
    "watchlist": "list_id name category version imported_at entry_count max_age_days content_hash "
    "edition site_id",
    "webhook": "webhook_id url secret kinds made_at next_leaf last_place due_at tries "
    "failing_since failed_seconds problem heard_at ended_at secret_before renewed_at",
    # Of people's rows, what tells nothing of them: ids, places, versions, and when it was written.
    "attempt": "attempt_id",
    "audit": "audit_id at deed site_id",
    "clearance": "clearance_id visit_id list_id list_name entry_id entry_version entry_mark "
    "decided_at expires_on ended_at site_id",
    "custody_rule": "list_id entry_id",
    "decision": "decision_id visit_id decided_at decided_where superseded",
    "notice": "notice_id kind at visit_id list_id read_at site_id",
    "photo": "sent_at",
    "recheck": "recheck_id visit_id screened_at",
    "screening": "screening_id visit_id screened_at",
    "staff": "staff_id totp_step must_choose",
    "staff_pin": "staff_id",
    "visit": "visit_id number site_id kiosk_id state valid_until",
    "watchlist_entry": "edition entry_id version",
    "watchlist_entry_history": "change_id list_id entry_id what entry_version list_version "
    "changed_at",
    "watchlist_entry_removal": "list_id entry_id asked_at",
    "webhook_message": "webhook_id place refusals refused",
}


def columns() -> set[str]:
    """Of all tables, but the district that every row has."""
    assert MODULES  # imported, so that the tables are known
    return {
        f"{table.name}.{column.name}"
        for table in Base.metadata.tables.values()
        for column in table.columns
        if column.name != "district_id"
    }


def test_every_column_is_in_the_inventory_or_of_nobody() -> None:
    told = [column for kept in INVENTORY for column in kept.columns]
    of_nobody = [f"{t}.{c}" for t, names in OF_NOBODY.items() for c in names.split()]

    assert sorted(told + of_nobody) == sorted(columns())


def test_folders_are_named_as_they_are() -> None:
    named = {folder for kept in INVENTORY for folder in re.findall(r"`([^`]+)/`", kept.where)}

    assert named == {
        backup.PHOTOS,
        f"{backup.PHOTOS}/{entry_photos.FOLDER}",
        list_index.FOLDER,
        backup_keys.FOLDER,
    }


def test_readme_shows_the_inventory_as_it_is() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")

    assert with_table(text) == text, "python -m db.inventory README.md"


def test_document_without_a_place_for_it_is_refused() -> None:
    with pytest.raises(ValueError, match=BEGIN):
        with_table("# Nothing here")
