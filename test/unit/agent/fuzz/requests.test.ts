/** Whole requests through the front door, with bodies as they come over the wire. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ApiError } from '../../../../agent/api/errors.ts';
import type { Status } from '../../../../agent/api/types.ts';
import { protobufEncoder } from '../../../../agent/apiserver/protobuf/encode.ts';
import type { Transport } from '../../../../agent/client/transport.ts';
import { quietLog } from '../../../fakes/log.ts';
import { definitions } from '../api/schema/definitions.ts';
import { inDefault, startApi, type TestApi } from '../apiserver/api.ts';
import { createWireBodies, type WireBodies } from '../apiserver/wire-body.ts';
import { fuzz, timeLimit } from './fuzz.ts';
import { heldBytes } from './heap.ts';
import { bare, samples } from './objects.ts';
import { anyRequest, type FuzzRequest } from './requests.ts';
import { isFault, tidy } from './verdict.ts';

let api: TestApi;
let admin: Transport;
/** Where the last error in the server came from. */
let stack: unknown;
let bodies: WireBodies;
beforeAll(async () => {
  api = await startApi({ definitions, log: { ...quietLog, error: (_message, fields) => (stack = fields?.stack) } });
  admin = api.server.transport({ username: 'admin', groups: ['system:masters'] });
  bodies = createWireBodies(api.clock);
  await api.create(inDefault('serviceaccounts'), { metadata: { name: 'default' } });
}, timeLimit);
afterAll(async () => {
  bodies.close();
  await api.close();
});

/** Sends it, about an object that is there if it has been created. */
async function send(request: FuzzRequest): Promise<void> {
  if (request.method !== 'POST') await api.request('POST', request.sample.path, bare(request.sample));
  const ending = new AbortController();
  let body: unknown;
  try {
    body = await bodies.read(request.method, request.body, request.headers);
  } catch (error) {
    expect(error).toBeInstanceOf(ApiError);
    expect((error as ApiError).code).toBeLessThan(500);
    return;
  }
  const { method, path, headers } = request;
  const answer = await admin.request({ method, path, headers, body, signal: ending.signal });
  ending.abort();
  if (answer.status >= 500) {
    const { message = '' } = answer.body as Status;
    if (isFault(answer.status, message)) throw new Error(`${method} ${path}: ${message}\n${stack}`);
  }
  if (typeof answer.body === 'object' && answer.body !== null && !Buffer.isBuffer(answer.body)) {
    JSON.stringify(answer.body);
    protobufEncoder.object(answer.body);
  }
}

it('what requests are made of is accepted as it is', async () => {
  for (const sample of samples) {
    for (const object of [bare(sample), sample.object]) {
      const { status, body } = await api.request('POST', `${sample.path}?dryRun=All`, object);
      expect([sample.path, status, body]).toEqual([sample.path, 201, expect.anything()]);
    }
  }
});

it('no request makes the server fail', { timeout: timeLimit }, () =>
  fuzz('requests', 1000, async (random) => send(anyRequest(random, definitions))),
);

it('the server keeps nothing of requests once their objects are gone', { timeout: timeLimit }, async () => {
  await tidy(api.request);
  const before = await heldBytes();
  await fuzz('requests again', 1000, async (random) => send(anyRequest(random, definitions)));
  await tidy(api.request);
  const grown = (await heldBytes()) - before;
  expect(grown).toBeLessThan(24 * 2 ** 20);
});
