import { expect, test } from 'vitest';
import { withKubectls } from '../../obstacles.ts';
import { eventually, useLab } from '../lab.ts';

withKubectls('lab namespaces', (binary) => {
  const lab = useLab('namespaces', binary);

  test('the same name lives in two namespaces', async () => {
    const other = `${lab.namespace}-other`;
    await lab.kubectl(`create namespace ${other}`);
    await eventually(() => lab.kubectl(`get serviceaccount default --namespace ${other}`));
    await lab.apply('pod.yaml');
    await lab.kubectl(`create configmap web-pod --namespace ${other}`);
    await lab.kubectl(`run web-pod --image=web:1.0 --namespace ${other}`);
    const all = await lab.kubectl('get pods -A');
    expect(all).toMatch(new RegExp(`^${lab.namespace} +web-pod`, 'm'));
    expect(all).toMatch(new RegExp(`^${other} +web-pod`, 'm'));

    await lab.kubectl(`delete namespace ${other}`);
    expect((await lab.run(`get namespace ${other}`)).stderr).toContain(`namespaces "${other}" not found`);
    expect(await lab.kubectl('get pods -A')).not.toMatch(new RegExp(`^${other} `, 'm'));
    expect(await lab.kubectl('get pods -o name')).toBe('pod/web-pod\n');
  });
});
