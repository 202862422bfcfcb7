/**
 * Which part of a write goes into the record of who owns which field, by a CPU profile of writes in process: nothing
 * but the pipeline, on a store in memory. Over the wire and onto a disk the part is smaller.
 */

import type { Profiler } from 'node:inspector';
import { Session } from 'node:inspector/promises';
import { mediaType } from '../../../agent/api/media-types.ts';
import { startTestApiServer, type TestApiServer } from '../../integration/harness.ts';
import { configMap, unscheduled } from '../manifests.ts';
import type { Figures } from '../measurement.ts';

const namespace = '/api/v1/namespaces/default';

const isRecord = ({ url }: { url: string }): boolean =>
  url.includes('/agent/api/managed/') || url.endsWith('/verbs/record-managers.ts');
const isIdle = ({ functionName }: { functionName: string }): boolean => ['(idle)', '(program)'].includes(functionName);

/** Of the time in which the thread worked, the part below a frame of the record. */
function partOf({ nodes, samples = [], timeDeltas = [] }: Profiler.Profile): number {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const parents = new Map(nodes.flatMap(({ id, children = [] }) => children.map((child) => [child, id])));
  let [busy, recording] = [0, 0];
  for (const [index, sample] of samples.entries()) {
    const frame = byId.get(sample)?.callFrame;
    if (!frame || isIdle(frame)) continue;
    const time = timeDeltas[index] ?? 0;
    busy += time;
    for (let at: number | undefined = sample; at !== undefined; at = parents.get(at)) {
      const node = byId.get(at);
      if (!node || !isRecord(node.callFrame)) continue;
      recording += time;
      break;
    }
  }
  return recording / busy;
}

type Send = (method: 'POST' | 'PATCH', path: string, body: unknown) => Promise<void>;

function sender({ transport }: TestApiServer): Send {
  return async (method, path, body) => {
    const headers = { 'content-type': method === 'PATCH' ? mediaType.mergePatch : mediaType.json };
    const answer = await transport.request({ method, path, body, headers });
    if (answer.status >= 300) throw new Error(JSON.stringify(answer.body));
  };
}

export async function measureManagedFields(figures: Figures, writes = 2000): Promise<void> {
  const api = await startTestApiServer();
  const send = sender(api);
  const session = new Session();
  session.connect();
  await session.post('Profiler.enable');
  await send('POST', `${namespace}/serviceaccounts`, { metadata: { name: 'default' } });
  const kinds = [
    { plural: 'pods', of: unscheduled, patch: (at: number) => ({ metadata: { labels: { at: String(at) } } }) },
    { plural: 'configmaps', of: configMap, patch: (at: number) => ({ data: { at: String(at) } }) },
  ];
  // The first round is for the compiler.
  for (const round of ['a', 'b', 'c', 'd']) {
    for (const { plural, of, patch } of kinds) {
      const profiled = async (what: string, write: (at: number) => Promise<void>) => {
        await session.post('Profiler.start');
        for (let at = 0; at < writes; at += 1) await write(at);
        const { profile } = await session.post('Profiler.stop');
        if (round !== 'a') figures.add(`managed fields: part of ${what} of ${plural}`, '%', partOf(profile) * 100, 20);
      };
      await profiled('creation', (at) => send('POST', `${namespace}/${plural}`, of(`${round}-${at}`)));
      await profiled('a patch', (at) => send('PATCH', `${namespace}/${plural}/${round}-${at}`, patch(at)));
    }
  }
  session.disconnect();
  await api.close();
}
