/** Webhooks of admission and of conversion, as people meet them, with every kubectl of this machine. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { AnyObject } from '../../agent/api/types.ts';
import {
  type Asked,
  allowed,
  patching,
  startWebhookServer,
  verdict,
  type WebhookServer,
} from '../fakes/webhook-server.ts';
import { withKubectls } from '../obstacles.ts';
import { startTestApiServer, type TestApiServer } from './harness.ts';
import { typedKubectl } from './typed-kubectl.ts';

let api: TestApiServer;
let server: WebhookServer;

/** Refuses what is forbidden, warns of what is old. */
function judge(asked: Asked): object {
  const { object } = asked.review.request;
  const data = (object?.data ?? {}) as Record<string, string>;
  if (data.forbidden)
    return verdict(asked, { allowed: false, status: { code: 403, reason: 'Forbidden', message: 'not that' } });
  return verdict(asked, { allowed: true, ...(data.old ? { warnings: ['old data'] } : {}) });
}

/** `hostPort` in v1 is `host` and `port` in v2. */
function convert(asked: Asked): object {
  const { uid, desiredAPIVersion, objects } = asked.review.request as object as {
    uid: string;
    desiredAPIVersion: string;
    objects: AnyObject[];
  };
  const converted = objects.map(({ apiVersion: _before, hostPort, host, port, ...rest }) => {
    const [name, number] = String(hostPort).split(':');
    const own = desiredAPIVersion.endsWith('/v1') ? { hostPort: `${host}:${port}` } : { host: name, port: number };
    return { apiVersion: desiredAPIVersion, ...rest, ...own };
  });
  const response = { uid, result: { status: 'Success' }, convertedObjects: converted };
  return { apiVersion: 'apiextensions.k8s.io/v1', kind: 'ConversionReview', response };
}

const answers: Record<string, (asked: Asked) => object> = {
  '/judge': judge,
  '/label': (asked) => patching(asked, [{ op: 'add', path: '/metadata/labels', value: { team: 'a' } }]),
  '/refuse': (asked) => verdict(asked, { allowed: false, status: { message: 'keep it' } }),
  '/convert': convert,
};

beforeAll(async () => {
  api = await startTestApiServer();
  server = await startWebhookServer((asked) => (answers[asked.path.replace(/\?.*/, '')] ?? allowed)(asked));
});
afterAll(async () => {
  await api.close();
  await server.close();
});

const at = (path: string) => `{url: "${server.url(path)}", caBundle: ${server.caBundle}}`;
const configuration = (type: string, name: string, path: string, operations: string) => `
apiVersion: admissionregistration.k8s.io/v1
kind: ${type}WebhookConfiguration
metadata: {name: ${name}}
webhooks:
- name: ${name}.example.com
  admissionReviewVersions: [v1]
  sideEffects: None
  clientConfig: ${at(path)}
  rules:
  - {apiGroups: [""], apiVersions: [v1], resources: [configmaps], operations: [${operations}]}
`;

const definition = (group: string) => `
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: sites.${group}}
spec:
  group: ${group}
  scope: Namespaced
  names: {plural: sites, singular: site, kind: Site}
  conversion:
    strategy: Webhook
    webhook: {conversionReviewVersions: [v1], clientConfig: ${at('/convert')}}
  versions:
  - name: v1
    served: true
    storage: true
    schema: {openAPIV3Schema: {type: object, properties: {hostPort: {type: string}}}}
  - name: v2
    served: true
    storage: false
    schema: {openAPIV3Schema: {type: object, properties: {host: {type: string}, port: {type: string}}}}
    additionalPrinterColumns:
    - {name: Port, type: string, jsonPath: .port}
`;

withKubectls('webhooks', ({ path, version }) => {
  const suffix = version.replace(/[^a-z0-9]/gi, '-').toLowerCase();
  const { run, kubectl } = typedKubectl(path, () => api.kubeconfig);
  const map = (name: string, data: string) => `
apiVersion: v1
kind: ConfigMap
metadata: {name: ${name}}
data: {${data}}
`;

  it('refuse, warn and change, and are gone with their configurations', async () => {
    await kubectl('apply -f -', configuration('Validating', `judge-${suffix}`, '/judge', 'CREATE, UPDATE'));
    await kubectl('apply -f -', configuration('Mutating', `label-${suffix}`, '/label', 'CREATE'));
    const name = `map-${suffix}`;
    const denied = await run(`create configmap ${name} --from-literal=forbidden=yes`);
    expect([denied.code, denied.stderr]).toEqual([
      1,
      expect.stringContaining(`admission webhook "judge-${suffix}.example.com" denied the request: not that`),
    ]);
    expect((await run('apply --dry-run=server -f -', map(name, 'forbidden: "yes"'))).stderr).toContain('not that');
    expect((await run('apply -f -', map(name, 'old: "yes"'))).stderr).toContain('Warning: old data');
    expect(await kubectl(`get configmap ${name} -o jsonpath={.metadata.labels.team}`)).toBe('a');
    expect(await kubectl('diff -f -', map(name, 'old: "yes"'))).toBe('');
    await kubectl(`delete validatingwebhookconfiguration judge-${suffix}`);
    await kubectl(`delete mutatingwebhookconfiguration label-${suffix}`);
    await kubectl('apply -f -', map(name, 'forbidden: "yes"'));
  });

  it('keep an object from being deleted', async () => {
    const name = `kept-${suffix}`;
    await kubectl(`create configmap ${name}`);
    await kubectl('apply -f -', configuration('Validating', `keep-${suffix}`, '/refuse', 'DELETE'));
    expect((await run(`delete configmap ${name}`)).stderr).toContain('denied the request: keep it');
    await kubectl(`delete validatingwebhookconfiguration keep-${suffix}`);
    await kubectl(`delete configmap ${name}`);
  });

  it('convert a custom resource between its versions', async () => {
    const group = `${suffix}.example.com`;
    await kubectl('apply -f -', definition(group));
    await kubectl(`wait --for=condition=Established crd/sites.${group}`);
    const site = (which: string, content: string) =>
      `apiVersion: ${group}/${which}\nkind: Site\nmetadata: {name: a}\n${content}\n`;
    await kubectl('apply -f -', site('v1', 'hostPort: "localhost:80"'));
    expect(await kubectl(`get sites.v2.${group} a -o jsonpath={.host}-{.port}`)).toBe('localhost-80');
    expect(await kubectl(`get sites.v2.${group}`)).toMatch(/NAME\s+PORT\na\s+80\n/);
    await kubectl('apply -f -', site('v2', 'host: localhost\nport: "443"'));
    expect(await kubectl(`get sites.v1.${group} a -o jsonpath={.hostPort}`)).toBe('localhost:443');
    await kubectl(`delete crd sites.${group}`);
  });
});
