"""What membership's bodies share beyond `shared.http.requests`: names, hashes, case numbers."""

from typing import Annotated

from fastapi import Depends
from pydantic import AfterValidator, Field

from membership.profiles import Profile
from membership.rules.organisation import says_something
from shared.http.acts import Act, acting
from shared.people.tidying import tidy

LONGEST_NAME = 200


def tidied(name: str) -> str:
    tidy_name = tidy(name)
    if not 1 <= len(tidy_name) <= LONGEST_NAME:
        raise ValueError("a name has 1 to 200 characters")
    if not says_something(tidy_name):
        raise ValueError("a name has a letter or a digit")
    return tidy_name


Name = Annotated[
    str, Field(max_length=1000, examples=["Bageriet Ängen AB"]), AfterValidator(tidied)
]
Hash = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$", examples=["0" * 64])]
Reference = Annotated[
    str,
    Field(pattern=r"^[A-ZÅÄÖ§][A-Za-zÅÄÖåäö0-9 /:.-]{1,39}$", examples=["AMN-2024-00562"]),
]
Network = Annotated[Act[Profile], Depends(acting)]
