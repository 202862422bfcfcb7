import { expect, test } from 'vitest';
import { withKubectls } from '../../obstacles.ts';
import { eventually, useLab } from '../lab.ts';

withKubectls('lab legacy', (binary) => {
  const lab = useLab('legacy', binary);
  const images = async (app: string) =>
    (await lab.kubectl(`get pods -l app=${app} -o jsonpath={.items[*].spec.containers[0].image}`)).split(' ');

  test('manifests in retired versions are accepted, with a warning that names the present one', async () => {
    const { code, stdout, stderr } = await lab.run('apply -f -', { input: lab.manifest('legacy.yaml') });
    expect({ code, stderr }).toMatchObject({ code: 0 });
    expect(stdout.match(/ created$/gm)).toHaveLength(4);
    expect(stderr).toContain('extensions/v1beta1 Deployment is deprecated');
    expect(stderr).toContain('use apps/v1 Deployment');
    expect(stderr).toContain('use networking.k8s.io/v1 NetworkPolicy');
  });

  test('the deployments and the replication controller run', async () => {
    await Promise.all([
      lab.kubectl('rollout status deployment/old-one --timeout=120s'),
      lab.kubectl('rollout status deployment/old-two --timeout=120s'),
      eventually(async () => expect(await lab.kubectl('get rc old-rc')).toMatch(/old-rc +2 +2 +2 /)),
    ]);
    expect(await lab.kubectl('get networkpolicy old-policy')).toContain('color=purple');
  });

  test('a deployment rolls by set image; a replication controller replaces what is deleted', async () => {
    await lab.kubectl('set image deployment/old-one c=web:2.0');
    expect(await lab.kubectl('set image rc/old-rc c=web:2.0')).toContain('image updated');
    await lab.kubectl('rollout status deployment/old-one --timeout=120s');
    expect(await images('old-rc')).toEqual(['web:1.0', 'web:1.0']);
    await lab.kubectl('delete pods -l app=old-rc --wait=false');
    await eventually(async () => {
      expect(await images('old-one')).toEqual(['web:2.0', 'web:2.0']);
      expect(await images('old-rc')).toEqual(['web:2.0', 'web:2.0']);
      expect(await lab.kubectl('get rc old-rc')).toMatch(/old-rc +2 +2 +2 /);
    });
    await lab.kubectl('scale rc old-rc --replicas=1');
    await eventually(async () => expect(await lab.kubectl('get rc old-rc')).toMatch(/old-rc +1 +1 +1 /));
  });
});
