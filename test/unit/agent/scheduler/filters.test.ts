import { describe, expect, it } from 'vitest';
import type { core, Node, Pod } from '../../../../agent/api/types.ts';
import { createCache } from '../../../../agent/scheduler/cache.ts';
import { CycleState } from '../../../../agent/scheduler/framework/cycle-state.ts';
import { podInfo } from '../../../../agent/scheduler/framework/info.ts';
import type { FilterPlugin } from '../../../../agent/scheduler/framework/plugin.ts';
import { nodeAffinity } from '../../../../agent/scheduler/plugins/node-affinity.ts';
import { nodeName } from '../../../../agent/scheduler/plugins/node-name.ts';
import { nodePorts } from '../../../../agent/scheduler/plugins/node-ports.ts';
import { nodeResourcesFit } from '../../../../agent/scheduler/plugins/node-resources-fit.ts';
import { nodeUnschedulable } from '../../../../agent/scheduler/plugins/node-unschedulable.ts';
import { taintToleration } from '../../../../agent/scheduler/plugins/taint-toleration.ts';
import { aNode, aPod } from '../../../builders/objects.ts';

/** The reasons that a filter gives against the pod on the node with `others` on it; none where it fits. */
function reasons(plugin: FilterPlugin, pod: Pod, node: Node, others: Pod[] = []): readonly string[] {
  const cache = createCache();
  cache.setNode(node);
  for (const other of others) cache.setPod(other, node.metadata.name);
  const snapshot = cache.snapshot();
  const [info] = snapshot.nodes;
  const state = new CycleState();
  plugin.preFilter?.(podInfo(pod), snapshot, state);
  const verdict = info ? plugin.filter(podInfo(pod), info, state) : 'fits';
  return verdict === 'fits' ? [] : verdict.reasons;
}

const requesting = (requests: Record<string, string>): Pod =>
  aPod({ spec: { containers: [{ name: 'main', resources: { requests } }] } });
const withHostPort = (port: Partial<core.ContainerPort>): Pod =>
  aPod({ spec: { containers: [{ name: 'main', ports: [{ containerPort: 80, ...port }] }] } });

describe('NodeResourcesFit', () => {
  it.each<[string, Pod, Pod[], string[]]>([
    ['fits where there is enough', requesting({ cpu: '4', memory: '8Gi' }), [], []],
    [
      'counts what others have requested',
      requesting({ cpu: '2' }),
      [requesting({ cpu: '2500m' })],
      ['Insufficient cpu'],
    ],
    [
      'names every resource that lacks',
      requesting({ cpu: '5', memory: '9Gi' }),
      [],
      ['Insufficient cpu', 'Insufficient memory'],
    ],
    ['knows extended resources', requesting({ 'example.com/gpu': '1' }), [], ['Insufficient example.com/gpu']],
    ['lets a pod without requests onto a full node', aPod(), [requesting({ cpu: '4' })], []],
  ])('%s', (_, pod, others, expected) => {
    expect(reasons(nodeResourcesFit(), pod, aNode(), others)).toEqual(expected);
  });

  it('counts pods against the node’s limit', () => {
    const node = aNode({ status: { allocatable: { cpu: '4', memory: '8Gi', pods: '1' } } });
    expect(reasons(nodeResourcesFit(), aPod(), node, [aPod()])).toEqual(['Too many pods']);
  });
});

describe('TaintToleration', () => {
  const tainted = (effect: string, value?: string) => aNode({ spec: { taints: [{ key: 'k', effect, value }] } });
  const tolerating = (toleration: core.Toleration) => aPod({ spec: { tolerations: [toleration] } });
  it.each<[string, Pod, Node, string[]]>([
    ['refuses NoSchedule', aPod(), tainted('NoSchedule'), ['node(s) had untolerated taint {k: }']],
    ['refuses NoExecute with its value', aPod(), tainted('NoExecute', 'v'), ['node(s) had untolerated taint {k: v}']],
    ['ignores PreferNoSchedule', aPod(), tainted('PreferNoSchedule'), []],
    ['accepts Exists', tolerating({ key: 'k', operator: 'Exists' }), tainted('NoSchedule', 'v'), []],
    ['accepts an equal value', tolerating({ key: 'k', value: 'v' }), tainted('NoSchedule', 'v'), []],
    ['accepts Exists without a key for everything', tolerating({ operator: 'Exists' }), tainted('NoSchedule'), []],
    [
      'refuses another value',
      tolerating({ key: 'k', value: 'w' }),
      tainted('NoSchedule', 'v'),
      ['node(s) had untolerated taint {k: v}'],
    ],
    [
      'refuses where the toleration is of another effect',
      tolerating({ key: 'k', operator: 'Exists', effect: 'NoExecute' }),
      tainted('NoSchedule'),
      ['node(s) had untolerated taint {k: }'],
    ],
  ])('%s', (_, pod, node, expected) => {
    expect(reasons(taintToleration, pod, node)).toEqual(expected);
  });
});

