"""Whether a longer text takes longer to read, and no more than that."""

import time
from collections.abc import Callable


def grows_with_the_text(read: Callable[[str], object], unit: str) -> bool:
    """Eight times the text in eight times the time; four for a busy machine."""

    def seconds(copies: int) -> float:
        text = unit * copies
        start = time.process_time()
        read(text)
        return time.process_time() - start

    seconds(100)
    return seconds(8_000) < 0.2 + 8 * 4 * seconds(1_000)
