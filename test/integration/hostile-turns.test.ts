/**
 * How long the server's one thread is busy with a single body, and what is left in memory. The server is a process of
 * its own, and it is its CPU time that counts, so that a busy machine changes little. What a body costs it costs each
 * time: the least of a few tries is looked at, and what the machine adds to one of them is not.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Attack } from './metered/attack.ts';
import { attacksOfNobody } from './metered/attacks-of-nobody.ts';
import { attacksOfReaders } from './metered/attacks-of-readers.ts';
import { attacksOfWriters, patchedObject } from './metered/attacks-of-writers.ts';
import { type MeteredServer, startMeteredServer } from './metered/client.ts';
import { leastTurn, tolerated } from './metered/least-turn.ts';

let server: MeteredServer;
beforeAll(async () => {
  server = await startMeteredServer();
  expect(await server.send(patchedObject)).toBe(201);
});
afterAll(() => server.close());

const cases = (attacks: readonly Attack[]) => attacks.map((attack) => [attack.what, attack] as const);

describe.each([
  ['a client that may nothing but ask about itself', attacksOfNobody],
  ['a client that may write', attacksOfWriters],
  ['a client that asks for 20,000 pods', attacksOfReaders],
])('%s', (_who, attacks) => {
  it.each(cases(attacks))('holds nobody up with %s', async (_what, { status, ...sent }) => {
    expect(await server.send(sent)).toBe(status);
    expect(await leastTurn(server, () => server.send(sent))).toBeLessThan(tolerated);
  });
});

it('many large writes at once hold nobody up longer than one', async () => {
  const large = attacksOfWriters.filter(({ what }) => what.startsWith('19,500'));
  const burst = () => Promise.all([...large, ...large].map((sent) => server.send(sent)));
  expect(large.length).toBeGreaterThan(3);
  expect(await leastTurn(server, burst)).toBeLessThan(tolerated);
});

it('many writes of a large object leave little more in memory than the object', async () => {
  const [patch] = attacksOfWriters.filter(({ what }) => what.startsWith('a merge patch'));
  if (!patch) throw new Error('no such attack');
  const write = (value: number) => server.send({ ...patch, body: String(patch.body).replaceAll('"2"', `"${value}"`) });
  for (let value = 1; value <= 3; value += 1) expect(await write(value)).toBe(200);
  const before = await server.alive();
  for (let value = 4; value <= 18; value += 1) expect(await write(value)).toBe(200);
  // The history keeps the bytes of the 15 objects, half a megabyte each; parsed, they would take more than 50 MB.
  expect((await server.alive()) - before).toBeLessThan(25e6);
});
