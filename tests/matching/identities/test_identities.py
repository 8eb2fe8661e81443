"""Who somebody is, and what is delicate about her: kept sealed, opened for one purpose."""

from contextlib import suppress
from dataclasses import replace
from uuid import UUID, uuid4

import pytest
from pydantic import ValidationError
from tests.matching.support import people
from tests.matching.support.pairs import PROFILE
from tests.matching.support.service import Matching
from tests.support.driven import TODAY

from matching import identities
from matching.commands.locks import lock_places
from matching.identities import facts
from matching.models import Identity
from matching.queries import candidate as candidates
from matching.rules.fact import Protection
from shared.machines import NotFound
from shared.people.vaults import Unreadable

NUMBER, NAME = "198901023286", "Åsa Törnqvist"
WHO = identities.Person(
    NUMBER, NAME, "asa@exempel.se", "070-174 06 05", "Storgatan 1", wants_email=True
)


async def test_a_person_is_kept_sealed_and_opened_field_by_field(matching: Matching) -> None:
    ref = uuid4()
    async with matching.database.transaction() as tx:
        assert await identities.add_person(tx, ref, "jobbpakten", WHO)
    async with matching.database.transaction() as tx:
        assert await identities.person(tx, ref) == WHO
        row = await tx.get_one(Identity, ref)
        for text in (NUMBER, NAME, "asa@", "Storgatan", "0701740605"):
            assert text.encode() not in row.sealed + row.number_index + row.identity_key


async def test_whom_a_changed_index_finds_isnt_shown_as_whom_was_asked_for(
    matching: Matching,
) -> None:
    ref, asked = uuid4(), "191212121212"
    async with matching.database.transaction() as tx:
        await identities.add_person(tx, ref, "jobbpakten", WHO)
        row = await tx.get_one(Identity, ref)
        row.number_index, *_ = identities.indexes_of(tx, "jobbpakten", asked)
        await tx.flush()
        assert await identities.find(tx, "jobbpakten", [asked]) == {asked: ref}
        with pytest.raises(Unreadable):
            await identities.person(tx, ref)


async def test_nobody_comes_twice_into_a_network_and_once_into_each(matching: Matching) -> None:
    first, other = uuid4(), uuid4()
    async with matching.database.transaction() as tx:
        assert await identities.add_person(tx, first, "jobbpakten", WHO)
        assert not await identities.add_person(tx, uuid4(), "jobbpakten", WHO)
        assert await identities.add_person(tx, other, "grannpakten", WHO)
        assert await identities.find(tx, "jobbpakten", [NUMBER, "191212121212"]) == {NUMBER: first}
        assert await identities.find(tx, "grannpakten", [NUMBER]) == {NUMBER: other}
        indexes = {(await tx.get_one(Identity, ref)).number_index for ref in (first, other)}
        assert len(indexes) == 2  # nobody sees from outside that it is the same person


async def test_what_is_sealed_is_as_long_for_one_as_for_another(matching: Matching) -> None:
    names = ("Anna Svensson", "Åsa Öqvist", "شميرام القناري", "ܫܡܝܪܡ ܩܢܪܝܐ")
    lengths = set()
    async with matching.database.transaction() as tx:
        for count, name in enumerate(names):
            ref = uuid4()
            await identities.add_person(tx, ref, f"network{count}", replace(WHO, name=name))
            row = await tx.get_one(Identity, ref)
            unnamed, unasked = len(row.sealed), len(row.needs)
            await identities.change(tx, ref, named=[name, "asa@exempel.se", "sv", "city"])
            await identities.note_needs(tx, ref, ["quiet", "step_free"])
            lengths |= {(unnamed, unasked), (len(row.sealed), len(row.needs))}
    assert len(lengths) == 1


async def test_nobody_can_be_said_to_be_so_much_that_it_shows(matching: Matching) -> None:
    """The longest of everything, and the same need a dozen times, is as long as next to nothing."""
    much = {"name": "𠀀" * 200, "address": "𠀀" * 300, "phone": "0" + "1-" * 6 + "1" * 3}
    much |= {"email": f"{'a' * 64}@{'b' * 60}.{'c' * 60}.{'d' * 60}.se"}
    refs = [await people.registered(matching, **differs) for differs in (much, {})]
    needs = [*PROFILE.adaptations] * 8
    for ref, needed in zip(refs, (needs, []), strict=True):
        body = {"needs": needed}
        await matching.good("PUT", f"/candidates/{ref}/needs", "caseworker", body)
        facts = {"facts": people.all_true()}
        await matching.good("PUT", f"/candidates/{ref}/facts", "caseworker", facts)
    async with matching.database.transaction() as tx:
        rows = [await tx.get_one(Identity, UUID(ref)) for ref in refs]
        assert len({(len(one.sealed), len(one.needs)) for one in rows}) == 1
        assert await identities.needs_of(tx, UUID(refs[0])) == frozenset(PROFILE.adaptations)


