"""The error that is shown to a person as one sentence, without a traceback."""


class StackError(Exception):
    """Something a person can act on; the message says what happened and what to do."""

    def __init__(self, message: str, exit_code: int = 2) -> None:
        super().__init__(message)
        self.exit_code = exit_code


class NotNow(StackError):
    """It may pass by itself: whoever waits for something goes on waiting for a while."""


class NotRunning(NotNow):
    """A command needs the stack, and the stack is not running."""

    def __init__(self, what: str) -> None:
        super().__init__(f"{what} is not running: start it with `bzpeer up`.", exit_code=3)


class Ended(StackError):
    """A process ended while it was waited for; its log says why."""

    def __init__(self, name: str, pid: int, log: str) -> None:
        super().__init__(f"{name} ended while starting:\n{log}")
        self.pid = pid
