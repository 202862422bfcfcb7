import { describe, expect, it } from 'vitest';
import type { discovery, EndpointSlice, Pod, Service } from '../../../../agent/api/types.ts';
import {
  endpointFor,
  frameFor,
  groupByPorts,
  planSlices,
  type SlicePlan,
} from '../../../../agent/controllers/endpoint-slice/plan.ts';
import { isMirrored, planMirror } from '../../../../agent/controllers/endpoint-slice-mirroring/plan.ts';
import { endpointsLabels, planSubsets, sameEndpoints } from '../../../../agent/controllers/endpoints/plan.ts';
import { aPod, aReadyPod, aService } from '../../../builders/objects.ts';

const web = (spec: Partial<Service['spec']> = {}): Service =>
  aService({
    metadata: { name: 'web', uid: 'svc' },
    spec: { selector: { app: 'web' }, ports: [{ port: 80 }], ...spec },
  });
const ready = (ip: string, more: { metadata?: Partial<Pod['metadata']>; spec?: Partial<Pod['spec']> } = {}): Pod => {
  const at = '2026-01-01T00:00:00Z';
  const conditions = [{ type: 'Ready', status: 'True', lastTransitionTime: at }];
  return aReadyPod({ ...more, status: { phase: 'Running', podIP: ip, podIPs: [{ ip }], conditions } });
};
const unready = (ip: string): Pod =>
  aReadyPod({ status: { phase: 'Running', podIP: ip, podIPs: [{ ip }], conditions: [] } });
const leaving = { metadata: { deletionTimestamp: '2026-01-01T00:00:00Z' } };
const noZone = () => undefined;
const frame = frameFor(web(), { apiVersion: 'v1', kind: 'Service', name: 'web', uid: 'svc', controller: true });
const plan = (pods: Pod[], existing: EndpointSlice[] = [], service = web()): SlicePlan =>
  planSlices(frame, groupByPorts(service, pods, noZone), existing, ['IPv4']);

/** What a plan leads to, with names made up for the new ones. */
function carryOut(before: readonly EndpointSlice[], { create, update, delete: gone }: SlicePlan): EndpointSlice[] {
  const kept = before
    .filter((slice) => !gone.includes(slice))
    .map((slice) => update.find(({ metadata }) => metadata.name === slice.metadata.name) ?? slice);
  const made = create.map((slice, i) => ({
    ...slice,
    metadata: {
      ...slice.metadata,
      name: `made-${before.length + i}`,
      uid: '',
      resourceVersion: '1',
      creationTimestamp: '',
    },
  }));
  return [...kept, ...made] as EndpointSlice[];
}
const addresses = (slices: readonly { endpoints?: discovery.Endpoint[] }[]) =>
  slices.map(({ endpoints }) => endpoints?.map((endpoint) => endpoint.addresses[0]));

describe('an endpoint', () => {
  it.each<[string, Pod, boolean, discovery.EndpointConditions]>([
    ['of a ready pod is ready', ready('10.0.0.1'), false, { ready: true, serving: true, terminating: false }],
    ['of an unready pod is not', unready('10.0.0.1'), false, { ready: false, serving: false, terminating: false }],
    [
      'of a leaving pod still serves but is not ready',
      ready('10.0.0.1', leaving),
      false,
      { ready: false, serving: true, terminating: true },
    ],
    [
      'is ready where unready ones are published',
      unready('10.0.0.1'),
      true,
      { ready: true, serving: false, terminating: false },
    ],
  ])('%s', (_, pod, publishNotReadyAddresses, conditions) => {
    expect(endpointFor(web({ publishNotReadyAddresses }), pod, '10.0.0.1').conditions).toEqual(conditions);
  });

  it('has the host name that its service governs', () => {
    const pod = ready('10.0.0.1', { spec: { hostname: 'web-0', subdomain: 'web', nodeName: 'n' } });
    expect(endpointFor(web(), pod, '10.0.0.1')).toMatchObject({ hostname: 'web-0', nodeName: 'n' });
    expect(endpointFor(aService({ metadata: { name: 'other' } }), pod, '10.0.0.1').hostname).toBeUndefined();
  });
});

