"""What the identity service reads from its environment."""

from typing import Annotated

from pydantic import Field

from chassis.settings import Settings


class IdentitySettings(Settings):
    """The chassis' settings and the service's own."""

    operators: Annotated[
        str,
        Field(
            description="Who is an operator whatever the accounts say: ORCID iDs, e-mail addresses "
            "or `issuer|subject`, with spaces between."
        ),
    ] = ""
