/**
 * The objects of `metrics.k8s.io`, of what the nodes said.
 * https://github.com/kubernetes-sigs/metrics-server/blob/master/pkg/api/pod.go
 */
import { isConditionTrue } from '../../api/conditions.ts';
import { nodes } from '../../api/core/node.ts';
import { pods } from '../../api/core/pod.ts';
import { formatQuantity } from '../../api/quantity.ts';
import type { AnyObject, Node } from '../../api/types.ts';
import { timestamp } from '../../clock.ts';
import type { Computed } from '../computed/object.ts';
import type { Core } from '../core.ts';
import { createCollector, type ReadNode } from './collector.ts';
import type { MetricsObjects } from './metrics-objects.ts';
import type { Usage } from './usage.ts';

const nanoPerUnit = 1_000_000_000n;

const usageOf = ({ cpu, memory }: Usage) => ({
  cpu: formatQuantity({ nano: BigInt(cpu), format: 'DecimalSI' }),
  memory: formatQuantity({ nano: BigInt(memory) * nanoPerUnit, format: 'BinarySI' }),
});

/** As Go prints it. */
function durationOf(milliseconds: number): string {
  const minutes = Math.floor(milliseconds / 60_000);
  const seconds = (milliseconds - minutes * 60_000) / 1000;
  return `${minutes > 0 ? `${minutes}m` : ''}${seconds}s`;
}

const windowOf = ({ at, window }: Usage) => ({ timestamp: timestamp(at), window: durationOf(window) });

export function createMetricsObjects(core: Pick<Core, 'state' | 'clock' | 'log'>, read: ReadNode, signal: AbortSignal) {
  const { state, clock, log } = core;
  const objectsOf = (kind: typeof nodes | typeof pods): AnyObject[] =>
    state
      .of(kind)
      .objects.list('')
      .map(({ object }) => object);
  const isReady = (node: AnyObject): boolean => isConditionTrue((node as object as Node).status?.conditions, 'Ready');
  const collect = createCollector({
    nodes: () =>
      objectsOf(nodes)
        .filter(isReady)
        .map(({ metadata }) => metadata.name),
    read,
    clock,
    log,
    signal,
  });
  const metadataOf = ({ metadata: { name, namespace, labels } }: AnyObject) => ({
    name,
    ...(namespace ? { namespace } : {}),
    creationTimestamp: timestamp(clock.now()),
    ...(labels ? { labels } : {}),
  });

  return {
    async nodes(): Promise<Computed[]> {
      const collected = await collect();
      return objectsOf(nodes).flatMap((node) => {
        const usage = collected.get(node.metadata.name)?.node;
        return usage ? [{ metadata: metadataOf(node), ...windowOf(usage), usage: usageOf(usage) }] : [];
      });
    },
    async pods(): Promise<Computed[]> {
      const used = new Map([...(await collect()).values()].flatMap((node) => node.pods.map((pod) => [pod.uid, pod])));
      return objectsOf(pods).flatMap((pod) => {
        const { containers = [] } = used.get(pod.metadata.uid) ?? {};
        const [first] = containers;
        if (!first) return [];
        const earliest = containers.reduce((least, { usage }) => (usage.at < least.at ? usage : least), first.usage);
        const figures = containers.map(({ name, usage }) => ({ name, usage: usageOf(usage) }));
        return [{ metadata: metadataOf(pod), ...windowOf(earliest), containers: figures }];
      });
    },
  } satisfies MetricsObjects;
}
