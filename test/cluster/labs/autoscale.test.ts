import { describe, test } from 'vitest';
import { withKubectls } from '../../obstacles.ts';
import type { KubectlBinary } from '../kubectl.ts';
import { eventually, useLab } from '../lab.ts';

/** A pod with little to do: the load below is several times what it asks for, and little for the machine. */
const small = 'image: web:1.0\n        resources: { requests: { cpu: 20m } }';
const busyLoop = 'while [ ! -e /tmp/idle ]; do usleep 40000; done >/dev/null 2>&1 &';

const autoscaleLab = (binary: KubectlBinary): void => {
  const lab = useLab('autoscale', binary);
  const replicas = async () => Number(await lab.kubectl('get deployment web -o jsonpath={.spec.replicas}'));
  const events = () => lab.kubectl(['get', 'events', '--field-selector=involvedObject.kind=HorizontalPodAutoscaler']);

  test('kubectl top shows what nodes, pods and containers use, and an autoscaler follows the load', async ({
    expect,
  }) => {
    const manifest = lab.manifest('deployment.yaml').replace('replicas: 3', 'replicas: 1');
    await lab.kubectl('apply -f -', { input: manifest.replace('image: web:1.0', small) });
    // There may be no pod to wait for yet.
    await lab.kubectl('rollout status deployment/web --timeout=120s', { timeout: 130_000 });
    await lab.apply('autoscale.yaml');
    const pod = (await lab.kubectl('get pods -l app=web -o name')).trim();
    await lab.kubectl(['exec', pod, '--', 'sh', '-c', busyLoop]);
    await eventually(async () => {
      expect(await lab.kubectl('top pods -l app=web')).toMatch(/^NAME .*\nweb-\S+ +\d+m +\d+Mi/);
    });
    expect(await lab.kubectl('top pods --containers --sort-by=memory')).toMatch(/\nweb-\S+ +web +\d+m +\d+Mi/);
    expect(await lab.kubectl('top pods -A --no-headers')).toContain(`${lab.namespace} `);
    expect((await lab.kubectl('top nodes --no-headers')).match(/ +\d+m +\d+% +\d+Mi +\d+% *$/gm)).toHaveLength(3);

    await eventually(async () => expect(await replicas()).toBeGreaterThan(1), 120);
    expect(await lab.kubectl('get hpa web')).toMatch(/\nweb +Deployment\/web +cpu: \d+%\/50% +1 +5 +/);
    await eventually(async () => {
      expect(await events()).toContain('cpu resource utilization (percentage of request) above target');
    });

    await lab.kubectl(['exec', pod, '--', 'touch', '/tmp/idle']);
    const atOnce = JSON.stringify({ spec: { behavior: { scaleDown: { stabilizationWindowSeconds: 0 } } } });
    await lab.kubectl(['patch', 'hpa', 'web', '--type=merge', '-p', atOnce]);
    await eventually(async () => expect(await replicas()).toBe(1), 120);
    await eventually(async () => expect(await events()).toContain('New size: 1; reason: All metrics below target'));
  }, 300_000);
};

// The lab waits for rounds of the autoscaler, so the clients go through it side by side.
withKubectls('lab autoscale', autoscaleLab, describe.concurrent);