describe('slices', () => {
  it('keep an empty one where there is no pod', () => {
    const { create } = plan([]);
    expect(create).toMatchObject([{ addressType: 'IPv4', endpoints: [], ports: [] }]);
    expect(create[0]?.metadata.labels).toEqual({
      'endpointslice.kubernetes.io/managed-by': 'endpointslice-controller.k8s.io',
      'kubernetes.io/service-name': 'web',
    });
    expect(plan([], carryOut([], plan([])))).toEqual({ create: [], update: [], delete: [] });
  });

  it('leave out pods without an address and pods that have finished', () => {
    const finished = aPod({ status: { phase: 'Succeeded', podIP: '10.0.0.9' } });
    expect(addresses(carryOut([], plan([aPod(), finished, ready('10.0.0.1')])))).toEqual([['10.0.0.1']]);
  });

  it('do not change where nothing has changed', () => {
    const pods = [ready('10.0.0.1'), ready('10.0.0.2')];
    const slices = carryOut([], plan(pods));
    expect(plan([...pods].reverse(), slices)).toEqual({ create: [], update: [], delete: [] });
  });

  it('hold a hundred endpoints each, and fill gaps first', () => {
    const pods = Array.from({ length: 250 }, (_, i) => ready(`10.0.${i >> 8}.${i & 255}`));
    const slices = carryOut([], plan(pods));
    expect(slices.map(({ endpoints }) => endpoints?.length)).toEqual([100, 100, 50]);
    const after = carryOut(slices, plan([...pods.slice(1), ready('10.1.0.1'), ready('10.1.0.2')], slices));
    expect(after.map(({ endpoints }) => endpoints?.length)).toEqual([100, 100, 51]);
    expect(after[1]).toBe(slices[1]);
  });

  it('are apart where a named port is a different number in different pods', () => {
    const listening = (ip: string, containerPort: number) =>
      ready(ip, { spec: { containers: [{ name: 'main', ports: [{ name: 'http', containerPort }] }] } });
    const service = web({ ports: [{ name: 'web', port: 80, targetPort: 'http' }] });
    const { create } = plan([listening('10.0.0.1', 8080), listening('10.0.0.2', 9090)], [], service);
    expect(create.map(({ ports, endpoints }) => [ports?.[0], endpoints?.length])).toEqual([
      [{ name: 'web', port: 8080, protocol: 'TCP' }, 1],
      [{ name: 'web', port: 9090, protocol: 'TCP' }, 1],
    ]);
  });

  it('are deleted where their ports are no longer the service’s', () => {
    const pods = [ready('10.0.0.1')];
    const slices = carryOut([], plan(pods));
    const after = plan(pods, slices, web({ ports: [{ port: 81 }] }));
    expect([after.create.length, after.update.length, after.delete.length]).toEqual([1, 0, 1]);
  });
});

describe('endpoints', () => {
  it('keep ready and unready addresses apart, and drop leaving pods', () => {
    const subsets = planSubsets(web(), [
      ready('10.0.0.2'),
      unready('10.0.0.3'),
      ready('10.0.0.1'),
      ready('10.0.0.4', leaving),
    ]);
    expect(subsets).toMatchObject([
      {
        addresses: [{ ip: '10.0.0.1', nodeName: 'worker', targetRef: { kind: 'Pod' } }, { ip: '10.0.0.2' }],
        notReadyAddresses: [{ ip: '10.0.0.3' }],
        ports: [{ port: 80, protocol: 'TCP' }],
      },
    ]);
  });

  it('carry the labels of the service and who manages them', () => {
    const service = aService({ metadata: { labels: { app: 'web' } }, spec: { clusterIP: 'None' } });
    expect(endpointsLabels(service)).toEqual({
      app: 'web',
      'service.kubernetes.io/headless': '',
      'endpoints.kubernetes.io/managed-by': 'endpoint-controller',
    });
  });

  it('are the same whatever the order of their fields', () => {
    const metadata = { name: 'web', uid: '', resourceVersion: '', creationTimestamp: '', labels: { a: 'b' } };
    const existing = {
      apiVersion: 'v1',
      kind: 'Endpoints',
      metadata,
      subsets: [{ ports: [{ protocol: 'TCP', port: 80 }] }],
    };
    expect(sameEndpoints(existing, { a: 'b' }, [{ ports: [{ port: 80, protocol: 'TCP' }] }])).toBe(true);
    expect(sameEndpoints(existing, { a: 'c' }, existing.subsets)).toBe(false);
  });
});

describe('mirrored endpoints', () => {
  const byHand = (labels: Record<string, string> = {}) => ({
    apiVersion: 'v1',
    kind: 'Endpoints',
    metadata: { name: 'web', uid: '', resourceVersion: '', creationTimestamp: '', labels },
    subsets: [{ addresses: [{ ip: '192.0.2.1' }], notReadyAddresses: [{ ip: '2001:db8::1' }], ports: [{ port: 80 }] }],
  });

  it('are those of services without a selector', () => {
    const skipped = byHand({ 'endpointslice.kubernetes.io/skip-mirror': 'true' });
    expect(isMirrored(byHand(), web({ selector: {} }))).toBe(true);
    expect(isMirrored(byHand(), web())).toBe(false);
    expect(isMirrored(byHand(), undefined)).toBe(false);
    expect(isMirrored(skipped, web({ selector: {} }))).toBe(false);
  });

  it('become one group per address family', () => {
    const ports = [{ name: '', port: 80, protocol: 'TCP' }];
    expect(planMirror(byHand())).toEqual([
      { family: 'IPv4', ports, endpoints: [{ addresses: ['192.0.2.1'], conditions: { ready: true } }] },
      { family: 'IPv6', ports, endpoints: [{ addresses: ['2001:db8::1'], conditions: { ready: false } }] },
    ]);
  });
});