describe('NodeAffinity', () => {
  const mismatch = ["node(s) didn't match Pod's node affinity/selector"];
  const ssd = aNode({ metadata: { name: 'n1', labels: { disk: 'ssd', cores: '8', serial: '9007199254740993' } } });
  const requiring = (...terms: core.NodeSelectorTerm[]) =>
    aPod({
      spec: {
        affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: terms } } },
      },
    });
  const expression = (key: string, operator: string, values?: string[]) => ({
    matchExpressions: [{ key, operator, values }],
  });
  it.each<[string, Pod, string[]]>([
    ['accepts a matching selector', aPod({ spec: { nodeSelector: { disk: 'ssd' } } }), []],
    ['refuses another label value', aPod({ spec: { nodeSelector: { disk: 'hdd' } } }), mismatch],
    ['accepts In', requiring(expression('disk', 'In', ['ssd', 'nvme'])), []],
    ['refuses NotIn', requiring(expression('disk', 'NotIn', ['ssd'])), mismatch],
    ['compares numbers', requiring(expression('cores', 'Gt', ['4'])), []],
    ['compares 64 bits: greater', requiring(expression('serial', 'Gt', ['9007199254740992'])), []],
    ['compares 64 bits: not less', requiring(expression('serial', 'Lt', ['9007199254740993'])), mismatch],
    ['compares with nothing beyond 64 bits', requiring(expression('cores', 'Lt', ['9223372036854775808'])), mismatch],
    ['compares with nothing that is no integer', requiring(expression('cores', 'Gt', ['1.5'])), mismatch],
    ['accepts one of several terms', requiring(expression('disk', 'In', ['hdd']), expression('cores', 'Exists')), []],
    [
      'matches the name as a field',
      requiring({ matchFields: [{ key: 'metadata.name', operator: 'In', values: ['n1'] }] }),
      [],
    ],
    ['matches nothing with an empty term', requiring({}), mismatch],
  ])('%s', (_, pod, expected) => {
    expect(reasons(nodeAffinity(), pod, ssd)).toEqual(expected);
  });
});

describe('NodePorts', () => {
  const taken = ["node(s) didn't have free ports for the requested pod ports"];
  it.each<[string, Partial<core.ContainerPort>, Partial<core.ContainerPort>, string[]]>([
    ['refuses the same port', { hostPort: 80 }, { hostPort: 80 }, taken],
    ['accepts another protocol', { hostPort: 80, protocol: 'UDP' }, { hostPort: 80 }, []],
    ['accepts another address', { hostPort: 80, hostIP: '127.0.0.1' }, { hostPort: 80, hostIP: '10.0.0.1' }, []],
    ['refuses an address where all are taken', { hostPort: 80, hostIP: '127.0.0.1' }, { hostPort: 80 }, taken],
    ['does not care about container ports', {}, {}, []],
  ])('%s', (_, wanted, other, expected) => {
    expect(reasons(nodePorts, withHostPort(wanted), aNode(), [withHostPort(other)])).toEqual(expected);
  });
});

describe('NodeUnschedulable and NodeName', () => {
  it('keeps pods off a cordoned node', () => {
    const node = aNode({ spec: { unschedulable: true } });
    expect(reasons(nodeUnschedulable, aPod(), node)).toEqual(['node(s) were unschedulable']);
  });
  it('lets a daemon that tolerates the cordon in', () => {
    const tolerations = [{ key: 'node.kubernetes.io/unschedulable', operator: 'Exists' }];
    expect(
      reasons(nodeUnschedulable, aPod({ spec: { tolerations } }), aNode({ spec: { unschedulable: true } })),
    ).toEqual([]);
  });
  it('keeps a pod to the node that it names', () => {
    const pod = aPod({ spec: { nodeName: 'other' } });
    expect(reasons(nodeName, pod, aNode())).toEqual(["node(s) didn't match the requested node name"]);
  });
});
