"""The original's newest Python package, by its awaitable calls."""

import base64

import baseten_performance_client as baseten
import numpy

from many import run_many, texts_of

TIMEOUT_S = 600


def rows_of(answer):
    """The vectors as numbers; it leaves base64 to the program."""
    if not isinstance(answer.data[0].embedding, str):
        return answer.numpy()
    return [
        numpy.frombuffer(base64.b64decode(item.embedding), numpy.float32)
        for item in answer.data
    ]


class Client:
    def __init__(self, site, job):
        is_http2 = site["protocol"] != "http1"
        self.client = baseten.PerformanceClient(
            site["url"], "test-key", http_version=2 if is_http2 else 1
        )
        self.preference = baseten.RequestProcessingPreference(
            max_concurrent_requests=job["inFlight"],
            batch_size=job["batchSize"],
            timeout_s=TIMEOUT_S,
            max_chars_per_request=1_000_000,
        )
        self.single = baseten.RequestProcessingPreference(
            max_concurrent_requests=1, batch_size=1, timeout_s=TIMEOUT_S
        )

    async def post(self, job):
        answer = await self.client.async_batch_post(
            job["path"], job["payloads"], self.preference
        )
        return len(answer.data)

    async def embed(self, job):
        answer = await self.client.async_embed(
            job["texts"], job["model"], preference=self.preference
        )
        return len(rows_of(answer))

    async def call(self, job):
        async def send(i):
            answer = await self.client.async_embed(
                texts_of(job, i), job["model"], preference=self.single
            )
            return rows_of(answer)

        return sum(len(rows) for rows in await run_many(job, send))
