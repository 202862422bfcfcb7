import { expect, test } from 'vitest';
import { withKubectls } from '../../obstacles.ts';
import { eventually, page, useLab } from '../lab.ts';

withKubectls('lab replicaset', (binary) => {
  const lab = useLab('replicaset', binary);
  const podNames = async () => (await lab.kubectl('get pods -l app=web -o name')).trim().split('\n').sort();
  const ready = (replicas: number) =>
    eventually(async () =>
      expect(await lab.kubectl('get rs web-rs')).toMatch(new RegExp(`web-rs +${replicas} +${replicas} +${replicas} `)),
    );

  test('three pods stand behind the service', async () => {
    await lab.apply('service.yaml');
    await lab.apply('replicaset.yaml');
    await ready(3);
    expect(await eventually(() => page(lab.port))).toContain('version 1');
  });

  test('a deleted pod is replaced under a new name while the service stays up', async () => {
    const before = await podNames();
    await lab.kubectl(`delete ${before[0]} --wait=false`);
    // A connection may still meet the pod that ends: nothing holds it back, as upstream.
    await eventually(async () => {
      const answers = await Promise.all(Array.from({ length: 50 }, () => page(lab.port)));
      expect(answers.every((answer) => answer.includes('version 1'))).toBe(true);
    }, 20);
    await ready(3);
    const after = await eventually(async () => {
      const names = await podNames();
      expect(names).toHaveLength(3);
      return names;
    });
    expect(after).not.toContain(before[0]);
    expect(after.filter((name) => before.includes(name))).toHaveLength(2);
  });

  test('another count of replicas is applied', async () => {
    const edited = lab.manifest('replicaset.yaml').replace('replicas: 3', 'replicas: 4');
    expect(await lab.kubectl('apply -f -', { input: edited })).toBe('replicaset.apps/web-rs configured\n');
    await ready(4);
    await lab.kubectl('scale rs web-rs --replicas=1');
    await ready(1);
  });
});
