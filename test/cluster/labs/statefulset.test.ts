import { beforeAll, expect, test } from 'vitest';
import { withKubectls } from '../../obstacles.ts';
import { eventually, useLab } from '../lab.ts';
import { podManifest } from '../pods.ts';

interface Pods {
  items: {
    metadata: { name: string; creationTimestamp: string };
    status: { podIP: string; conditions: { type: string; lastTransitionTime: string }[] };
  }[];
}

withKubectls('lab statefulset', (binary) => {
  const lab = useLab('statefulset', binary);
  const rolledOut = () => lab.kubectl('rollout status statefulset/db --timeout=150s', { timeout: 160_000 });
  const inClient = (...command: string[]) => lab.kubectl(['exec', 'client', '--', ...command]);
  /** What pods answer from their hosts, in one connection after the other. */
  const answers = (path: string, ...hosts: string[]) =>
    inClient('curl', '-sS', '-m', '5', ...hosts.map((host) => `http://${host}${path}`));
  const inData = (pod: string, command: string) => lab.kubectl(['exec', pod, '--', 'sh', '-c', command]);
  const claims = () => lab.kubectl('get persistentvolumeclaims -o name');
  const three = 'db-0 db-1 db-2'.split(' ');
  const allClaims = three.map((name) => `persistentvolumeclaim/data-${name}\n`).join('');

  beforeAll(async () => {
    const client = podManifest('client', { containers: [{ image: 'client:1', command: ['sleep', 'infinity'] }] });
    await Promise.all([lab.kubectl('apply -f -', { input: client }), lab.apply('statefulset.yaml')]);
    await rolledOut();
    await lab.ready('pod/client');
  });

  test('its pods have names in order, and each starts once the one before it is ready', async () => {
    expect(await lab.kubectl('get statefulset db')).toMatch(/db +3\/3 +\d+s/);
    const { items } = await lab.json<Pods>('get pods -l app=db');
    expect(items.map(({ metadata }) => metadata.name)).toEqual(three);
    const readySince = ({ status }: Pods['items'][number]) =>
      Date.parse(status.conditions.find(({ type }) => type === 'Ready')?.lastTransitionTime ?? '');
    for (const [index, { metadata }] of items.slice(1).entries()) {
      const before = items[index];
      expect(before && readySince(before)).toBeLessThanOrEqual(Date.parse(metadata.creationTimestamp));
    }
    expect(await inData('db-1', 'hostname')).toBe('db-1\n');
  });

  test('each pod has a DNS name of its own behind the headless service', async () => {
    const zone = `db.${lab.namespace}.svc.cluster.local`;
    const hosts = ['db-0.db', `db-1.${zone}`, `db-2.db.${lab.namespace}`];
    await eventually(async () => expect(await answers('/hostname', ...hosts)).toBe('db-0\ndb-1\ndb-2\n'), 20);
    expect(await inData('db-2', 'hostname -f')).toBe(`db-2.${zone}\n`);
    expect((await inClient('drill', `_tcp._tcp.${zone}`, 'SRV')).match(new RegExp(`db-\\d.${zone}`, 'g'))).toEqual(
      expect.arrayContaining(three.map((name) => `${name}.${zone}`)),
    );
  });

  test('a deleted pod comes back under its name, with its claim and what is in it', async () => {
    await Promise.all(three.map((name) => inData(name, 'hostname > /data/owner')));
    const before = await lab.kubectl('get pod db-1 -o jsonpath={.metadata.uid}');
    await lab.kubectl('delete pod db-1');
    await eventually(async () => {
      const after = await lab.kubectl('get pod db-1 -o jsonpath={.metadata.uid}');
      expect(after).not.toBe(before);
    });
    await lab.ready('pod/db-1');
    expect(await inData('db-1', 'cat /data/owner')).toBe('db-1\n');
    await eventually(async () => expect(await answers('/hostname', 'db-1.db')).toBe('db-1\n'), 20);
  });

  test('a set that scales down keeps its claims; it is updated, rolled back and restarted', async () => {
    await lab.kubectl('scale statefulset db --replicas=1');
    await eventually(async () => expect(await lab.kubectl('get pods -l app=db -o name')).toBe('pod/db-0\n'));
    expect(await claims()).toBe(allClaims);
    const serves = (page: string) => eventually(async () => expect(await answers('/', 'db-0.db')).toContain(page), 20);
    await lab.kubectl('set image statefulset/db db=web:2.0');
    await rolledOut();
    await serves('version 2');
    expect(await lab.kubectl('rollout history statefulset/db')).toMatch(/REVISION.*\n1.*\n2.*\n/);
    await lab.kubectl('rollout undo statefulset/db');
    await rolledOut();
    await serves('version 1');
    const before = await lab.kubectl('get pod db-0 -o jsonpath={.metadata.uid}');
    await lab.kubectl('rollout restart statefulset/db');
    await rolledOut();
    expect(await lab.kubectl('get pod db-0 -o jsonpath={.metadata.uid}')).not.toBe(before);
    expect(await inData('db-0', 'cat /data/owner')).toBe('db-0\n');
  });

  test('a set that grows takes up the claims again', async () => {
    await lab.kubectl('scale statefulset db --replicas=3');
    await eventually(async () => expect(await lab.kubectl('get statefulset db')).toMatch(/db +3\/3/));
    expect(await inData('db-2', 'cat /data/owner')).toBe('db-2\n');
  });

  test('claims outlive the set', async () => {
    await lab.kubectl('delete statefulset db');
    await eventually(async () => expect(await lab.kubectl('get pods -l app=db -o name')).toBe(''));
    expect(await claims()).toBe(allClaims);
  });
});
