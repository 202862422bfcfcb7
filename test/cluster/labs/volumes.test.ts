import { expect, test } from 'vitest';
import { withKubectls } from '../../obstacles.ts';
import { eventually, type Lab, useLab } from '../lab.ts';

/** The volume of the claim `keep`. */
const volumeOf = (lab: Lab) => lab.kubectl('get pvc keep -o jsonpath={.spec.volumeName}');
const lines = (text: string): number => text.split('\n').filter(Boolean).length;

withKubectls('lab volumes', (binary) => {
  const lab = useLab('volumes', binary);

  test('a claim is bound by the default class, and its data outlives the pod', async () => {
    await lab.apply('volumes.yaml');
    await lab.ready('pod/writer');
    expect(await lab.kubectl('get pvc keep')).toMatch(/keep +Bound +pvc-[\w-]+ +64Mi +RWO +standard/);
    await eventually(async () => expect(lines(await lab.kubectl('logs writer'))).toBe(1));
    await lab.kubectl('delete pod writer --now');
    await lab.apply('volumes.yaml');
    await lab.ready('pod/writer');
    await eventually(async () => expect(lines(await lab.kubectl('logs writer'))).toBe(2));
    expect(await lab.kubectl('exec writer -- ls -d /host')).toBe('/host\n');
    await eventually(async () =>
      expect(await lab.kubectl('describe pvc keep')).toMatch(/ProvisioningSucceeded .*Successfully provisioned volume/),
    );
  });

  test('a volume that is to be kept outlives its claim, and one that is not goes with it', async () => {
    const kept = await volumeOf(lab);
    await lab.kubectl(['patch', 'pv', kept, '-p', '{"spec":{"persistentVolumeReclaimPolicy":"Retain"}}']);
    await lab.kubectl('delete pod/writer pvc/keep --now');
    await eventually(async () =>
      expect(await lab.kubectl(`get pv ${kept}`)).toMatch(
        /64Mi +RWO +Retain +Released +volumes-[\d-]+\/keep +standard/,
      ),
    );
    await lab.apply('volumes.yaml');
    await lab.ready('pod/writer');
    const deleted = await volumeOf(lab);
    await lab.kubectl('delete pod/writer pvc/keep --now');
    await lab.kubectl(`wait --for=delete pv/${deleted} --timeout=60s`);
    await lab.kubectl(`delete pv ${kept}`);
  });
});
