"""AsyncOpenAI; asked for floats where the server writes them."""

import openai

from many import run_many, texts_of


class Client:
    def __init__(self, site, job):
        self.encoding = {} if job["isBase64"] else {"encoding_format": "float"}
        self.client = openai.AsyncOpenAI(
            api_key="test-key",
            base_url=f"{site['url']}/v1",
            max_retries=0,
        )

    async def embed(self, job):
        async def send(i):
            answer = await self.client.embeddings.create(
                input=texts_of(job, i), model=job["model"], **self.encoding
            )
            return answer.data

        return sum(len(data) for data in await run_many(job, send))

    call = embed
