/** How long one body holds the API server's thread: CPU time of the longest turn of its event loop. */
import { attacksOfNobody } from '../../integration/metered/attacks-of-nobody.ts';
import { attacksOfReaders } from '../../integration/metered/attacks-of-readers.ts';
import { attacksOfWriters, patchedObject } from '../../integration/metered/attacks-of-writers.ts';
import { startMeteredServer } from '../../integration/metered/client.ts';
import type { Figures } from '../measurement.ts';

export async function measureHostile(figures: Figures, runs = 3): Promise<void> {
  const server = await startMeteredServer();
  try {
    await server.send(patchedObject);
    const before = await server.memory();
    for (let run = 0; run < runs; run += 1) {
      for (const { what, ...sent } of [...attacksOfNobody, ...attacksOfWriters, ...attacksOfReaders]) {
        await server.longestTurn();
        await server.send(sent);
        figures.add(`turn: ${what}`, 'ms', await server.longestTurn(), 50);
      }
    }
    const after = await server.memory();
    figures.add('memory before hostile bodies: alive', 'MB', before.held / 1e6);
    figures.add('memory after them: alive', 'MB', after.held / 1e6);
    figures.add('memory before hostile bodies: resident', 'MB', before.resident / 1e6);
    figures.add('memory after them: resident', 'MB', after.resident / 1e6);
  } finally {
    await server.close();
  }
}
