/** Another API server behind a service, as people meet it: over the wire, with every kubectl, and with controllers. */
import { once } from 'node:events';
import { connect as connectHttp2 } from 'node:http2';
import { request as httpsRequest, type RequestOptions } from 'node:https';
import type { Duplex } from 'node:stream';
import { text } from 'node:stream/consumers';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { AnyObject } from '../../agent/api/types.ts';
import { createAuthority } from '../../main/cluster/pki.ts';
import { type ExtensionServer, flunderVersion, startExtensionServer } from '../fakes/extension-server.ts';
import { withKubectls } from '../obstacles.ts';
import { type ControlPlane, startControlPlane } from './control-plane.ts';
import { typedKubectl } from './typed-kubectl.ts';

let plane: ControlPlane;
let extension: ExtensionServer;
const registration = 'apiservice/v1alpha1.wardle.example.com';
const inNamespace = (name: string): string => `/apis/${flunderVersion}/namespaces/${name}/flunders`;

beforeAll(async () => {
  const authority = await createAuthority('front-proxy-ca');
  const { certificate, key } = await authority.issue({ commonName: 'front-proxy-client', usages: ['client'] });
  extension = await startExtensionServer({ frontProxyCA: authority.certificate });
  plane = await startControlPlane({
    server: {
      reach: () => ({ host: '127.0.0.1', port: extension.port }),
      clientCA: 'the authority of clients',
      frontProxy: { ca: authority.certificate, certificate, key },
    },
  });
});
afterAll(async () => {
  await plane.close();
  await extension.close();
});
afterEach(() => {
  extension.misbehave = () => undefined;
});

const manifest = () => `
apiVersion: v1
kind: Namespace
metadata: {name: wardle}
---
apiVersion: v1
kind: Service
metadata: {name: api, namespace: wardle}
spec: {ports: [{port: 443, targetPort: 6443}]}
---
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: {name: api-1, namespace: wardle, labels: {kubernetes.io/service-name: api}}
addressType: IPv4
ports: [{name: "", port: 6443}]
endpoints: [{addresses: [10.244.1.7], conditions: {ready: true}}]
---
apiVersion: apiregistration.k8s.io/v1
kind: APIService
metadata: {name: v1alpha1.wardle.example.com}
spec:
  group: wardle.example.com
  version: v1alpha1
  service: {namespace: wardle, name: api}
  caBundle: ${extension.caBundle}
  groupPriorityMinimum: 2000
  versionPriority: 200
`;
const flunder = (name: string, rest = '') => `
apiVersion: ${flunderVersion}
kind: Flunder
metadata: {name: ${name}${rest}}
spec: {reference: b}
`;
/** Who may read how this server is known, and ask who a token is and what somebody may do. */
const delegation = `
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: wardle-auth-reader, namespace: kube-system}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: extension-apiserver-authentication-reader}
subjects: [{kind: ServiceAccount, name: api, namespace: wardle}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: wardle-auth-delegator}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: system:auth-delegator}
subjects: [{kind: ServiceAccount, name: api, namespace: wardle}]
`;
const question = `
apiVersion: authorization.k8s.io/v1
kind: SubjectAccessReview
spec: {user: eve, resourceAttributes: {group: wardle.example.com, resource: flunders, verb: list}}
`;

