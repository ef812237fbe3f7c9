"""Who may come in: accounts, what opens them, the keys that sign for them."""

from collections.abc import Callable
from datetime import UTC, datetime

from chassis.mongo import Database
from chassis.tokens import Verifier
from contracts.people.access import TOKEN_AUDIENCE, TOKEN_ISSUER
from services.identity.account_store import Accounts
from services.identity.audit import Audit
from services.identity.exchange import Around, Exchanger
from services.identity.grants import Grants
from services.identity.keyring import Keyring
from services.identity.limits import Limits
from services.identity.mail import Mailer
from services.identity.oidc import Provider
from services.identity.settings import IdentitySettings
from services.identity.signin import SignIn


class Access:
    """The parts of it, put together once."""

    def __init__(
        self,
        database: Database,
        settings: IdentitySettings,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.clock = clock
        operators = frozenset(settings.operators.split())
        self.audit = Audit(database["audit"], clock)
        self.limits = Limits(database["limits"], clock)
        self.keyring = Keyring(database["keys"], clock)
        self.accounts = Accounts(database["accounts"], self.audit, operators, clock)
        self.grants = Grants(database, self.accounts, self.audit, clock)
        self.verifier = Verifier(
            self.keyring.published,
            issuer=TOKEN_ISSUER,
            audience=TOKEN_AUDIENCE,
            current=self.grants.current,
        )
        self.mailer = Mailer(settings.smtp_url.get_secret_value(), settings.mail_from)
        self.sign_in = SignIn(
            database["signins"],
            {provider.id: Provider(provider) for provider in settings.providers},
            self.mailer,
            self.accounts,
            self.grants,
            self.limits,
            settings.public_url,
            clock,
        )
        self.collections = (
            self.accounts.collection,
            self.grants.sessions,
            self.grants.tokens,
            self.audit.collection,
        )

    def exchanger(self, around: Around) -> Exchanger:
        """Makes access tokens, with what the other parts of identity know."""
        return Exchanger(self.accounts, self.grants, self.keyring, around, self.clock)

    async def prepare(self) -> None:
        """Create the indexes."""
        await self.audit.prepare()
        await self.limits.prepare()
        await self.accounts.prepare()
        await self.grants.prepare()
        await self.sign_in.prepare()
