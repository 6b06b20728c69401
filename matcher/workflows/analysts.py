"""Who reads texts: this process (command line, tests) or one warmed worker process (the web).

The web process never imports the model: it sends texts to the worker and takes vectors and terms back.
"""

import logging
from collections.abc import Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from functools import cached_property
from multiprocessing import get_context
from threading import BoundedSemaphore, Lock
from typing import Protocol

from matcher.engine.analysis import SourceText, TextAnalysis, analyse, analysis_fingerprint
from matcher.engine.calibration import Calibration
from matcher.engine.encoders import HASHING, Encoder, open_encoder
from matcher.engine.model_files import PACKAGED_MODEL
from matcher.errors import EncoderBusyError
from matcher.settings import Settings
from matcher.workflows.calibrations import calibration_for
from matcher.workflows.pools import PoolCache

RETRY_AFTER_SECONDS = 5
_log = logging.getLogger(__name__)


class Analyst(Protocol):
    """Reads texts into analyses; the same text gives the same analysis everywhere."""

    @property
    def name(self) -> str:
        """Name of the encoder."""

    @property
    def fingerprint(self) -> str:
        """Key of stored analyses: encoder, bridge and code."""

    @property
    def pools(self) -> PoolCache:
        """Programs made ready for scoring."""

    @property
    def ready(self) -> bool:
        """Whether a text would be read at once."""

    def read(self, sources: Sequence[SourceText]) -> tuple[TextAnalysis, ...]:
        """Read texts; raises EncoderBusyError when too many wait."""


def reads_gloss(encoder_name: str) -> bool:
    """Say whether this encoder is given glosses; any other model is taken to read the originals."""
    return encoder_name in {HASHING, PACKAGED_MODEL}


class LocalAnalyst:
    """Reads texts in this process."""

    ready = True

    def __init__(self, settings: Settings, calibration: Calibration | None = None) -> None:
        """Open the encoder the settings name; the model itself is loaded at the first text.

        Args:
            settings: name the encoder and the data folder.
            calibration: frozen figures to use instead of those in force for the encoder.
        """
        self.encoder: Encoder = open_encoder(settings.encoder)
        self.name = self.encoder.name
        self.bridged = reads_gloss(settings.encoder)
        self.fingerprint = analysis_fingerprint(self.encoder, bridged=self.bridged)
        self._settings = settings
        self._given = calibration

    @cached_property
    def calibration(self) -> Calibration:
        """Frozen figures in force."""
        return self._given or calibration_for(self._settings, self.encoder.fingerprint)

    @cached_property
    def pools(self) -> PoolCache:
        """Programs made ready for scoring."""
        return PoolCache(self.calibration)

    def read(self, sources: Sequence[SourceText]) -> tuple[TextAnalysis, ...]:
        """Read texts at once."""
        return analyse(self.encoder, sources, bridged=self.bridged)


class EncoderPool:
    """Reads texts in one worker process; a full queue refuses rather than letting people wait."""

    def __init__(self, settings: Settings) -> None:
        """Prepare the worker; `start` warms it."""
        encoder = open_encoder(settings.encoder)
        self.name = encoder.name
        self.fingerprint = analysis_fingerprint(encoder, bridged=reads_gloss(settings.encoder))
        self.pools = PoolCache(calibration_for(settings, encoder.fingerprint))
        self._settings = settings
        self._places = BoundedSemaphore(settings.queue_limit)
        self._lock = Lock()
        self._executor: ProcessPoolExecutor | None = None
        self._warm: Future[None] | None = None

    def start(self) -> None:
        """Start the worker and let it load the model, without waiting for it."""
        self._running()

    @property
    def ready(self) -> bool:
        """Whether the worker has loaded its model."""
        return self._warm is not None and self._warm.done() and self._warm.exception() is None

    def read(self, sources: Sequence[SourceText]) -> tuple[TextAnalysis, ...]:
        """Read texts in the worker.

        Raises:
            EncoderBusyError: too many texts wait, or the worker was lost and is being started anew.
        """
        if not self._places.acquire(blocking=False):
            raise EncoderBusyError(RETRY_AFTER_SECONDS)
        try:
            return self._read_in_worker(tuple(sources))
        finally:
            self._places.release()

    def close(self) -> None:
        """Stop the worker."""
        if self._executor is not None:
            self._stop(self._executor)

    def _running(self) -> ProcessPoolExecutor:
        with self._lock:
            if self._executor is None:
                self._executor = ProcessPoolExecutor(
                    1, mp_context=get_context("spawn"), initializer=_open, initargs=(self._settings,)
                )
                self._warm = self._executor.submit(_warm)
            return self._executor

    def _read_in_worker(self, sources: tuple[SourceText, ...]) -> tuple[TextAnalysis, ...]:
        executor = self._running()
        try:
            return executor.submit(_read, sources).result()
        except BrokenProcessPool as error:
            _log.warning("the encoder process was lost; starting another")
            self._stop(executor)
            raise EncoderBusyError(RETRY_AFTER_SECONDS) from error

    def _stop(self, executor: ProcessPoolExecutor) -> None:
        """Stop this worker, once; one that was started in its place meanwhile goes on."""
        with self._lock:
            if self._executor is not executor:
                return
            self._executor, self._warm = None, None
        executor.shutdown(wait=True, cancel_futures=True)


_WORKER: dict[str, LocalAnalyst] = {}
"""The worker process keeps its analyst here; empty in every other process."""


def _open(settings: Settings) -> None:
    import signal  # noqa: PLC0415  only the worker changes its signals

    # Ctrl+C reaches the whole group; the parent ends the worker in order.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _WORKER["analyst"] = LocalAnalyst(settings)


def _warm() -> None:
    from models.vocabulary import Language  # noqa: PLC0415  worker only

    texts = (
        SourceText("안녕하세요. 배터리 기업입니다.", Language.KO),
        SourceText("A battery company.", Language.EN),
    )
    _WORKER["analyst"].read(texts)


def _read(sources: tuple[SourceText, ...]) -> tuple[TextAnalysis, ...]:
    return _WORKER["analyst"].read(sources)
