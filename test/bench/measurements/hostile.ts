/**
 * How long one body holds the API server's thread: CPU time of the longest turn of its event loop; and what memory the
 * server has before all of them, right after them, and a while later. It runs with the agent's flags.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { inDefault } from '../../integration/metered/attack.ts';
import { attacksOfNobody } from '../../integration/metered/attacks-of-nobody.ts';
import { attacksOfPolicies, policies } from '../../integration/metered/attacks-of-policies.ts';
import { attacksOfReaders } from '../../integration/metered/attacks-of-readers.ts';
import { attacksOfWriters, patchedObject } from '../../integration/metered/attacks-of-writers.ts';
import { startMeteredServer } from '../../integration/metered/client.ts';
import type { Figures } from '../measurement.ts';

/** Milliseconds until the server has returned what it can. */
const settled = 30_000;

const attacks = [...attacksOfNobody, ...attacksOfWriters, ...attacksOfReaders, ...attacksOfPolicies];

export async function measureHostile(figures: Figures, runs = 3): Promise<void> {
  const server = await startMeteredServer();
  try {
    for (const each of [patchedObject, ...policies]) await server.send(each);
    const megabytes = (what: string, bytes: number, atMost?: number) =>
      figures.add(`memory ${what}`, 'MB', bytes / 1e6, atMost);
    await server.rest();
    await sleep(settled);
    const before = await server.resident();
    megabytes('before hostile bodies: resident', before);
    for (let run = 0; run < runs; run += 1) {
      for (const { what, ...sent } of attacks) {
        await server.longestTurn();
        await server.send(sent);
        figures.add(`turn: ${what}`, 'ms', await server.longestTurn(), 50);
      }
    }
    megabytes('right after them: resident', await server.resident());
    await server.send({ method: 'DELETE', path: inDefault('configmaps'), by: 'admin' });
    await server.rest();
    await sleep(settled);
    megabytes(`${settled / 1000} s later: resident`, await server.resident(), Math.round((before / 1e6) * 1.2));
    megabytes(`${settled / 1000} s later: alive`, await server.alive());
  } finally {
    await server.close();
  }
}
