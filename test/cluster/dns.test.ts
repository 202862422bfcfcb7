/** Names as a pod sees them, across nodes. https://github.com/kubernetes/dns/blob/master/docs/specification.md */
import { beforeAll, expect, test } from 'vitest';
import { withNewestKubectl } from '../obstacles.ts';
import { eventually, useLab } from './lab.ts';
import { podManifest } from './pods.ts';

interface Placed {
  items: { status: { podIP: string }; spec: { nodeName: string } }[];
}

const service = (name: string, spec: object): string =>
  JSON.stringify({ apiVersion: 'v1', kind: 'Service', metadata: { name }, spec });

withNewestKubectl('names in a cluster,', (binary) => {
  const lab = useLab('dns', binary);
  const inPod = (...command: string[]) => lab.kubectl(['exec', 'client', '--', ...command]);
  /** The data of the records of a type, without TTLs, sorted. */
  const records = async (name: string, type = 'A'): Promise<string[]> => {
    const lines = (await inPod('drill', name, type)).split('\n');
    const answer = lines.slice(lines.indexOf(';; ANSWER SECTION:') + 1, lines.indexOf(';; AUTHORITY SECTION:'));
    return answer
      .map((line) => line.split('\t').filter(Boolean))
      .filter((fields) => fields[3] === type)
      .map((fields) => fields.slice(4).join(' '))
      .sort();
  };
  const zone = `${lab.namespace}.svc.cluster.local`;
  const selector = { app: 'web' };
  let placed: Placed['items'] = [];

  beforeAll(async () => {
    const ports = [{ name: 'http', port: 80 }];
    await lab.kubectl('apply -f -', { input: service('web', { selector, ports }) });
    await lab.kubectl('apply -f -', { input: service('direct', { selector, ports, clusterIP: 'None' }) });
    await lab.kubectl('apply -f -', {
      input: service('elsewhere', { type: 'ExternalName', externalName: `web.${zone}` }),
    });
    const workers = await lab.kubectl(['get', 'nodes', '-l', '!node-role.kubernetes.io/control-plane', '-o', 'name']);
    for (const [index, worker] of workers.trim().split('\n').entries()) {
      const nodeName = worker.replace('node/', '');
      const input = podManifest(`web-${index}`, { nodeName, containers: [{ image: 'web:1.0' }] }, selector);
      await lab.kubectl('apply -f -', { input });
    }
    const input = podManifest('client', { containers: [{ image: 'client:1', command: ['sleep', 'infinity'] }] });
    await lab.kubectl('apply -f -', { input });
    await lab.kubectl('wait --for=condition=Ready pod --all --timeout=150s');
    placed = (await lab.json<Placed>('get pods -l app=web')).items;
  });

  test('a service answers under each of its names, from pods of both nodes', async () => {
    expect(new Set(placed.map(({ spec }) => spec.nodeName)).size).toBe(2);
    const answered = new Set<string>();
    await eventually(async () => {
      answered.add(await inPod('curl', '-sS', '-m', '10', 'http://web/hostname'));
      expect(answered).toEqual(new Set(['web-0\n', 'web-1\n']));
    });
    for (const name of ['web', `web.${lab.namespace}`, `web.${lab.namespace}.svc`, `web.${zone}`]) {
      expect(await inPod('curl', '-sS', '-m', '10', `http://${name}/`)).toContain('version 1');
    }
  });

  test('a service has its cluster address, its ports, and its name in reverse', async () => {
    const clusterIP = await lab.kubectl('get service web -o jsonpath={.spec.clusterIP}');
    expect(await records(`web.${zone}`)).toEqual([clusterIP]);
    expect(await records(`_http._tcp.web.${zone}`, 'SRV')).toEqual([`0 100 80 web.${zone}.`]);
    const reverse = `${clusterIP.split('.').reverse().join('.')}.in-addr.arpa`;
    expect(await records(reverse, 'PTR')).toEqual([`web.${zone}.`]);
  });

  test('a headless service has the addresses of its pods', async () => {
    expect(await records(`direct.${zone}`)).toEqual(placed.map(({ status }) => status.podIP).sort());
    expect(await records(`_http._tcp.direct.${zone}`, 'SRV')).toHaveLength(2);
  });

  test('a pod has a name made of its address', async () => {
    for (const { status } of placed) {
      const name = `${status.podIP.replaceAll('.', '-')}.${lab.namespace}.pod.cluster.local`;
      expect(await records(name)).toEqual([status.podIP]);
    }
  });

  test('an external name leads on', async () => {
    expect(await records(`elsewhere.${zone}`, 'CNAME')).toEqual([`web.${zone}.`]);
    expect(await inPod('curl', '-sS', '-m', '10', 'http://elsewhere/')).toContain('version 1');
  });

  test('a host that the Corefile names is there once it says so', async () => {
    const settings = ['-n', 'kube-system', 'patch', 'configmap', 'coredns', '--type=merge', '-p'];
    const corefile = (hosts: string) =>
      JSON.stringify({ data: { Corefile: `.:53 {\n${hosts}forward . /etc/resolv.conf\n}` } });
    await lab.kubectl([...settings, corefile('hosts {\n192.0.2.33 printer.lan\nfallthrough\n}\n')]);
    await eventually(async () => expect(await records('printer.lan')).toEqual(['192.0.2.33']));
    await lab.kubectl([...settings, corefile('')]);
  });

  test('a name that is not there is denied at once', async () => {
    expect(await inPod('drill', `nobody.${zone}`)).toMatch(/rcode: NXDOMAIN/);
  });
});
