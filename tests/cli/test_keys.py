"""One secret key in the settings of two services: no service sees it, the command line does."""

import json
import os
from importlib import import_module
from itertools import combinations
from pathlib import Path

import pytest
from joserfc.jwk import OctKey, OKPKey
from joserfc.util import urlsafe_b64encode
from tests.cli.commands import NOWHERE, Ended, jobbpakten

from jobbpakten.cli.environment import secret_keys, services
from jobbpakten.keys import Keys
from shared.settings import is_key

PAIRS = {"NOTIFICATIONS_PRIVATE_KEY", "NOTIFICATIONS_PREVIOUS_PRIVATE_KEY"}
SECRETS = {
    *("MEMBERSHIP_CONTACT_KEY", "MATCHING_IDENTITY_KEY", "MATCHING_SENSITIVE_KEY"),
    *("MEMBERSHIP_PREVIOUS_CONTACT_KEY", "MATCHING_PREVIOUS_IDENTITY_KEY"),
    *("MATCHING_PREVIOUS_SENSITIVE_KEY", "NOTIFICATIONS_PREVIOUS_ADDRESS_KEY"),
    *("NOTIFICATIONS_PREVIOUS_LINK_KEY",),
    *("NOTIFICATIONS_ADDRESS_KEY", "NOTIFICATIONS_LINK_KEY", *PAIRS),
}
ACROSS = [
    (one, other)
    for one, other in combinations(sorted(SECRETS), 2)
    if one.split("_")[0] != other.split("_")[0]
]


def written(name: str, secret: bytes) -> str:
    """Write a secret as the setting of that name takes it."""
    if name in PAIRS:
        made = OKPKey.binding.from_private_bytes("X25519", secret)
        return json.dumps(OKPKey.import_key(made).as_dict(private=True))
    return json.dumps(OctKey.import_key(secret).as_dict(private=True))


def migrated(database: str, **keys: str) -> Ended:
    env = {"FOLLOWUP_DATABASE_URL": database} | Keys().settings | keys
    return jobbpakten("migrate", "--service", "followup", "--json", env=env)


@pytest.mark.parametrize(("one", "other"), ACROSS)
def test_one_secret_key_in_two_services_is_refused_by_both_names_before_anything_is_done(
    one: str, other: str
) -> None:
    secret = os.urandom(32)
    found = migrated(NOWHERE, **{name: written(name, secret) for name in (one, other)})

    assert (found.code, found.out) == (2, "")  # 3, had the database been asked
    assert "are the same key: each needs its own; `jobbpakten keys` makes one." in found.err
    assert one in found.err
    assert other in found.err
    assert urlsafe_b64encode(secret).decode() not in found.err


def test_what_is_public_is_rightly_shared_and_what_is_no_key_is_for_the_service_to_refuse(
    empty: str,
) -> None:
    tokens = ("MEMBERSHIP_TOKEN_PUBLIC_KEY", "MATCHING_TOKEN_PUBLIC_KEY")
    public = dict.fromkeys(tokens, Keys().public)
    odd = dict.fromkeys(("MEMBERSHIP_CONTACT_KEY", "MATCHING_IDENTITY_KEY"), "{}")

    assert migrated(empty, **public).code == 0
    assert migrated(empty, **odd).code == 0


def test_no_secret_key_of_any_service_is_forgotten(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in SECRETS:
        monkeypatch.setenv(name.lower(), written(name, os.urandom(32)))  # as services read them

    assert set(secret_keys()) == SECRETS
    for name in SECRETS:  # or from files
        (tmp_path / name).write_text(written(name, os.urandom(32)) + "\n")
        monkeypatch.delenv(name.lower())
        monkeypatch.setenv(f"{name}_FILE", str(tmp_path / name))
    assert set(secret_keys()) == SECRETS
    kinds = {name: import_module(f"{name}.settings").Settings for name in services()}
    assert {
        kind.variable(one)
        for kind in kinds.values()
        for one, field in kind.model_fields.items()
        if is_key(one) and not field.repr  # public ones are shown, and rightly shared
    } == SECRETS
