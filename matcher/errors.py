"""Mistakes a user or an operator can make; none of them knows HTTP."""


class LandfallError(Exception):
    """Root of the errors that are answered with one clear line."""


class FieldError(LandfallError):
    """A value was refused; says which field and why."""

    def __init__(self, field: str, reason: str) -> None:
        """Keep `field` and `reason` apart so that forms can mark the field."""
        super().__init__(f"{field}: {reason}")
        self.field = field
        self.reason = reason


class FieldConflictError(FieldError):
    """A value is well-formed, and what is stored does not allow it."""


class RecordError(LandfallError):
    """A record of a data file was refused; names file, line and field."""

    def __init__(self, path: str, line: int, field: str, reason: str) -> None:
        """Keep the place apart from the reason; line 0 means the file as a whole."""
        place = f"{path or 'input'}, line {line}" if line else path or "input"
        super().__init__(f"{place}, {field}: {reason}")
        self.path = path
        self.line = line
        self.field = field
        self.reason = reason


class UnknownProgramError(LandfallError):
    """No program has this id."""

    def __init__(self, program_id: str) -> None:
        """Name the id that was asked for."""
        super().__init__(f"program: no program has the id {program_id!r}")
        self.program_id = program_id


class UnknownStartupError(LandfallError):
    """No startup has this id, or this person may not see it."""

    def __init__(self, startup_id: str) -> None:
        """Name the id that was asked for."""
        super().__init__(f"startup: no startup has the id {startup_id!r}")
        self.startup_id = startup_id


class NotSignedInError(LandfallError):
    """Nobody is signed in, or the session or token is no longer good."""

    def __init__(self) -> None:
        """Say the same whatever the cause."""
        super().__init__("access: sign in first")


class SecondFactorNeededError(LandfallError):
    """The account needs the code of its authenticator app before anything else."""

    def __init__(self) -> None:
        """Say what is missing."""
        super().__init__("access: the code of the authenticator app is still needed")


class UnknownThingError(LandfallError):
    """Nothing of this kind has this id, or this person may not see it."""

    def __init__(self, kind: str) -> None:
        """Name the kind; the id is not repeated, because it may be a secret."""
        super().__init__(f"{kind}: there is none at this address")
        self.kind = kind


class TooManyAttemptsError(LandfallError):
    """Too many tries within a short time; the next may succeed in `retry_after_seconds`."""

    def __init__(self, retry_after_seconds: int) -> None:
        """Keep the waiting time for the Retry-After header."""
        super().__init__(f"too many attempts; try again in {retry_after_seconds} s")
        self.retry_after_seconds = retry_after_seconds


class AccessDeniedError(LandfallError):
    """This person may not do this."""


class DatabaseNotReadyError(LandfallError):
    """The database is missing or its schema is not the one this version needs."""


class EncoderBusyError(LandfallError):
    """The encoder's queue is full; try again after `retry_after_seconds`."""

    def __init__(self, retry_after_seconds: int) -> None:
        """Keep the waiting time for the Retry-After header."""
        super().__init__(f"the encoder is busy; try again in {retry_after_seconds} s")
        self.retry_after_seconds = retry_after_seconds


class TypesettingError(LandfallError):
    """A document could not be set as PDF within its limits."""

    def __init__(self, reason: str) -> None:
        """Say why, and what helps."""
        super().__init__(f"pdf: {reason}; try again, or leave the sheets out")


class ModelFilesError(LandfallError):
    """Model files are missing, changed or not of an allowed kind."""


class ShapeMismatchError(LandfallError):
    """Arrays that must describe the same things do not."""


class PreconditionMissingError(LandfallError):
    """A change must say which state it was made from, and does not."""

    def __init__(self) -> None:
        """Say how."""
        super().__init__("precondition: send If-Match with the ETag that was read")


class PreconditionFailedError(LandfallError):
    """The thing is no longer in the state the change was made from; nothing was saved."""

    def __init__(self) -> None:
        """Say what to do."""
        super().__init__("precondition: it changed since; read it again")


class StaleEditError(LandfallError):
    """Somebody else changed this in the meantime; nothing was saved."""
