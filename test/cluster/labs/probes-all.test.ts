import { expect, test } from 'vitest';
import { withKubectls } from '../../obstacles.ts';
import { eventually, useLab } from '../lab.ts';

withKubectls('lab probes-all', (binary) => {
  const lab = useLab('probes-all', binary);
  const addresses = () => lab.kubectl('get endpoints probes -o jsonpath={.subsets[*].addresses[*].targetRef.name}');

  test('probes by command and by TCP, with the defaults that upstream has', async () => {
    await lab.apply('probes-all.yaml');
    const container = '{.spec.containers[0]}';
    const { livenessProbe } = JSON.parse(
      await lab.kubectl(['get', 'pod', 'probes-tcp', '-o', `jsonpath=${container}`]),
    );
    expect(livenessProbe).toEqual({
      tcpSocket: { port: 80 },
      periodSeconds: 10,
      timeoutSeconds: 1,
      successThreshold: 1,
      failureThreshold: 3,
    });
    await lab.ready('pod/probes-tcp pod/probes-exec');
    await lab.kubectl('expose pod probes-exec --name=probes --port=80 --selector=app=probes');
    await eventually(async () => expect((await addresses()).split(' ').sort()).toEqual(['probes-exec', 'probes-tcp']));
  });

  test('an unready pod leaves its service and comes back; one that is not alive restarts', async () => {
    await lab.kubectl('exec probes-exec -- rm /tmp/ready');
    await eventually(async () => expect(await addresses()).toBe('probes-tcp'));
    expect(await lab.kubectl('get pod probes-exec')).toMatch(/probes-exec +0\/1 +Running +0/);
    await lab.kubectl('exec probes-exec -- touch /tmp/ready');
    await eventually(async () => expect((await addresses()).split(' ').sort()).toEqual(['probes-exec', 'probes-tcp']));
    await lab.kubectl('exec probes-exec -- rm /tmp/healthy');
    await eventually(
      async () => expect(await lab.kubectl('get pod probes-exec')).toMatch(/probes-exec +\d\/1 +Running +1 \(/),
      120,
    );
    expect(await lab.kubectl('describe pod probes-exec')).toMatch(
      /Warning +Unhealthy .*Liveness probe failed: cat: can't open '\/tmp\/healthy'/,
    );
    await lab.kubectl('delete pod probes-exec probes-tcp --wait=false');
  });
});
