/** The state of a whole cluster in one sentence, worst first. */
import type { Node, Pod } from '../../agent/api/types.ts';
import { formatCount } from '../data/quantity.ts';
import { nodeReady } from '../resources/nodes/node-facts.ts';
import { podTone } from '../resources/pod-facts.ts';

export interface Health {
  tone: 'ok' | 'warn' | 'bad';
  text: string;
}

const counted = (count: number, one: string, many: string): string =>
  count === 1 ? `One ${one}` : `${formatCount(count)} ${many}`;

/** `nodes` is absent where the user may not see them: pods alone tell then. */
export function healthOf(nodes: readonly Node[] | undefined, pods: readonly Pod[]): Health {
  const away = (nodes ?? []).filter((node) => !nodeReady(node)).length;
  const failing = pods.filter((pod) => podTone(pod) === 'bad').length;
  const unready = pods.filter((pod) => podTone(pod) === 'warn').length;
  if (nodes?.length === 0) return { tone: 'bad', text: 'The cluster has no nodes' };
  if (away > 0) return { tone: 'bad', text: `${counted(away, 'node is', 'nodes are')} not ready` };
  if (failing > 0) return { tone: 'bad', text: `${counted(failing, 'pod is', 'pods are')} failing` };
  if (unready > 0) return { tone: 'warn', text: `${counted(unready, 'pod is', 'pods are')} not ready` };
  return { tone: 'ok', text: nodes ? 'Everything is well' : 'Every pod that you may see is well' };
}