withKubectls('an aggregated API', ({ path }) => {
  const { run, kubectl, get } = typedKubectl(path, () => plane.api.kubeconfig);
  const objects = () => [...extension.objects.keys()];
  /** Old ones fail where nothing is left to wait for. */
  const gone = async (what: string) => {
    const { code, stderr } = await run(`wait --for=delete ${what} --timeout=30s`);
    if (code !== 0) expect(stderr).toBe('error: no matching resources found\n');
    expect(objects()).toEqual([]);
  };

  it('is available, named by discovery, explained, and answers every verb', async () => {
    await kubectl('apply -f -', manifest());
    await kubectl(`wait --for=condition=Available ${registration} --timeout=30s`);
    expect(await kubectl(`get ${registration}`)).toMatch(
      /NAME\s+SERVICE\s+AVAILABLE\s+AGE\nv1alpha1\.wardle\.example\.com\s+wardle\/api\s+True\s/,
    );
    expect(await kubectl('api-versions')).toContain(`${flunderVersion}\n`);
    expect(await kubectl('api-resources --api-group=wardle.example.com')).toMatch(/flunders\s+fl\s.*Flunder/);
    await kubectl('create -f -', flunder('a'));
    expect(await kubectl('get fl -o name')).toBe('flunder.wardle.example.com/a\n');
    expect(await kubectl('get flunders')).toMatch(/NAME\s+AGE\na\s/);
    expect(await get('flunder a', '.spec.reference')).toBe('b');
    expect(await kubectl('explain flunder.spec')).toContain('Whom the flunder refers to.');
    const waiting = gone('flunder/a');
    await kubectl('delete flunder a');
    await waiting;
  });

  it('loses what belongs to an object that is deleted', async () => {
    await kubectl('create configmap owner');
    const uid = await get('configmap owner', '.metadata.uid');
    const owners = `, ownerReferences: [{apiVersion: v1, kind: ConfigMap, name: owner, uid: ${uid}}]`;
    await kubectl('create -f -', flunder('owned', owners));
    await kubectl('delete configmap owner');
    await gone('flunder/owned');
  });

  it('loses what is in a namespace that goes, and keeps the namespace while nobody can look', async () => {
    await kubectl('create namespace going');
    await kubectl('create -n going -f -', flunder('inside'));
    extension.misbehave = (request) => {
      request.socket.destroy();
      return true;
    };
    await kubectl(`annotate ${registration} changed=yes --overwrite`);
    await kubectl(`wait --for=condition=Available=false ${registration} --timeout=30s`);
    const refused = await run('get flunders -n going');
    expect([refused.code, refused.stderr]).toEqual([1, expect.stringMatching(/server|resource type/)]);
    await kubectl('delete namespace going --wait=false');
    await kubectl('wait --for=condition=NamespaceDeletionDiscoveryFailure namespace/going --timeout=30s');
    const { conditions } = (
      (await plane.api.transport.request({ method: 'GET', path: '/api/v1/namespaces/going' })).body as AnyObject
    ).status as { conditions: { type: string; reason: string; message: string }[] };
    expect(conditions.find(({ type }) => type === 'NamespaceDeletionDiscoveryFailure')).toMatchObject({
      reason: 'DiscoveryFailed',
      message:
        'Discovery failed for some groups, 1 failing: unable to retrieve the complete list of server APIs: ' +
        'wardle.example.com/v1alpha1: stale GroupVersion discovery: wardle.example.com/v1alpha1',
    });
    extension.misbehave = () => undefined;
    await kubectl(`annotate ${registration} changed=again --overwrite`);
    await gone('namespace/going');
  });

  it('can find out from the cluster who asks and who may', async () => {
    await kubectl('apply -f -', delegation);
    const as = '--as=system:serviceaccount:wardle:api';
    expect(
      await kubectl(`${as} get configmap extension-apiserver-authentication -n kube-system -o jsonpath={.data}`),
    ).toContain('requestheader-client-ca-file');
    expect(await kubectl(`${as} create -f - -o jsonpath={.status.allowed}`, question)).toBe('false');
  });

  it('is gone with its registration', async () => {
    await kubectl(`delete ${registration}`);
    // It asks anew what there is, and remembers it.
    expect(await kubectl('api-versions')).not.toContain(flunderVersion);
    expect((await run('get flunders')).stderr).toContain(`the server doesn't have a resource type "flunders"`);
    await kubectl('delete namespace wardle');
  });
});

