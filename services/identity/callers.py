"""Who may ask a route, as its parameter says: an access token with the scope or role for it.

And from where, to those who ask too often.
"""

from typing import Annotated

from fastapi import Depends, Header, Request

from chassis.tokens import Caller, caller, needs
from contracts.people.signin import CLIENT
from services.identity.credentials import hashed
from services.identity.limits import network_of

Known = Annotated[Caller, Depends(caller)]
Reader = Annotated[Caller, Depends(needs(scope="read"))]
Follower = Annotated[Caller, Depends(needs(scope="follow"))]
Claimant = Annotated[Caller, Depends(needs(scope="claim"))]
Collaborator = Annotated[Caller, Depends(needs(scope="collaborate"))]
Owner = Annotated[Caller, Depends(needs(scope="profile"))]
"""Of the account itself."""
Moderator = Annotated[Caller, Depends(needs(scope="moderate", role="moderator"))]
Operator = Annotated[Caller, Depends(needs(scope="moderate", role="operator"))]


async def _network(
    request: Request,
    told: Annotated[
        str | None,
        Header(alias=CLIENT, max_length=100, description="From the gateway: who asks it."),
    ] = None,
) -> str:
    peer = request.client.host if request.client is not None else ""
    return hashed(network_of(told or peer))


Network = Annotated[str, Depends(_network)]
"""Names the network from which somebody asks; the address itself is not kept."""
