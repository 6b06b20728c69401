"""Programs made ready for scoring, kept while their content stays the same."""

from collections import OrderedDict
from collections.abc import Callable
from threading import Lock

from matcher.engine.analysis import TextAnalysis
from matcher.engine.calibration import Calibration
from matcher.engine.scoring import ProgramPool, build_pool
from matcher.engine.values import ProgramProfile
from matcher.workflows.kept_figures import FigureCache

_KEPT = 64


class PoolCache:
    """Keeps the last pools by the programs' whole content, so an edited program is never scored stale."""

    def __init__(self, calibration: Calibration) -> None:
        """Start empty; every pool uses these frozen figures."""
        self.calibration = calibration
        self.figures = FigureCache()
        self._lock = Lock()
        self._pools: OrderedDict[tuple[ProgramProfile, ...], ProgramPool] = OrderedDict()

    def pool(
        self,
        programs: tuple[ProgramProfile, ...],
        read: Callable[[tuple[ProgramProfile, ...]], tuple[TextAnalysis, ...]],
    ) -> ProgramPool:
        """Give the pool of these programs, building it with `read` where it is not kept."""
        with self._lock:
            if programs in self._pools:
                self._pools.move_to_end(programs)
                return self._pools[programs]
        pool = build_pool(programs, read(programs), self.calibration)
        with self._lock:
            self._pools[programs] = pool
            while len(self._pools) > _KEPT:
                self._pools.popitem(last=False)
        return pool
