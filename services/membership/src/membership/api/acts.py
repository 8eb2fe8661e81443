"""What membership's bodies share beyond `shared.acts`: its profile, hashes, case numbers."""

from typing import Annotated

from fastapi import Depends
from pydantic import Field

from membership.profiles import Profile
from shared.acts import NoNumber, network_of

Hash = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Reference = Annotated[
    str,
    Field(pattern=r"^[A-ZÅÄÖ§][A-Za-zÅÄÖåäö0-9 /:.-]{1,39}$", examples=["AMN-2024-00562"]),
    NoNumber,
]
Network = Annotated[Profile, Depends(network_of)]
