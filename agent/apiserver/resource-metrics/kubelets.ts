/** Reads the summaries of kubelets, as the API server's own client of theirs. */
import { Agent } from 'node:https';
import type { Summary } from '../../api/stats.ts';
import { gathered } from '../aggregation/backend.ts';
import { send } from '../streams/forward.ts';
import { kubeletAddress } from '../streams/proxy-location.ts';
import type { StreamProxyOptions } from '../streams/types.ts';
import type { ReadNode } from './collector.ts';

/** Of a node with a hundred pods of ten containers it is a tenth of this. */
const mostBytes = 8 << 20;

export function createSummaryReader({
  lookup,
  tls,
  kubeletPort = 10_250,
}: Pick<StreamProxyOptions, 'tls' | 'kubeletPort'> & { lookup: Pick<StreamProxyOptions['lookup'], 'node'> }): ReadNode {
  const agent = new Agent({ ...tls, keepAlive: false });
  return async (name, signal) => {
    const address = kubeletAddress(await lookup.node(name), kubeletPort);
    const url = new URL(`https://${address}/stats/summary?only_cpu_and_memory=true`);
    const answer = await send({ url, agent, headers: {} }, 'GET', undefined, signal);
    const body = (await gathered(answer, mostBytes)).toString();
    if (answer.statusCode !== 200) throw new Error(`${url} answered ${answer.statusCode}: ${body.slice(0, 200)}`);
    return JSON.parse(body) as Summary;
  };
}
