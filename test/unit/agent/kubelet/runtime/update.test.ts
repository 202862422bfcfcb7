/** What an engine is asked when a running container gets other resources, with a server that answers as one does. */
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { connectEngine } from '../../../../../agent/kubelet/runtime/docker/engine.ts';
import { updateContainer } from '../../../../../agent/kubelet/runtime/docker/update.ts';

const options = { CpuShares: 153, NanoCpus: 300_000_000, Memory: 201_326_592, MemorySwap: 201_326_592 };
const { signal } = new AbortController();

let folder: string;
let server: Server;
let asked: { url: string | undefined; body: unknown }[];
let answer: { status: number; body: string };

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'skiff-update-'));
  asked = [];
  server = createServer(async (request, response) => {
    asked.push({ url: request.url?.replace(/\?.*/, ''), body: JSON.parse(await text(request)) });
    response.statusCode = answer.status;
    response.end(answer.body);
  });
  await new Promise<void>((resolve) => server.listen(join(folder, 'engine'), resolve));
});
afterEach(() => {
  server.close();
  rmSync(folder, { recursive: true });
});

const update = (podman: boolean) =>
  updateContainer(connectEngine(join(folder, 'engine')), { podman }, 'c1', options, signal);

it('asks Docker by its own call', async () => {
  answer = { status: 200, body: '{"Warnings":null}' };
  await update(false);
  expect(asked).toEqual([{ url: '/containers/c1/update', body: options }]);
});

it("asks Podman in Podman's API, in the terms of the OCI runtime", async () => {
  answer = { status: 201, body: 'c1' };
  await update(true);
  expect(asked).toEqual([
    {
      url: '/v4.0.0/libpod/containers/c1/update',
      body: {
        cpu: { shares: 153, quota: 30_000, period: 100_000 },
        memory: { limit: 201_326_592, swap: 201_326_592 },
      },
    },
  ]);
});

it.each([
  [
    'says that an older Podman cannot',
    'Not Found\n',
    'this Podman cannot change a running container: 4.3 and newer can',
  ],
  [
    'says that the container is gone',
    '{"cause":"no such container","message":"no container with name or ID \\"c1\\" found: no such container","response":404}',
    'no container with name or ID "c1" found: no such container',
  ],
])('%s', async (_, body, message) => {
  answer = { status: 404, body };
  await expect(update(true)).rejects.toThrow(message);
});

it('asks for nothing where nothing can be held', async () => {
  await updateContainer(connectEngine(join(folder, 'engine')), { podman: true }, 'c1', {}, signal);
  expect(asked).toEqual([]);
});
