/** What the foreign cluster of the tests serves: a little of Kubernetes, and custom resources that are made up. */
import type { AnyObject } from '../../../agent/api/types.ts';
import { type ForeignCluster, type ForeignResource, foreignObject } from './foreign-cluster.ts';

const core = (plural: string, kind: string, rest: Partial<ForeignResource> = {}): ForeignResource => ({
  group: '',
  version: 'v1',
  plural,
  kind,
  namespaced: true,
  ...rest,
});

export const pods = core('pods', 'Pod', { shortNames: ['po'], subresources: ['log', 'exec'] });

export const widgets: ForeignResource = {
  group: 'example.com',
  version: 'v1beta1',
  plural: 'widgets',
  kind: 'Widget',
  namespaced: true,
  shortNames: ['wd'],
  subresources: ['status', 'scale'],
  columns: [
    {
      name: 'Phase',
      type: 'string',
      format: '',
      description: 'How far the widget is.',
      priority: 0,
      value: ({ status }) => String(status?.phase ?? ''),
    },
    {
      name: 'Size',
      type: 'integer',
      format: '',
      description: 'How many parts it has.',
      priority: 0,
      value: ({ spec }) => Number(spec?.replicas ?? 0),
    },
    {
      name: 'Last polish',
      type: 'date',
      format: '',
      description: 'When it was polished.',
      priority: 0,
      value: () => '5m',
    },
    {
      name: 'Colour',
      type: 'string',
      format: '',
      description: 'Of its outside.',
      priority: 1,
      value: ({ spec }) => String(spec?.colour ?? ''),
    },
  ],
  schemas: {
    'com.example.v1beta1.Widget': {
      type: 'object',
      description: 'A widget is what the examples are made of.',
      'x-kubernetes-group-version-kind': [{ group: 'example.com', version: 'v1beta1', kind: 'Widget' }],
      properties: {
        spec: {
          type: 'object',
          description: 'What is wanted of it.',
          properties: {
            replicas: { type: 'integer', format: 'int32', description: 'How many parts the widget is made of.' },
            colour: { type: 'string', description: 'Of its outside.', enum: ['red', 'blue'] },
          },
        },
      },
    },
  },
};

const gadgets: ForeignResource = {
  group: 'example.com',
  version: 'v1',
  plural: 'gadgets',
  kind: 'Gadget',
  namespaced: true,
  verbs: ['get', 'list', 'watch'],
};

const vaults: ForeignResource = {
  group: 'secrets.example.org',
  version: 'v1',
  plural: 'vaults',
  kind: 'Vault',
  namespaced: true,
  forbidden:
    'vaults.secrets.example.org is forbidden: User "jane" cannot list resource "vaults" in API group "secrets.example.org" at the cluster scope',
};

/** Served only in tests of a server that does not answer as it should. */
export const levers: ForeignResource = {
  group: 'fault.example.com',
  version: 'v1',
  plural: 'levers',
  kind: 'Lever',
  namespaced: true,
};

export const widget = (name: string, phase: string, replicas = 3): AnyObject =>
  foreignObject(widgets, name, {
    spec: {
      replicas,
      colour: 'blue',
      parts: [
        { name: 'wheel', material: { kind: 'steel', grade: 304 } },
        { name: 'spring', material: { kind: 'bronze', grade: 90 } },
      ],
      note: 'first line\nsecond line',
      suspended: false,
    },
    status: {
      phase,
      observedGeneration: 2,
      conditions: [
        {
          type: 'Ready',
          status: phase === 'Running' ? 'True' : 'False',
          reason: phase === 'Running' ? 'AllPartsMove' : 'PartMissing',
          message: phase === 'Running' ? 'All parts move' : 'The spring of the second wheel is missing',
          lastTransitionTime: '2026-01-01T00:00:00Z',
        },
      ],
    },
  });

export function fillForeignCluster(cluster: ForeignCluster): void {
  const others = [
    core('namespaces', 'Namespace', { namespaced: false }),
    core('nodes', 'Node', { namespaced: false }),
    core('services', 'Service'),
    core('events', 'Event'),
    core('configmaps', 'ConfigMap'),
    core('persistentvolumeclaims', 'PersistentVolumeClaim', { shortNames: ['pvc'] }),
    { ...core('deployments', 'Deployment'), group: 'apps' },
    { ...core('statefulsets', 'StatefulSet', { subresources: ['scale'] }), group: 'apps' },
    { ...core('runtimeclasses', 'RuntimeClass', { namespaced: false }), group: 'node.k8s.io' },
  ];
  for (const resource of [pods, widgets, gadgets, vaults, ...others]) cluster.define(resource);
  cluster.put('namespaces', foreignObject(core('namespaces', 'Namespace', { namespaced: false }), 'shop'));
  for (const [name, phase] of [
    ['north', 'Running'],
    ['south', 'Failed'],
    ['east', 'Pending'],
  ] as const)
    cluster.put('widgets', widget(name, phase));
  const ownerReferences = [
    { apiVersion: 'example.com/v1beta1', kind: 'Widget', name: 'north', uid: 'Widget-north', controller: true },
  ];
  const owned = { name: 'north-0', uid: 'p', resourceVersion: '1', creationTimestamp: '2026-01-01T00:00:00Z' };
  cluster.put(
    'pods',
    foreignObject(pods, 'north-0', {
      metadata: { ...owned, namespace: 'shop', ownerReferences },
      spec: { containers: [{ name: 'a', image: 'a' }] },
      status: { phase: 'Running' },
    }),
  );
}
