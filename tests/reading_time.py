"""Whether a longer text takes longer to read, and no more than that."""

import gc
import time
from collections.abc import Callable


def grows_with_the_text(read: Callable[[str], object], unit: str) -> bool:
    """Eight times the text in eight times the time; four for a busy machine.

    The best of three, in this thread and without the collector: what other tests left behind (their
    threads, their garbage) is no part of the reading.
    """

    def seconds(copies: int) -> float:
        text = unit * copies
        start = time.thread_time()
        read(text)
        return time.thread_time() - start

    gc.disable()
    try:
        seconds(100)
        return any(seconds(8_000) < 0.2 + 8 * 4 * seconds(1_000) for _ in range(3))
    finally:
        gc.enable()
