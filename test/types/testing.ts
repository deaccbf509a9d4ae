/* Real use of the server for tests, compiled under strict rules, never run. */
import {
  embedText,
  startInferenceServer,
  type InferenceServer,
  type Script,
} from 'baseten-performance-client/testing';

const script: Script = async ({ json, headers }, n) => {
  if (n === 0) return { status: 503, headers: { 'retry-after': '1' } };
  return headers.authorization ? undefined : { body: json.input };
};

export async function serve(): Promise<number> {
  await using server: InferenceServer = await startInferenceServer({
    knobs: { latencyMs: 5, faultRate: 0.1 },
    apiKey: 'key',
    script,
  });
  const second = await startInferenceServer({
    script: [{ hang: true }, { events: ['a', { b: 1 }] }, undefined],
  });
  await second.received(1);
  await second.close();
  // @ts-expect-error: no such knob
  await startInferenceServer({ knobs: { latency: 5 } });
  // @ts-expect-error: no such member
  await startInferenceServer({ script: [{ statsu: 503 }] });
  const vector: Float32Array = embedText('text', 8);
  return server.requests.length + vector.length;
}