def test_a_profile_knows_no_more_needs_than_are_sealed_alike() -> None:
    known = {f"need_{one}": {"sv": "x"} for one in range(60)}
    with pytest.raises(ValidationError, match="longer than 512 letters"):
        type(PROFILE).model_validate(PROFILE.model_dump() | {"adaptations": known})


async def test_a_name_that_grows_in_its_one_form_is_refused_as_any_that_is_too_long(
    matching: Matching,
) -> None:
    shin = "\ufb2c"  # one letter as it is typed, three as it is kept
    for name, status in ((shin * 66, 201), (shin * 67, 422), ("a" * 201, 422)):
        said = people.body(name=name)
        assert (
            await matching.call("POST", "/candidates", "caseworker", said)
        ).status_code == status


async def test_a_whole_bank_is_asked_about_at_once(matching: Matching) -> None:
    many = [uuid4() for _ in range(33_000)]  # PostgreSQL takes 32,767 parameters
    async with matching.database.transaction() as tx:
        await identities.add_person(tx, many[0], "jobbpakten", WHO)
        assert len(await identities.needs_of_each(tx, many)) == len(many)
        numbers = [NUMBER, *map(str, range(33_000))]
        assert await identities.find(tx, "jobbpakten", numbers) == {NUMBER: many[0]}
        assert await candidates.present(tx, "jobbcenter_city", many) == set()
        assert await candidates.places_of(tx, many) == set()
        assert await lock_places(tx, many) == []


async def test_what_is_delicate_opens_for_its_own_purpose_and_person_alone(
    matching: Matching,
) -> None:
    one, another = uuid4(), uuid4()
    async with matching.database.transaction() as tx:
        await identities.add_person(tx, one, "jobbpakten", WHO)
        await identities.add_person(tx, another, "grannpakten", WHO)
        yes = await identities.seal_sensitive(tx, one, {"value": "true"}, "fact", "1")
        no = await identities.seal_sensitive(tx, one, {"value": "unknown"}, "fact", "1")
        assert len(yes) == len(no)
        assert await identities.open_sensitive(tx, one, yes, "fact", "1") == {"value": "true"}
        for ref, purpose in ((one, "ground"), (another, "fact")):
            with pytest.raises(Unreadable):
                await identities.open_sensitive(tx, ref, yes, purpose, "1")


async def test_needs_that_nobody_asked_about_are_unknown_and_none_is_an_answer(
    matching: Matching,
) -> None:
    asked, none, unasked, stranger = uuid4(), uuid4(), uuid4(), uuid4()
    async with matching.database.transaction() as tx:
        for network, ref in (("a", asked), ("b", none), ("c", unasked)):
            await identities.add_person(tx, ref, network, WHO)
        await identities.note_needs(tx, asked, ["quiet", "step_free"])
        await identities.note_needs(tx, none, [])
        assert await identities.needs_of_each(tx, [asked, none, unasked, stranger]) == {
            asked: frozenset({"quiet", "step_free"}),
            none: frozenset(),
            unasked: None,
            stranger: None,
        }


async def test_what_an_undone_savepoint_wrote_is_not_read_again(matching: Matching) -> None:
    async with matching.database.transaction() as tx:
        ref = UUID(await people.registered(matching))
        before = await facts.known_of(tx, ref, PROFILE)
        with suppress(ZeroDivisionError):
            async with tx.begin_nested():
                await facts.note_protection(tx, ref, Protection("protected_registration", TODAY))
                assert (await facts.known_of(tx, ref, PROFILE)).protection.form is not None
                raise ZeroDivisionError
        assert await facts.known_of(tx, ref, PROFILE) == before


async def test_who_has_been_forgotten_is_not_found(matching: Matching) -> None:
    async with matching.database.transaction() as tx:
        with pytest.raises(NotFound):
            await identities.details(tx, uuid4(), ["full_name"])


@pytest.mark.parametrize(
    ("name", "first"),
    [("Åsa Törnqvist", "Åsa"), ("Törnqvist, Åsa Maria", "Åsa"), ("ܡܪܝܡ", "ܡܪܝܡ"), ("Ali,", "")],
)
def test_a_first_name_is_found_in_either_order_or_none_is_given(name: str, first: str) -> None:
    assert identities.first_name(name) == first
