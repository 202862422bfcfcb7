/**
 * Every field of some rich objects removed, or replaced by what does not belong there: refused or healed, never a
 * failure.
 */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { isObject, type JsonObject } from '../../../../agent/api/json/value.ts';
import { builtInKinds } from '../../../../agent/api/kinds.ts';
import { inDefault, startApi, type TestApi } from './api.ts';

let api: TestApi;
beforeAll(async () => {
  api = await startApi();
  await api.create(inDefault('serviceaccounts'), { metadata: { name: 'default' } });
});
afterAll(() => api.close());

const labels = { app: 'web' };
const container = {
  name: 'main',
  image: 'web:1.0',
  ports: [{ containerPort: 80, name: 'http' }],
  env: [{ name: 'NAME', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } }],
  envFrom: [{ configMapRef: { name: 'settings' } }],
  resources: { limits: { cpu: '1' } },
  volumeMounts: [{ name: 'settings', mountPath: '/settings' }],
  livenessProbe: { httpGet: { port: 80 } },
};
const spec = {
  containers: [container],
  volumes: [{ name: 'settings', configMap: { name: 'settings', items: [{ key: 'a', path: 'a' }] } }],
  tolerations: [{ key: 'a', operator: 'Exists' }],
  nodeSelector: { disk: 'ssd' },
};
const metadata = {
  name: 'web',
  labels,
  finalizers: ['example.com/mine'],
  ownerReferences: [{ apiVersion: 'v1', kind: 'Pod', name: 'a', uid: 'a' }],
};
const conditions = [{ type: 'Ready', status: 'True' }];
const selector = { matchLabels: labels, matchExpressions: [{ key: 'app', operator: 'In', values: ['web'] }] };

const objects: [path: string, object: JsonObject][] = [
  [inDefault('pods'), { metadata, spec, status: { conditions, containerStatuses: [{ name: 'main', state: {} }] } }],
  [
    '/apis/apps/v1/namespaces/default/deployments',
    { metadata, spec: { selector, template: { metadata: { labels }, spec }, strategy: { rollingUpdate: {} } } },
  ],
  [
    inDefault('services'),
    { metadata, spec: { type: 'NodePort', selector: labels, ports: [{ port: 80 }], externalIPs: ['192.0.2.1'] } },
  ],
  [inDefault('endpoints'), { metadata, subsets: [{ addresses: [{ ip: '192.0.2.1' }], ports: [{ port: 80 }] }] }],
  [
    '/api/v1/nodes',
    {
      metadata,
      spec: { taints: [{ key: 'a', effect: 'NoSchedule' }] },
      status: { conditions, capacity: { cpu: '1' } },
    },
  ],
];

type Path = readonly string[];
const pathsIn = (value: unknown, at: Path = []): Path[] =>
  typeof value === 'object' && value !== null
    ? Object.entries(value).flatMap(([key, field]) => [[...at, key], ...pathsIn(field, [...at, key])])
    : [];

function replaced(value: unknown, [key = '', ...rest]: Path, by: unknown): unknown {
  const child = isObject(value) || Array.isArray(value) ? Reflect.get(value, key) : undefined;
  const next = rest.length > 0 ? replaced(child, rest, by) : by;
  return Array.isArray(value)
    ? value.map((item, index) => (String(index) === key ? next : item))
    : { ...(isObject(value) ? value : {}), [key]: next };
}

const misfits = [undefined, null, '', -1, {}, [], [null], { '': null }];
const asTable = { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io' };

it.each(objects)('at %s no shape of an object makes the server fail', async (path, object) => {
  const failures: string[] = [];
  for (const at of pathsIn(object)) {
    for (const misfit of misfits) {
      const shape = structuredClone(replaced(object, at, misfit));
      const made = await api.request('POST', path, shape);
      const put = await api.request('PUT', `${path}/web`, shape);
      const listed = await api.request('GET', path, undefined, asTable);
      for (const { status } of [made, put, listed]) {
        if (status >= 500) failures.push(`${at.join('.')}: ${JSON.stringify(misfit)}`);
      }
    }
  }
  expect(failures).toEqual([]);
});

it('an object of no name is refused for that, whatever its kind', async () => {
  const spec = { schedule: '@hourly', jobTemplate: {} };
  const failures: string[] = [];
  for (const kind of builtInKinds) {
    for (const { group, version } of kind.representations) {
      const root = group ? `/apis/${group}` : '/api';
      const path = `${root}/${version}${kind.namespaced ? '/namespaces/default' : ''}/${kind.plural}`;
      for (const object of [{}, { metadata: {} }, { metadata: {}, spec }]) {
        const { code = 0, message } = await api.refused('POST', path, object);
        if (code >= 500) failures.push(`${path}: ${message}`);
      }
    }
  }
  expect(failures).toEqual([]);
});
