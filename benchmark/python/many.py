"""What a program writes around a client that sends one request at a time."""

import asyncio


async def run_many(job, send):
    """Keeps job["inFlight"] requests under way; what each answered, in order."""
    results = [None] * job["requests"]
    numbers = iter(range(job["requests"]))

    async def work():
        for i in numbers:
            results[i] = await send(i)

    await asyncio.gather(*(work() for _ in range(job["inFlight"])))
    return results


def texts_of(job, i):
    """The texts of the request with number i."""
    size = job["batchSize"]
    return job["texts"][i * size : (i + 1) * size]
