"""`python -m tests.interleavings [deeds [seed]]`: plays until so many deeds were done, and says what was wrong."""

import sys
import tempfile
from collections import Counter
from pathlib import Path

from tests.interleavings.play import play
from tests.servers import RedisServer

#: Deeds of one performance: afterwards all is judged.
AT_ONCE = 1_000


def main(deeds: int = 10_000, seed: int = 1) -> int:
    done, jobs, wrongs, words = 0, 0, [], Counter()
    while done < deeds:
        server = RedisServer()
        server.start()
        try:
            with tempfile.TemporaryDirectory() as folder:
                outcome = play(server, Path(folder), min(AT_ONCE, deeds - done), seed)
        finally:
            server.close()
        done, jobs, seed = done + outcome.deeds, jobs + outcome.jobs, seed + 1
        wrongs += outcome.wrongs
        words.update(outcome.words)
        print(f"{done} deeds on {jobs} jobs, {len(wrongs)} wrong; {outcome.seconds:.0f} s", flush=True)
        for line in outcome.wrongs:
            print("  ", line, flush=True)
    for (verb, word), count in sorted(words.items()):
        print(f"{verb:10} {word:16} {count}")
    return 1 if wrongs else 0


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:3])))
