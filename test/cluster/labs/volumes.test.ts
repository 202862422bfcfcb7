import { expect, test } from 'vitest';
import { withKubectls } from '../../obstacles.ts';
import { eventually, type Lab, useLab } from '../lab.ts';

/** The volume of the claim `keep`. */
const volumeOf = (lab: Lab) => lab.kubectl('get pvc keep -o jsonpath={.spec.volumeName}');
/** Old releases of kubectl do not wait for the end of what has gone already. */
const gone = (lab: Lab, what: string) =>
  eventually(async () => expect(await lab.kubectl(`get ${what} --ignore-not-found -o name`)).toBe(''));
const create = (lab: Lab, kind: string, name: string, spec: object) =>
  lab.kubectl('apply -f -', { input: JSON.stringify({ apiVersion: 'v1', kind, metadata: { name }, spec }) });

const podOf = (volume: object) => ({
  containers: [
    { name: 'c', image: 'busybox:1', args: ['sleep', '3600'], volumeMounts: [{ name: 'v', mountPath: '/v' }] },
  ],
  volumes: [{ name: 'v', ...volume }],
});

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
    await gone(lab, `pv ${deleted}`);
    await lab.kubectl(`delete pv ${kept}`);
  });

  test('a hand-made volume is bound by its class, and its files are the node’s', async () => {
    const name = `manual-${lab.namespace}`;
    const claim = {
      accessModes: ['ReadWriteOnce'],
      resources: { requests: { storage: '1Gi' } },
      storageClassName: name,
    };
    const spec = { storageClassName: name, capacity: { storage: '2Gi' }, accessModes: ['ReadWriteOnce'] };
    await create(lab, 'PersistentVolume', name, { ...spec, hostPath: { path: `/tmp/${name}` } });
    await create(lab, 'PersistentVolumeClaim', 'manual', claim);
    await create(lab, 'Pod', 'manual', podOf({ persistentVolumeClaim: { claimName: 'manual' } }));
    await lab.ready('pod/manual');
    expect(await lab.kubectl('get pvc manual')).toMatch(/manual +Bound +manual-volumes-[\d-]+ +2Gi +RWO +manual-/);
    await lab.kubectl(['exec', 'manual', '--', 'sh', '-c', 'echo here > /v/file']);
    await lab.kubectl('delete pod/manual pvc/manual --now');
    await lab.kubectl(`delete pv ${name}`);
  });

  test('a pod of another user writes to the volume that it brings along, by its group', async () => {
    const spec = { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Mi' } } };
    const securityContext = { runAsUser: 1000, runAsGroup: 1000, fsGroup: 2000 };
    const volume = { ephemeral: { volumeClaimTemplate: { spec } } };
    await create(lab, 'Pod', 'user', { ...podOf(volume), securityContext });
    await lab.ready('pod/user');
    await lab.kubectl('exec user -- touch /v/mine');
    expect(await lab.kubectl(['exec', 'user', '--', 'stat', '-c', '%u:%g %a', '/v'])).toMatch(/^0:2000 2777\n$/);
    expect(await lab.kubectl(['exec', 'user', '--', 'stat', '-c', '%u:%g', '/v/mine'])).toBe('1000:2000\n');
    await lab.kubectl('delete pod user --now');
    await gone(lab, 'pvc user-v');
  });

  test('a pod with a claim that is not there waits for it', async () => {
    await create(lab, 'Pod', 'early', podOf({ persistentVolumeClaim: { claimName: 'none' } }));
    await eventually(async () =>
      expect(await lab.kubectl('describe pod early')).toMatch(
        /FailedScheduling .*0\/3 nodes are available: persistentvolumeclaim "none" not found/,
      ),
    );
    await lab.kubectl('delete pod early --now');
  });
});
