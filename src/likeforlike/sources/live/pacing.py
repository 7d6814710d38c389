"""Time, as what waits is given it, and no more requests to a host than its definition allows."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from likeforlike.domain.live import Pacing
from likeforlike.store.snapshots import now


@dataclass(frozen=True)
class Clock:
    """Passed in, so that a test of an hour's waiting takes no time."""

    monotonic: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    now: Callable[[], datetime] = now


@dataclass
class _Bucket:
    tokens: float
    at: float


@dataclass
class RateLimit:
    """A bucket of tokens for each host: `burst` at once, then so many a second."""

    pacing: Pacing
    clock: Clock
    _buckets: dict[str, _Bucket] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def wait(self, host: str) -> None:
        """Wait until one more request to the host is in order."""
        with self._lock:
            at = self.clock.monotonic()
            bucket = self._buckets.setdefault(host, _Bucket(self.pacing.burst, at))
            gained = (at - bucket.at) * self.pacing.requests_per_second
            bucket.tokens = min(self.pacing.burst, bucket.tokens + gained) - 1
            bucket.at = at
            missing = -bucket.tokens / self.pacing.requests_per_second
        if missing > 0:
            self.clock.sleep(missing)