describe('over the wire', () => {
  beforeAll(async () => {
    await plane.apply(manifest());
    await plane.kubectl('wait', '--for=condition=Available', registration, '--timeout=30s');
  });

  const options = (path: string, rest: RequestOptions = {}): [URL, RequestOptions] => [
    new URL(path, plane.api.url),
    { ca: plane.api.ca, cert: plane.api.admin.certificate, key: plane.api.admin.key, ...rest },
  ];
  const ask = async (path: string, rest: RequestOptions = {}) => {
    const request = httpsRequest(...options(path, rest));
    request.end();
    const [response] = await once(request, 'response');
    return { status: response.statusCode, headers: response.headers, body: await text(response) };
  };
  const flunders = inNamespace('default');

  it('a watch brings events as they come', async () => {
    const request = httpsRequest(...options(`${flunders}?watch=true`));
    request.end();
    const [response] = await once(request, 'response');
    const create = httpsRequest(
      ...options(flunders, { method: 'POST', headers: { 'content-type': 'application/json' } }),
    );
    create.end(JSON.stringify({ metadata: { name: 'streamed' } }));
    const [chunk] = await once(response, 'data');
    expect(JSON.parse(String(chunk))).toMatchObject({ type: 'ADDED', object: { metadata: { name: 'streamed' } } });
    request.destroy();
    extension.objects.clear();
  });

  it('HTTP/2 works as well, and the client’s own credentials and names go no further', async () => {
    const session = connectHttp2(plane.api.url, {
      ca: plane.api.ca,
      cert: plane.api.admin.certificate,
      key: plane.api.admin.key,
    });
    const stream = session.request({ ':path': flunders, 'x-remote-user': 'root', authorization: 'Basic x' });
    expect(JSON.parse(await text(stream))).toMatchObject({ kind: 'FlunderList', items: [] });
    session.close();
    const { headers, certificate } = extension.seen.at(-1) ?? {};
    expect([headers?.['x-remote-user'], headers?.authorization, certificate]).toEqual([
      'kubernetes-admin',
      undefined,
      'front-proxy-client',
    ]);
    expect(headers?.['x-remote-group']).toContain('system:masters');
  });

  it('an upgrade joins both ends', async () => {
    const headers = { connection: 'Upgrade', upgrade: 'echo' };
    const request = httpsRequest(...options(`${flunders}/a/echo`, { headers }));
    request.end();
    const [response, socket, head] = (await once(request, 'upgrade')) as [{ statusCode: number }, Duplex, Buffer];
    const greeting = head.length > 0 ? head : (await once(socket, 'data'))[0];
    expect([response.statusCode, String(greeting)]).toEqual([101, 'hello ']);
    socket.write('world');
    expect(String((await once(socket, 'data'))[0])).toBe('world');
    socket.destroy();
  });

  it('a redirect is not followed, nor passed on', async () => {
    extension.misbehave = (_request, response) => {
      response.writeHead(302, { location: 'https://169.254.169.254/' });
      response.end();
      return true;
    };
    const { status, body, headers } = await ask(flunders);
    expect([status, body, headers.location]).toEqual([
      502,
      'the backend attempted to redirect this request, which is not permitted\n',
      undefined,
    ]);
  });

  it('a server that breaks off breaks the answer off', async () => {
    extension.misbehave = (request, response) => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': 1000 });
      response.write('{"kind":');
      setImmediate(() => request.socket.destroy());
      return true;
    };
    await expect(ask(flunders)).rejects.toThrow(/aborted|terminated|hang up/);
  });

  it('the other server is left alone when the client leaves', async () => {
    const left = Promise.withResolvers<void>();
    const reached = Promise.withResolvers<void>();
    extension.misbehave = (request) => {
      request.socket.once('close', () => left.resolve());
      reached.resolve();
      return true;
    };
    const request = httpsRequest(...options(flunders));
    request.on('error', () => {});
    request.end();
    await reached.promise;
    request.destroy();
    await left.promise;
  });

  it('an endless answer passes through without waiting here', async () => {
    const before = process.memoryUsage().arrayBuffers;
    const chunk = Buffer.alloc(1 << 20, ' ');
    const sent = { bytes: 0 };
    extension.misbehave = (_request, response) => {
      response.writeHead(200, { 'content-type': 'text/plain' });
      const pour = () => {
        while (!response.destroyed && response.write(chunk)) sent.bytes += chunk.length;
        if (!response.destroyed) response.once('drain', pour);
      };
      pour();
      return true;
    };
    const request = httpsRequest(...options(flunders));
    request.end();
    const [response] = await once(request, 'response');
    // Nobody reads: what is on its way stays small.
    await once(response, 'readable');
    await plane.api.transport.request({ method: 'GET', path: '/readyz' });
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(32 << 20);
    expect(sent.bytes).toBeLessThan(32 << 20);
    request.destroy();
  });

  it('an unavailable server is told in upstream’s words', async () => {
    extension.misbehave = (request) => {
      request.socket.destroy();
      return true;
    };
    const { status, body } = await ask(flunders);
    expect([status, body]).toEqual([503, 'EOF\n']);
    await plane.kubectl('annotate', registration, 'changed=last', '--overwrite');
    await plane.kubectl('wait', '--for=condition=Available=false', registration, '--timeout=30s');
    expect(await ask(flunders)).toMatchObject({ status: 503, body: 'service unavailable\n' });
  });
});
