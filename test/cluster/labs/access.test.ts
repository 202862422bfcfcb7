import { randomUUID } from 'node:crypto';
import { request } from 'node:http';
import { beforeAll, expect, test } from 'vitest';
import { withKubectls } from '../../obstacles.ts';
import { eventually, useLab } from '../lab.ts';
import { podManifest } from '../pods.ts';

const credentials = '/var/run/secrets/kubernetes.io/serviceaccount';

withKubectls('lab access', (binary) => {
  const lab = useLab('access', binary);
  /** The lab is written for the namespace `default`, which all kubectls would share. */
  const manifest = () => lab.manifest('access.yaml').replaceAll('namespace: default', `namespace: ${lab.namespace}`);
  const user = `system:serviceaccount:${lab.namespace}:reader`;

  beforeAll(async () => {
    await lab.kubectl('apply -f -', { input: manifest() });
    const containers = [{ image: 'client:1', command: ['sleep', 'infinity'] }];
    await lab.kubectl('apply -f -', { input: podManifest('with-role', { containers, serviceAccountName: 'reader' }) });
    await lab.kubectl('apply -f -', { input: podManifest('without-role', { containers }) });
    await lab.ready('pod/with-role');
    await lab.ready('pod/without-role');
  });

  /** What the API answers to a pod that shows its mounted token. */
  const asked = async (pod: string, path: string, ...options: string[]) => {
    const curl = [`curl -sS ${options.join(' ')}`, `--cacert ${credentials}/ca.crt`];
    const header = `-H "Authorization: Bearer $(cat ${credentials}/token)"`;
    const script = [...curl, header, `https://kubernetes.default.svc${path}`].join(' ');
    return JSON.parse(await lab.kubectl(['exec', pod, '--', 'sh', '-c', script]));
  };
  const within = (what: string, namespace = lab.namespace) => `/api/v1/namespaces/${namespace}/${what}`;

  test('the mounted token can do what the Role says', async () => {
    const list = await asked('with-role', within('pods'));
    expect(list.items.map(({ metadata }: { metadata: { name: string } }) => metadata.name).sort()).toEqual([
      'with-role',
      'without-role',
    ]);
    expect(await asked('with-role', within('pods/without-role'))).toMatchObject({ kind: 'Pod' });
  });

  test.each([
    ['secrets', within('secrets'), 'secrets', 'list', lab.namespace],
    ['pods of another namespace', within('pods', 'kube-system'), 'pods', 'list', 'kube-system'],
  ])('and no more: %s', async (_, path, resource, verb, namespace) => {
    expect(await asked('with-role', path)).toMatchObject({
      code: 403,
      reason: 'Forbidden',
      message: `${resource} is forbidden: User "${user}" cannot ${verb} resource "${resource}" in API group "" in the namespace "${namespace}"`,
    });
  });

  test('it may not write', async () => {
    expect(await asked('with-role', within('pods/without-role'), '-X DELETE')).toMatchObject({
      code: 403,
      message: `pods "without-role" is forbidden: User "${user}" cannot delete resource "pods" in API group "" in the namespace "${lab.namespace}"`,
    });
  });

  test('a pod without a role is refused', async () => {
    expect(await asked('without-role', within('pods'))).toMatchObject({
      code: 403,
      message: expect.stringContaining(`User "system:serviceaccount:${lab.namespace}:default" cannot list`),
    });
  });

  test('auth can-i says so, before and after the binding goes', async () => {
    const may = async (line: string) => (await lab.run(`auth can-i ${line} --as=${user}`)).stdout.trim();
    expect(await may('list pods')).toBe('yes');
    expect(await may('get pods --subresource=log')).toBe('yes');
    expect(await may('delete pods')).toBe('no');
    expect(await may('list secrets')).toBe('no');
    await lab.kubectl('delete rolebinding reader');
    expect(await may('list pods')).toBe('no');
    expect(await asked('with-role', within('pods'))).toMatchObject({ code: 403 });
    await lab.kubectl('apply -f -', { input: manifest() });
    expect(await may('list pods')).toBe('yes');
  });

  test('a cluster role and its binding reach every namespace', async () => {
    const name = `access-${randomUUID()}`;
    await lab.kubectl(`create clusterrole ${name} --verb=list --resource=nodes,pods`);
    await lab.kubectl(
      `create clusterrolebinding ${name} --clusterrole=${name} --serviceaccount=${lab.namespace}:reader`,
    );
    expect((await asked('with-role', '/api/v1/nodes')).items).toHaveLength(3);
    expect(await asked('with-role', within('pods', 'kube-system'))).toMatchObject({ kind: 'PodList' });
    await lab.kubectl(`delete clusterrolebinding,clusterrole ${name}`);
    expect(await asked('with-role', '/api/v1/nodes')).toMatchObject({ code: 403 });
  });

  test('the API answers over HTTPS only', async () => {
    const server = await lab.kubectl('config view --minify -o jsonpath={.clusters[0].cluster.server}');
    const { hostname, port } = new URL(server);
    const answer = await new Promise<string>((resolve) => {
      const plain = request({ hostname, port, path: '/version' }, (response) => resolve(String(response.statusCode)));
      plain.on('error', ({ message }) => resolve(message));
      plain.end();
    });
    expect(answer).not.toBe('200');
    await eventually(async () => expect(await lab.kubectl('get --raw /version')).toContain('gitVersion'));
  });
});
