"""An OpenID provider for development: whoever types in an ORCID iD is that person.

``python -m deploy.local.provider PORT``. It stands in for ORCID where no client of ours is
registered there; identity refuses it in production.
"""

import os
import sys

import oidc_provider_mock
import werkzeug.serving
from oidc_provider_mock import _app

from deploy.local.development import OPERATOR
from deploy.local.ports import HOST

_PEOPLE = {
    OPERATOR: "Olga Operator",
    "0000-0002-1825-0097": "Josiah Carberry",
    "0000-0001-5109-3700": "Lena Example",
    "0000-0002-1694-233X": "陈明",
}
"""Offered on the page; any other iD can be typed in."""


def main() -> None:
    """Serve until SIGTERM."""
    _app._SCOPES_TO_CLAIMS["openid"] = ["name"]  # ORCID tells names under this scope
    os.environ["AUTHLIB_INSECURE_TRANSPORT"] = "1"
    users = [
        oidc_provider_mock.User(sub=orcid, claims={"name": name}) for orcid, name in _PEOPLE.items()
    ]
    app = oidc_provider_mock.app(user_claims=users)
    werkzeug.serving.run_simple(HOST, int(sys.argv[1]), app, threaded=True)


if __name__ == "__main__":
    main()
