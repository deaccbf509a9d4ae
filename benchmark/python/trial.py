"""One contender, one work, one process: warms up, runs once for the cost, and
prints the figures as trial.js does.

    python trial.py '{"contender": …, "site": …, "job": …}'
"""

import asyncio
import gc
import importlib
import json
import re
import sys
import time


def peak_mb():
    """Of this process alone: getrusage's figure survives an exec."""
    with open("/proc/self/status", encoding="latin1") as status:
        return int(re.search(r"VmHWM:\s*(\d+)", status.read())[1]) / 1024


def prepare(job, requests):
    """A job with all that is sent, made before anything is measured."""
    prepared = {**job, "requests": requests, "model": "my_model"}
    if job["kind"] == "post":
        payloads = [{"id": i, "text": "hello world"} for i in range(requests)]
        return {**prepared, "payloads": payloads, "inputs": requests}
    count = requests * job["batchSize"]
    texts = [
        f'Paragraph {i} says in "plain words" what the machine does.'
        for i in range(count)
    ]
    return {**prepared, "texts": texts, "inputs": count}


async def run(client, job):
    """Runs the job as often as it says; no answer may be missing."""
    for _ in range(job["repeat"]):
        count = await getattr(client, job["kind"])(job)
        if count != job["inputs"]:
            raise RuntimeError(f"{count} answers for {job['inputs']} inputs")


async def main():
    told = json.loads(sys.argv[1])
    job = told["job"]
    contender = importlib.import_module(f"contenders.{told['contender']}")
    client = contender.Client(told["site"], job)
    await run(client, {**prepare(job, job["warmUp"]), "repeat": 1})

    full = prepare(job, job["requests"])
    gc.collect()
    started_at, cpu = time.perf_counter(), time.process_time()
    await run(client, full)
    print(
        json.dumps(
            {
                "seconds": time.perf_counter() - started_at,
                "cpuSeconds": time.process_time() - cpu,
                "peakMb": peak_mb(),
            }
        )
    )


asyncio.run(main())
