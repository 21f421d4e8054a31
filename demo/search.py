"""Search: documents indexed many times a second, and a whole index built anew in nested stages."""

import logging
import random
import time

from jobs import job_type, track

log = logging.getLogger(__name__)

SHARDS = 8


def index_document(document: str, words: int = 400) -> int:
    """Put one document into the index: a few milliseconds."""
    time.sleep(words / 100_000)
    return words


def refresh_synonyms(language: str) -> int:
    """Load the synonyms of a language anew. Repeats."""
    time.sleep(random.uniform(0.3, 0.9))
    return random.randrange(9_000, 9_400)


@job_type
def reindex(collection: str, seconds: int = 45) -> dict[str, int]:
    """Build the index of a collection anew, shard by shard."""
    documents = 0
    for shard in track(range(1, SHARDS + 1), f"Reindexing {collection}", unit="shards"):
        size = random.randrange(4_000, 9_000)
        for start in track(range(0, size, 100), f"Shard {shard}", unit="batches"):
            time.sleep(seconds / SHARDS / (size / 100))
            documents += min(100, size - start)
        log.info("shard %d: %d documents", shard, size)
        if random.random() < 0.1:
            log.warning("shard %d: %d documents have no language and were skipped", shard, random.randrange(2, 40))
    print(f"{collection}: {documents} documents in {SHARDS} shards")
    return {"documents": documents, "shards": SHARDS}
