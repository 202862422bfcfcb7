import { describe, test } from 'vitest';
import { withKubectls } from '../../obstacles.ts';
import type { KubectlBinary } from '../kubectl.ts';
import { eventually, useLab } from '../lab.ts';

const probesLab = (binary: KubectlBinary): void => {
  const lab = useLab('probes-all', binary);
  const addresses = async () => {
    const path = 'jsonpath={.subsets[*].addresses[*].targetRef.name}';
    return (await lab.kubectl(`get endpoints probes -o ${path}`)).split(' ').sort();
  };

  test('pods are as ready and as alive as their probes say, by command and by TCP', async ({ expect }) => {
    await lab.apply('probes-all.yaml');
    const container = 'jsonpath={.spec.containers[0]}';
    const { livenessProbe } = JSON.parse(await lab.kubectl(['get', 'pod', 'probes-tcp', '-o', container]));
    expect(livenessProbe).toEqual({
      tcpSocket: { port: 80 },
      periodSeconds: 10,
      timeoutSeconds: 1,
      successThreshold: 1,
      failureThreshold: 3,
    });
    await lab.ready('pod/probes-tcp');
    await lab.ready('pod/probes-exec');
    await lab.kubectl('expose pod probes-exec --name=probes --port=80 --selector=app=probes');
    await eventually(async () => expect(await addresses()).toEqual(['probes-exec', 'probes-tcp']));

    await lab.kubectl('exec probes-exec -- rm /tmp/ready');
    await eventually(async () => expect(await addresses()).toEqual(['probes-tcp']));
    expect(await lab.kubectl('get pod probes-exec')).toMatch(/probes-exec +0\/1 +Running +0/);
    await lab.kubectl('exec probes-exec -- touch /tmp/ready');
    await eventually(async () => expect(await addresses()).toEqual(['probes-exec', 'probes-tcp']));

    await lab.kubectl('exec probes-exec -- rm /tmp/healthy');
    await eventually(
      async () => expect(await lab.kubectl('get pod probes-exec')).toMatch(/probes-exec +\d\/1 +Running +1 /),
      120,
    );
    expect(await lab.kubectl('describe pod probes-exec')).toMatch(
      /Warning +Unhealthy .*Liveness probe failed: cat: can't open '\/tmp\/healthy'/,
    );
  }, 300_000);
};

// The lab waits a minute for a container that heeds no signal, so the clients go through it side by side.
withKubectls('lab probes-all', probesLab, describe.concurrent);
