"""Who may ask a route, as its parameter says: an access token with the scope or role for it."""

from typing import Annotated

from fastapi import Depends

from chassis.tokens import Caller, caller, needs

Known = Annotated[Caller, Depends(caller)]
Reader = Annotated[Caller, Depends(needs(scope="read"))]
Follower = Annotated[Caller, Depends(needs(scope="follow"))]
Claimant = Annotated[Caller, Depends(needs(scope="claim"))]
Collaborator = Annotated[Caller, Depends(needs(scope="collaborate"))]
Owner = Annotated[Caller, Depends(needs(scope="profile"))]
"""Of the account itself."""
Moderator = Annotated[Caller, Depends(needs(scope="moderate", role="moderator"))]
Operator = Annotated[Caller, Depends(needs(scope="moderate", role="operator"))]
