/** What a node and the pods on it say. */
import type { Node, Pod } from '../../../agent/api/types.ts';
import { toNumber } from '../../data/quantity.ts';
import { podRef } from '../../data/refs.ts';
import type { Tone } from '../../ui/controls.tsx';
import { listed, type Scene } from '../view.ts';

export const nodeReady = ({ status }: Node): boolean =>
  status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') ?? false;

export const nodeStatus = (node: Node): string =>
  `${nodeReady(node) ? 'Ready' : 'NotReady'}${node.spec.unschedulable ? ', SchedulingDisabled' : ''}`;

export const nodeTone = (node: Node): Tone => (!nodeReady(node) ? 'bad' : node.spec.unschedulable ? 'warn' : 'ok');

const rolePrefix = 'node-role.kubernetes.io/';
export const roles = ({ metadata }: Node): string =>
  Object.keys(metadata.labels ?? {})
    .filter((key) => key.startsWith(rolePrefix))
    .map((key) => key.slice(rolePrefix.length))
    .sort()
    .join(', ');

export const podsOn = ({ metadata }: Node, scene: Scene): readonly Pod[] =>
  listed<Pod>(scene, podRef).filter(
    ({ spec, status }) =>
      spec.nodeName === metadata.name && status?.phase !== 'Succeeded' && status?.phase !== 'Failed',
  );

/** What pods on the node have asked for, and what it can give. */
export function allocation(node: Node, scene: Scene, resource: 'cpu' | 'memory'): { used: number; total: number } {
  const used = podsOn(node, scene)
    .flatMap(({ spec }) => spec.containers)
    .reduce((sum, { resources }) => sum + toNumber(resources?.requests?.[resource]), 0);
  return { used, total: toNumber(node.status?.allocatable?.[resource]) };
}
