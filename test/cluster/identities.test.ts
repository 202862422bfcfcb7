/**
 * What the identities of a running cluster are good for: a node's certificate, its service proxy's, and a pod's token.
 */
import { execFileSync } from 'node:child_process';
import { createPublicKey, type JsonWebKey, verify } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { aRequestWithKey } from '../builders/certificate-request.ts';
import { withNewestKubectl } from '../obstacles.ts';
import { type KubectlResult, runKubectl } from './kubectl.ts';
import { eventually, useLab } from './lab.ts';
import { podManifest } from './pods.ts';

const inNode = (node: string, ...command: string[]): string =>
  execFileSync('docker', ['exec', node, ...command], { encoding: 'utf8' });
const decoded = (part = '') => JSON.parse(Buffer.from(part, 'base64url').toString());
const credentials = '/var/run/secrets/kubernetes.io/serviceaccount';

withNewestKubectl('who is who:', (binary) => {
  const lab = useLab('identities', binary);
  const folder = mkdtempSync(join(tmpdir(), 'identities-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  let own = '';
  let other = '';
  let server = '';
  beforeAll(async () => {
    const names = (await lab.kubectl('get nodes -o name')).replaceAll('node/', '').trim().split('\n');
    [own = '', other = ''] = names.filter((name) => name.includes('worker'));
    server = await lab.kubectl('config view --minify -o jsonpath={.clusters[0].cluster.server}');
    for (const file of ['ca.crt', 'node.crt', 'node.key', 'kube-proxy.crt', 'kube-proxy.key']) {
      writeFileSync(join(folder, file), inNode(own, 'cat', `/etc/skiff/${file}`), { mode: 0o600 });
    }
    await lab.kubectl('create secret generic wanted --from-literal=key=value');
    await lab.kubectl('create secret generic unrelated --from-literal=key=value');
    await lab.kubectl('create serviceaccount boss');
    const volumes = [{ name: 'wanted', secret: { secretName: 'wanted' } }];
    const idle = [{ image: 'client:1', command: ['sleep', 'infinity'] }];
    const run = (name: string, spec: object) =>
      lab.kubectl('apply -f -', { input: podManifest(name, { containers: idle, ...spec }) });
    await run('own', { nodeName: own, volumes });
    await run('theirs', { nodeName: other, serviceAccountName: 'boss' });
    await lab.ready('pod/own');
    await lab.ready('pod/theirs');
  });

  /** With one of the certificates that lie on the node, and nothing else. */
  const as = (certificate: string, args: readonly string[], input?: string): Promise<KubectlResult> =>
    runKubectl(
      binary.path,
      [
        `--server=${server}`,
        `--certificate-authority=${join(folder, 'ca.crt')}`,
        `--client-certificate=${join(folder, `${certificate}.crt`)}`,
        `--client-key=${join(folder, `${certificate}.key`)}`,
        `--namespace=${lab.namespace}`,
        ...args,
      ],
      { ...lab.env, KUBECONFIG: join(folder, 'none') },
      input === undefined ? {} : { input },
    );
  const words = (text: string) => text.replaceAll('OWN', own).replaceAll('OTHER', other).split(' ');

  test("a pod checks its own token by the issuer's keys, which it fetches with it", async () => {
    const fetched = async (path: string) => {
      const script = `curl -sS --cacert ${credentials}/ca.crt -H "Authorization: Bearer $(cat ${credentials}/token)" https://kubernetes.default.svc${path}`;
      return JSON.parse(await lab.kubectl(['exec', 'own', '--', 'sh', '-c', script]));
    };
    const token = await lab.kubectl(`exec own -- cat ${credentials}/token`);
    const [header, payload, signature = ''] = token.split('.');
    const configuration = await fetched('/.well-known/openid-configuration');
    expect(decoded(payload)).toMatchObject({
      iss: configuration.issuer,
      sub: `system:serviceaccount:${lab.namespace}:default`,
      'kubernetes.io': { pod: { name: 'own' } },
    });
    expect(new URL(configuration.jwks_uri).pathname).toBe('/openid/v1/jwks');
    const { keys }: { keys: JsonWebKey[] } = await fetched(new URL(configuration.jwks_uri).pathname);
    const key = keys.find(({ kid }) => kid === decoded(header).kid);
    const publicKey = createPublicKey({ key: key ?? {}, format: 'jwk' });
    const signed = Buffer.from(`${header}.${payload}`);
    const input = { key: publicKey, dsaEncoding: 'ieee-p1363' as const };
    expect(verify('sha256', signed, input, Buffer.from(signature, 'base64url'))).toBe(true);
  });

  test('the keys are for the administrator too, and for nobody without a name', async () => {
    expect(await lab.kubectl('get --raw /openid/v1/jwks')).toContain('"kid"');
    const url = 'https://kubernetes.default.svc/openid/v1/jwks';
    const script = `curl -sS -o /dev/null -w '%{http_code}' --cacert ${credentials}/ca.crt ${url}`;
    expect(await lab.kubectl(['exec', 'own', '--', 'sh', '-c', script])).toBe('403');
  });

  test('a certificate that somebody asked for is signed by the cluster, and good for what a role gives', async () => {
    const { request, key } = await aRequestWithKey({ commonName: 'jane', organizations: ['dev'] });
    const name = `jane-${lab.namespace}`;
    const signerName = 'kubernetes.io/kube-apiserver-client';
    const spec = { request, signerName, expirationSeconds: 3600, usages: ['client auth'] };
    const csr = { apiVersion: 'certificates.k8s.io/v1', kind: 'CertificateSigningRequest', metadata: { name }, spec };
    await lab.kubectl('apply -f -', { input: JSON.stringify(csr) });
    await lab.kubectl(`certificate approve ${name}`);
    const issued = () => lab.kubectl(`get csr ${name} -o jsonpath={.status.certificate}`);
    await eventually(async () => expect(await issued()).not.toBe(''));
    writeFileSync(join(folder, 'jane.crt'), Buffer.from(await issued(), 'base64'));
    writeFileSync(join(folder, 'jane.key'), key, { mode: 0o600 });
    expect(await as('jane', ['get', 'pods'])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('User "jane" cannot list resource "pods"'),
    });
    await lab.kubectl(`create rolebinding jane --clusterrole=view --group=dev`);
    expect(await as('jane', ['get', 'pods'])).toMatchObject({ code: 0 });
    await lab.kubectl(`delete csr ${name}`);
  });

  describe('the certificate of a node', () => {
    test.each([
      'get node OWN',
      'get pods -A --field-selector spec.nodeName=OWN',
      'get pod own',
      'get secret wanted',
      'get services -A',
      'get lease OWN -n kube-node-lease',
      'annotate node OWN seen=yes --overwrite',
      'label node OWN example.com/seen=yes --overwrite',
    ])('may: %s', async (command) => {
      expect(await as('node', words(command))).toMatchObject({ code: 0 });
    });

    test.each([
      ['get nodes', 'cannot read all nodes, only its own Node object'],
      ['get node OTHER', "cannot read 'OTHER', only its own Node object"],
      ['get pods -A', 'can only list/watch pods with spec.nodeName field selector'],
      [
        'get pods -A --field-selector spec.nodeName=OTHER',
        'can only list/watch pods with spec.nodeName field selector',
      ],
      ['get pod theirs', 'no relationship found'],
      ['get secret unrelated', 'no relationship found'],
      ['get secrets', 'No Object name found'],
      ['get secrets -A', 'can only read namespaced object of this type'],
      ['get configmaps -A', 'can only read namespaced object of this type'],
      ['get endpointslices -A', 'cannot list resource "endpointslices"'],
      ['get lease OTHER -n kube-node-lease', 'can only access node lease with the same name'],
      ['get leases -n kube-node-lease', 'can only get, create, update, patch, or delete a node lease'],
      ['get serviceaccount boss', 'can only create tokens for individual service accounts'],
      ['create token boss', 'no relationship found'],
      ['create token default', 'not bound to a pod'],
      ['label node OWN node-role.kubernetes.io/control-plane=', 'is not allowed to modify labels'],
      ['label node OWN node-restriction.kubernetes.io/trusted=yes', 'is not allowed to modify labels'],
      ['label node OWN kubernetes.io/trusted=yes', 'is not allowed to modify labels'],
      ['label node OTHER example.com/seen=yes', "cannot read 'OTHER'"],
      ['taint node OWN dedicated=me:NoSchedule', 'is not allowed to modify taints'],
      ['delete node OWN', 'cannot delete resource "nodes"'],
      ['delete node OTHER', 'cannot delete resource "nodes"'],
      ['delete pod theirs --wait=false', 'can only delete pods with spec.nodeName set to itself'],
      ['patch pod own -p {"metadata":{"labels":{"a":"b"}}}', 'cannot patch resource "pods"'],
      ['patch service kubernetes -n default -p {"metadata":{"labels":{"a":"b"}}}', 'cannot patch resource "services"'],
      ['exec own -- id', 'cannot create resource "pods/exec"'],
      ['logs own', 'cannot get resource "pods/log"'],
      ['get --raw /api/v1/nodes/OWN/proxy/pods', 'cannot get resource "nodes/proxy"'],
      ['get --raw /metrics', 'cannot get path "/metrics"'],
      ['create deployment x --image=web:1.0', 'cannot create resource "deployments"'],
      ['create namespace mine', 'cannot create resource "namespaces"'],
      ['get pods -A --as=kubernetes-admin --as-group=system:masters', 'cannot impersonate resource'],
    ])('may not: %s', async (command, reason) => {
      const { code, stderr } = await as('node', words(command));
      expect([code, stderr]).toEqual([1, expect.stringContaining(words(reason).join(' '))]);
    });

    test.each([
      ['a pod of its own', {}, 'can only create mirror pods'],
      ['a pod for another node', { nodeName: 'other' }, 'can only create mirror pods'],
      ['a privileged one', { hostPID: true }, 'can only create mirror pods'],
    ])('does not make %s', async (_, spec, reason) => {
      const pod = podManifest('intruder', { nodeName: own, containers: [{ image: 'web:1.0' }], ...spec });
      const { code, stderr } = await as('node', ['create', '-f', '-'], pod);
      expect([code, stderr]).toEqual([1, expect.stringContaining(reason)]);
    });

    test.each<[string, string, { metadata?: object; status?: object }, string]>([
      [
        'labels of a pod of its own',
        'pod/own',
        { metadata: { labels: { a: 'b' } } },
        'cannot update labels through pod status',
      ],
      [
        'the status of a pod of another node',
        'pod/theirs',
        { status: { message: 'x' } },
        'can only update pod status for pods with spec.nodeName set to itself',
      ],
      ['the status of another node', 'node/OTHER', { status: { phase: 'Running' } }, 'is not allowed to modify node'],
    ])('does not write %s', async (_, what, change, reason) => {
      const present = JSON.parse(await lab.kubectl(['get', ...words(what), '-o', 'json']));
      const written = JSON.stringify({
        ...present,
        metadata: { ...present.metadata, ...change.metadata },
        status: { ...present.status, ...change.status },
      });
      const { code, stderr } = await as('node', ['replace', '--subresource=status', '-f', '-'], written);
      expect([code, stderr]).toEqual([1, expect.stringContaining(reason)]);
    });

    test('evicts no pod of another node', async () => {
      const eviction = { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name: 'theirs' } };
      const path = `/api/v1/namespaces/${lab.namespace}/pods/theirs/eviction`;
      const { code, stderr } = await as('node', ['create', '--raw', path, '-f', '-'], JSON.stringify(eviction));
      expect([code, stderr]).toEqual([
        1,
        expect.stringContaining('can only evict pods with spec.nodeName set to itself'),
      ]);
    });

    test('makes a token for a pod of its own, and for no other', async () => {
      const bound = async (account: string, pod: string) => {
        const uid = await lab.kubectl(`get pod ${pod} -o jsonpath={.metadata.uid}`);
        const options = ['--bound-object-kind=Pod', `--bound-object-name=${pod}`, `--bound-object-uid=${uid}`];
        return as('node', ['create', 'token', account, ...options]);
      };
      expect(await bound('default', 'own')).toMatchObject({ code: 0, stderr: '' });
      expect(await bound('boss', 'theirs')).toMatchObject({ code: 1 });
      expect(await bound('default', 'theirs')).toMatchObject({ code: 1 });
    });
  });

  describe("the certificate of a node's service proxy", () => {
    // It enforces network policies, whose peers may be any pods.
    const what = ['nodes', 'services -A', 'endpointslices -A', 'networkpolicies -A', 'pods -A', 'namespaces'];
    test.each(what.map((each) => `get ${each}`))('may: %s', async (command) => {
      expect(await as('kube-proxy', words(command))).toMatchObject({ code: 0 });
    });

    test.each([
      'logs own',
      'get secret wanted',
      'get configmaps',
      'label node OWN example.com/seen=yes --overwrite',
      'create token default',
      'delete pod own --wait=false',
      'get lease OWN -n kube-node-lease',
    ])('may not: %s', async (command) => {
      const { code, stderr } = await as('kube-proxy', words(command));
      expect([code, stderr]).toEqual([1, expect.stringContaining('User "system:kube-proxy" cannot')]);
    });
  });
});
