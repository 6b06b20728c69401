"""Seconds of processor this process and the children it has waited for have used.

Waiting for a busy machine is not in them, so that a limit holds whatever else runs.
"""

import resource
import time


def spent() -> float:
    """Give the seconds so far."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime
