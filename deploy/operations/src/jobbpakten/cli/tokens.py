"""`jobbpakten token` and `jobbpakten keys`: callers for development; production has an issuer."""

import json
from typing import Annotated
from uuid import UUID

import typer
from joserfc import jwt
from joserfc.errors import BadSignatureError
from joserfc.jwk import OKPKey
from pydantic import TypeAdapter, ValidationError
from pydantic_settings import SettingsConfigDict

from jobbpakten.cli.callers import (
    ROLES,
    NamingNetworks,
    known_role,
    networks_beginning,
    refuse_strangers,
    roles_beginning,
    said,
    services_beginning,
    units_beginning,
)
from jobbpakten.cli.environment import either, excerpt, known, services, variable
from jobbpakten.cli.exit_codes import CODES, WrongUse
from jobbpakten.cli.outputs import AsJson, print_json
from jobbpakten.keys import Keys
from shared.edges.doorkeepers import Doorkeeper
from shared.edges.keysets import ALGORITHM
from shared.keys import HOW_TO, pair_key
from shared.settings.files import FileAmiss, WithSecretFiles
from shared.time import clock

LONGEST_HOURS = 8
HOUR_SECONDS = 3600
PRIVATE_KEY = "JOBBPAKTEN_TOKEN_PRIVATE_KEY"
PRIVATE = TypeAdapter(Annotated[str, pair_key("Ed25519", private=True)])
PUBLIC = TypeAdapter(Annotated[str, pair_key("Ed25519", private=False)])

app = typer.Typer()
keys_app = typer.Typer(invoke_without_command=True)


class Signing(WithSecretFiles):
    """What the command line needs to sign."""

    model_config = SettingsConfigDict(env_prefix="JOBBPAKTEN_", extra="ignore")

    token_private_key: str = ""


Caller = Annotated[str, typer.Option(callback=said("id"), help="The caller's id.")]
OfService = Annotated[
    str, typer.Option(callback=known, autocompletion=services_beginning, help="Which service.")
]
InRole = Annotated[
    str,
    typer.Option(
        callback=known_role,
        autocompletion=roles_beginning,
        help=f"The role she acts in: {either(ROLES)}.",
    ),
]
OnNetworks = Annotated[
    list[str],
    typer.Option(
        autocompletion=networks_beginning, help="One of those below; several times for several."
    ),
]
InUnit = Annotated[
    str,
    typer.Option(
        callback=said("unit"),
        autocompletion=units_beginning,
        help="The municipality's unit that she works in, one of its network's.",
    ),
]


@app.command(epilog=CODES, cls=NamingNetworks)
def token(
    service: OfService,
    actor: Caller,
    role: InRole,
    network: OnNetworks,
    organisation: Annotated[UUID | None, typer.Option(help="Whom she acts for.")] = None,
    unit: InUnit = "",
    hours: Annotated[int, typer.Option(min=1, max=LONGEST_HOURS, help="Good for so long.")] = 8,
    *,
    as_json: AsJson = False,
) -> None:
    """Sign a person's token for one service, and print nothing else.

    Systems bring tokens of the issuers in <SERVICE>_TOKEN_ISSUERS_FILE: none is made here.
    Refused in production, which <SERVICE>_ENVIRONMENT is when it isn't set.
    """
    if excerpt(service).environment == "production":
        fix = f"elsewhere set {variable(service, 'environment')}=test"
        raise WrongUse(f"In production no tokens are made by hand: {fix}.")
    refuse_strangers(service, network, unit)
    expires = int(clock.now().timestamp()) + hours * HOUR_SECONDS
    claims = {"sub": actor, "aud": service, "role": role, "networks": network, "exp": expires}
    claims |= {"organisation": str(organisation)} if organisation else {}
    claims |= {"unit": unit} if unit else {}
    signed = jwt.encode({"alg": ALGORITHM}, claims, private_key(), algorithms=[ALGORITHM])
    refuse_wrong_key(service, signed)
    if as_json:
        print_json({"token": signed, "expires_at": expires})
    else:
        typer.echo(signed)


@keys_app.callback(epilog=CODES)
def keys(chosen: typer.Context, *, as_json: AsJson = False) -> None:
    """Make all keys that the services ask for, and print them as lines for the environment.

    Each run makes others. Keep those that wrap and seal: without them nobody reads what was stored.
    """
    if chosen.invoked_subcommand:
        return
    made = Keys()
    lines = {PRIVATE_KEY: made.private}
    lines |= {variable(service, "token_public_key"): made.public for service in services()}
    lines |= made.settings
    if as_json:
        print_json(lines)
    else:
        typer.echo("\n".join(f"{name}='{value}'" for name, value in lines.items()))


def private_key() -> OKPKey:
    """Read the key that signs; WrongUse when there is none."""
    try:
        written = Signing().token_private_key
        if not written:
            raise WrongUse(f"{PRIVATE_KEY} isn't set: {HOW_TO}.")
        return OKPKey.import_key(json.loads(PRIVATE.validate_python(written)))
    except FileAmiss as fault:
        raise WrongUse(f"{fault}.") from None
    except ValidationError as error:
        raise amiss(PRIVATE_KEY, error) from None


def refuse_wrong_key(service: str, signed: str) -> None:
    """Refuse what the service would answer with 401, where its public key is known."""
    named, found = variable(service, "token_public_key"), excerpt(service)
    written = filter(None, (found.token_public_key, found.previous_token_public_key))
    try:
        if keys := [PUBLIC.validate_python(one) for one in written]:
            Doorkeeper(service, *keys).admit(signed)
    except ValidationError as error:
        raise amiss(named, error) from None
    except BadSignatureError:
        raise WrongUse(f"{PRIVATE_KEY} doesn't belong to {named}: take both of one pair.") from None


def amiss(named: str, error: ValidationError) -> WrongUse:
    """Say what is the matter with a key, and never the key."""
    fault = error.errors()[0]["msg"].removeprefix("Value error, ").removesuffix(f"; {HOW_TO}")
    return WrongUse(f"{named}: {fault}; {HOW_TO}.")
