"""A CSV of sales, made up, with a few lines that are broken; uploaded once and profiled again and again."""

import io
import json
import random
from datetime import date, timedelta
from functools import cache
from uuid import uuid4

from jobs import _keys
from webapp import files
from webapp.config import Config
from webapp.demo.shop import RESULT_TTL, Shop

NAME = "sales-2026.csv"
ROWS = 40_000
HEADER = "order,day,customer,country,product,quantity,price,voucher\n"
COUNTRIES = ("PT", "ES", "FR", "BE", "DE", "KR")
PRODUCTS = ("kettle", "lamp", "teapot, blue", "chair", "rug", "clock")


def profile(shop: Shop) -> None:
    """Profile the CSV, once the catalog has the job type. Raises redis.RedisError."""
    entry = json.loads(shop.redis.hget(_keys.CATALOG, "csv_profile") or b"{}")
    properties = (entry.get("schema") or {}).get("properties", {})
    parameter = next((name for name, about in properties.items() if about.get("format") == "upload"), None)
    if parameter is None or entry.get("error"):
        return
    upload, job_id = _upload(shop.config), str(uuid4())
    files.store(shop.config).claim([upload.id], job_id)
    shop.queue(entry["queue"] or "default").enqueue(
        entry["func"], kwargs={parameter: upload.reference}, job_id=job_id, result_ttl=10 * RESULT_TTL
    )


@cache
def _upload(config: Config) -> files.Upload:
    data = _csv().encode()
    return files.store(config).save_upload(io.BytesIO(data).read, NAME, limit=len(data), expected=len(data))


def _csv() -> str:
    rows = [_row(number) for number in range(ROWS)]
    for number in random.sample(range(ROWS), 12):
        rows[number] = random.choice(('17,"2026-02-3', "18,yesterday,c-1", "19,2026-01-01,c-2,PT,lamp,1,9.90,,,more"))
    return HEADER + "\n".join(rows) + "\n"


def _row(number: int) -> str:
    day = date(2026, 1, 1) + timedelta(days=number * 320 // ROWS)
    product = random.choice(PRODUCTS)
    shown = f'"{product}"' if "," in product else product
    voucher = random.choice(("", "", "", "SPRING", "WELCOME"))
    price = f"{random.lognormvariate(3, 0.7):.2f}"
    customer, country = f"c-{random.randrange(4_000)}", random.choice(COUNTRIES)
    return f"{number},{day.isoformat()},{customer},{country},{shown},{random.randrange(1, 9)},{price},{voucher}"
