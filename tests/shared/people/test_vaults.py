"""Two forms of what is sealed: told apart, filled up, and good for one person alone."""

import json
import os
from itertools import product
from typing import Any

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given
from hypothesis import strategies as some
from joserfc.jwk import OctKey

from shared.people.vaults import BOUND, FIRST, LARGE, MARK, SMALL, Label, Unreadable, Vault

FORMS = [FIRST, BOUND]
words = some.text(max_size=9)
labels = some.builds(Label, words, some.tuples(words, words), words)
facts = some.recursive(some.none() | some.booleans() | some.integers() | words, some.lists)


def vault() -> Vault:
    return Vault(json.dumps(OctKey.generate_key(256).as_dict(private=True)))


OURS, OTHERS = vault(), vault()


@given(labels, facts, some.sampled_from(FORMS), some.sampled_from(FORMS))
def test_whatever_is_sealed_in_either_form_opens_also_once_its_key_is_wrapped_anew(
    label: Label, said: Any, form_of_key: int, form: int
) -> None:
    key = OURS.new_key(label, form_of_key)
    sealed = OURS.seal(key, said, label, form)
    assert sealed.startswith(MARK) == (form == BOUND)
    assert OURS.open(key, sealed, label) == said
    for again in FORMS:
        assert OURS.open(OURS.rewrap(key, label, again), sealed, label) == said


@given(labels, labels, facts)
def test_in_the_second_form_it_opens_under_no_other_label_and_with_no_other_key(
    label: Label, other: Label, said: Any
) -> None:
    key = OURS.new_key(label, BOUND)
    sealed = OURS.seal(key, said, label, BOUND)
    if other != label:
        with pytest.raises(Unreadable):
            OURS.open(key, sealed, other)
    if other.owner != label.owner:  # the key alone is bound to her, whatever is sealed with it
        with pytest.raises(Unreadable):
            OURS.rewrap(key, other, BOUND)
    with pytest.raises(Unreadable):
        OTHERS.open(key, sealed, label)


@given(some.binary(max_size=99), some.sampled_from([b"", MARK, MARK[:5]]))
def test_what_is_nothing_of_ours_is_unreadable(raw: bytes, begins: bytes) -> None:
    label = Label("purpose", ("network", "id"))
    key = OURS.new_key(label, BOUND)
    for wrapped, sealed in ((key, begins + raw), (begins + raw, OURS.seal(key, 1, label, BOUND))):
        with pytest.raises(Unreadable):
            OURS.open(wrapped, sealed, label)


def test_a_nonce_that_looks_like_the_second_form_hides_nothing_of_the_first(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    label = Label("purpose", ("network", "id"))
    monkeypatch.setattr(os, "urandom", lambda count: MARK[:count])
    key = OURS.new_key(label, FIRST)
    sealed = OURS.seal(key, "facts", label, FIRST)
    assert key.startswith(MARK)
    assert sealed.startswith(MARK)
    assert OURS.open(key, sealed, label) == "facts"


def test_the_first_form_is_what_the_release_before_made() -> None:
    label = Label("purpose", ("network", "id"))
    key, nonce = OURS.new_key(label, FIRST), b"n" * 12
    raw = OURS.wrapping.decrypt(key[:12], key[12:], b"key")
    sealed = nonce + AESGCM(raw).encrypt(nonce, b'["facts"]', b"purpose")
    assert OURS.open(key, sealed, label) == ["facts"]


@pytest.mark.parametrize(("form", "block"), [*product(FORMS, [SMALL, LARGE])])
def test_what_fits_into_a_block_is_as_long_as_all_else_that_does(form: int, block: int) -> None:
    label = Label("purpose", ("network", "id"))
    key = OURS.new_key(label, form)
    lengths = {len(OURS.seal(key, "å" * n, label, form, block)) for n in (0, 1, 99, block // 2 - 1)}
    assert len(lengths) == 1


def test_a_canary_is_known_by_its_own_key_and_name_alone() -> None:
    canary = OURS.canary("A_KEY")
    assert OURS.made(canary, "A_KEY")
    assert not OURS.made(canary, "ANOTHER_KEY")
    assert not OTHERS.made(canary, "A_KEY")
    assert not OURS.made(b"", "A_KEY")


def test_a_canary_shows_that_the_index_is_another() -> None:
    half = vault()
    half.wrapping = OURS.wrapping
    assert not half.made(OURS.canary("A_KEY"), "A_KEY")
