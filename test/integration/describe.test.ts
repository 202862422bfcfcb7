/** What the window describes is what kubectl describes, byte for byte but for ages. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { AnyObject, Event, ObjectList } from '../../agent/api/types.ts';
import { describeConfigMap, describeSecret } from '../../renderer/resources/describe/config.ts';
import { describeNamespace } from '../../renderer/resources/describe/namespace.ts';
import { describeService } from '../../renderer/resources/describe/service.ts';
import { describeDeployment, describePod, describeReplicaSet } from '../../renderer/resources/describe/workloads.ts';
import { kubectls } from '../obstacles.ts';
import { unless } from '../unless.ts';
import { startTestApiServer, type TestApiServer } from './harness.ts';

const run = promisify(execFile);
/** The wording is that of one minor release. */
const kubectl = kubectls.find(({ version }) => version.startsWith('v1.33.'))?.path;
const obstacle = kubectl ? undefined : 'no kubectl v1.33 was found to compare with';

const template = {
  metadata: { labels: { app: 'web' }, annotations: { note: 'a\nb' } },
  spec: {
    initContainers: [{ name: 'migrate', image: 'migrate:1', command: ['migrate', 'up'] }],
    containers: [
      {
        name: 'web',
        image: 'web:1.0',
        args: ['--port', '80'],
        ports: [{ containerPort: 80 }, { containerPort: 9090, protocol: 'UDP' }],
        envFrom: [{ configMapRef: { name: 'settings' } }, { secretRef: { name: 'login' }, prefix: 'DB_' }],
        env: [
          { name: 'PLAIN', value: 'one\ntwo' },
          { name: 'NAME', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
          { name: 'KEY', valueFrom: { configMapKeyRef: { name: 'settings', key: 'level' } } },
          { name: 'PASSWORD', valueFrom: { secretKeyRef: { name: 'login', key: 'password', optional: true } } },
        ],
        resources: { requests: { cpu: '100m', memory: '64Mi' }, limits: { memory: '128Mi' } },
        livenessProbe: { httpGet: { path: '/healthz', port: 80 }, periodSeconds: 5 },
        readinessProbe: { exec: { command: ['cat', '/ready'] } },
        startupProbe: { tcpSocket: { port: 80 } },
        volumeMounts: [
          { name: 'settings', mountPath: '/etc/web', readOnly: true },
          { name: 'scratch', mountPath: '/tmp', subPath: 'web' },
        ],
      },
    ],
    volumes: [
      { name: 'settings', configMap: { name: 'settings' } },
      { name: 'login', secret: { secretName: 'login' } },
      { name: 'scratch', emptyDir: {} },
      { name: 'host', hostPath: { path: '/var/log' } },
    ],
    nodeSelector: { disk: 'ssd' },
    tolerations: [
      { key: 'dedicated', operator: 'Exists' },
      { operator: 'Exists', effect: 'NoExecute' },
    ],
  },
};
const selector = { matchLabels: { app: 'web' } };

const manifests: [string, object][] = [
  ['/api/v1/namespaces/default/serviceaccounts', { kind: 'ServiceAccount', metadata: { name: 'default' } }],
  [
    '/api/v1/namespaces/default/configmaps',
    // One key: kubectl shows several in an order that is new each time.
    { kind: 'ConfigMap', metadata: { name: 'settings' }, data: { 'app.conf': 'a=1\nb=2\n' } },
  ],
  [
    '/api/v1/namespaces/default/secrets',
    {
      kind: 'Secret',
      metadata: { name: 'login', annotations: { long: 'x'.repeat(200) } },
      stringData: { password: 'pass' },
    },
  ],
  [
    '/api/v1/namespaces/default/pods',
    { kind: 'Pod', metadata: { name: 'web', labels: { app: 'web' } }, spec: template.spec },
  ],
  [
    '/api/v1/namespaces/default/services',
    {
      kind: 'Service',
      metadata: { name: 'web' },
      spec: { type: 'NodePort', selector: { app: 'web' }, ports: [{ port: 80 }] },
    },
  ],
];
const limits = { type: 'Container', min: { cpu: '50m' }, max: { cpu: '2' }, default: { cpu: '500m' } };
const ofNamespaces: [string, object][] = [
  ['/api/v1/namespaces', { kind: 'Namespace', metadata: { name: 'limited' } }],
  [
    '/api/v1/namespaces/limited/limitranges',
    { kind: 'LimitRange', metadata: { name: 'limits' }, spec: { limits: [limits] } },
  ],
  [
    '/api/v1/namespaces/limited/resourcequotas',
    { kind: 'ResourceQuota', metadata: { name: 'all' }, spec: { hard: { pods: '5', 'limits.cpu': '2' } } },
  ],
  [
    '/api/v1/namespaces/limited/resourcequotas',
    {
      kind: 'ResourceQuota',
      metadata: { name: 'best' },
      spec: { hard: { pods: '3' }, scopes: ['NotTerminating', 'BestEffort'] },
    },
  ],
];
const sets: [string, object][] = ['Deployment', 'ReplicaSet'].map((kind) => [
  `/apis/apps/v1/namespaces/default/${kind.toLowerCase()}s`,
  { apiVersion: 'apps/v1', kind, metadata: { name: 'web' }, spec: { replicas: 2, selector, template } },
]);

const withoutAges = (text: string): string => text.trimEnd().replace(/\b\d+[smhd]\b/g, 'AGE');

unless(obstacle).describe('a description', () => {
  let api: TestApiServer;
  beforeAll(async () => {
    api = await startTestApiServer();
    for (const [path, manifest] of [...manifests, ...ofNamespaces, ...sets]) {
      const { status, body } = await api.transport.request({
        method: 'POST',
        path,
        body: { apiVersion: 'v1', ...manifest },
      });
      expect([path, status, status < 300 ? '' : body]).toEqual([path, 201, '']);
    }
    await api.transport.request({
      method: 'PATCH',
      path: '/api/v1/namespaces/limited/resourcequotas/all/status',
      headers: { 'content-type': 'application/merge-patch+json' },
      body: { status: { hard: { pods: '5', 'limits.cpu': '2' }, used: { pods: '1' } } },
    });
  });
  afterAll(() => api.close());

  const get = async <T>(path: string): Promise<T> => (await api.transport.request({ method: 'GET', path })).body as T;
  const kubectlSays = async (...args: string[]) =>
    (await run(kubectl ?? '', ['--kubeconfig', api.kubeconfig, 'describe', ...args])).stdout;

  test.each([
    ['pod', '/api/v1/namespaces/default/pods/web', describePod],
    ['deployment', '/apis/apps/v1/namespaces/default/deployments/web', describeDeployment],
    ['replicaset', '/apis/apps/v1/namespaces/default/replicasets/web', describeReplicaSet],
    ['service', '/api/v1/namespaces/default/services/web', describeService],
    ['configmap', '/api/v1/namespaces/default/configmaps/settings', describeConfigMap],
    ['secret', '/api/v1/namespaces/default/secrets/login', describeSecret],
    ['namespace', '/api/v1/namespaces/default', describeNamespace],
    ['namespace', '/api/v1/namespaces/limited', describeNamespace],
  ])('of a %s says what kubectl says', async (kind, path, text) => {
    const object = await get<AnyObject>(path);
    const events = await get<ObjectList<Event & AnyObject>>(
      `/api/v1/events?fieldSelector=involvedObject.uid%3D${object.metadata.uid}`,
    );
    const write = text as (object: AnyObject, scene: Parameters<typeof describePod>[1]) => string;
    const related: Record<string, AnyObject[]> = {};
    for (const plural of ['resourcequotas', 'limitranges']) {
      related[plural] = (await get<ObjectList>(`/api/v1/${plural}`)).items;
    }
    const ours = write(object, { related, events: events.items, now: Date.now() });
    expect(withoutAges(ours)).toBe(withoutAges(await kubectlSays(kind, object.metadata.name)));
  });
});
