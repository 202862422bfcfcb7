import { afterAll, expect, test } from 'vitest';
import { withKubectls } from '../../obstacles.ts';
import { eventually, useLab } from '../lab.ts';
import { podManifest } from '../pods.ts';

withKubectls('lab scheduling', (binary) => {
  const lab = useLab('scheduling', binary);
  const shell = { image: 'busybox:1', command: ['sleep', '3600'] };
  const chosen = { hardware: 'high' };
  const apply = (name: string, spec: object) =>
    lab.kubectl('apply -f -', { input: podManifest(name, { containers: [shell], nodeSelector: chosen, ...spec }) });
  const nodeOf = (pod: string) => lab.kubectl(`get pod ${pod} -o jsonpath={.spec.nodeName}`);
  const nodesOf = async (app: string) =>
    (await lab.kubectl(`get pods -l app=${app} -o jsonpath={.items[*].spec.nodeName}`)).split(' ').sort();
  const refusal = (pod: string) =>
    lab.kubectl(
      `get events --field-selector involvedObject.name=${pod},reason=FailedScheduling -o jsonpath={.items[*].message}`,
    );
  let [worker, other] = ['', ''];
  afterAll(async () => {
    await lab.kubectl(`label node ${worker} hardware-`);
    await lab.kubectl('delete priorityclass urgent');
  });

  test('a node selector waits for a node with the label', async () => {
    const workers = await lab.kubectl([
      'get',
      'nodes',
      '-l',
      '!node-role.kubernetes.io/control-plane',
      '-o',
      'jsonpath={.items[*].metadata.name}',
    ]);
    [worker = '', other = ''] = workers.split(' ');
    await lab.apply('scheduling.yaml');
    const why = `jsonpath={.items[0].status.conditions[?(@.type=="PodScheduled")].message}`;
    await eventually(async () =>
      expect(await lab.kubectl(['get', 'pods', '-l', 'app=picky', '-o', why])).toMatch(
        /^0\/3 nodes are available: .*2 node\(s\) didn't match Pod's node affinity\/selector/,
      ),
    );
    await lab.kubectl(`label node ${worker} hardware=high`);
    await lab.kubectl('rollout status deployment/picky --timeout=60s');
    expect(await nodesOf('picky')).toEqual([worker, worker]);
  });

  test('a taint keeps pods away that do not tolerate it', async () => {
    await lab.kubectl(`taint node ${worker} lab=${lab.namespace}:NoSchedule`);
    try {
      await apply('kept-away', {});
      await apply('tolerant', { tolerations: [{ key: 'lab', operator: 'Exists' }] });
      await lab.ready('pod/tolerant');
      await eventually(async () =>
        expect(await refusal('kept-away')).toContain(`1 node(s) had untolerated taint {lab: ${lab.namespace}}`),
      );
    } finally {
      await lab.kubectl(`taint node ${worker} lab-`);
    }
    await lab.ready('pod/kept-away');
  });

  test('pods keep apart and together, as affinity and spread say', async () => {
    const labelSelector = { matchLabels: { app: 'apart' } };
    const topologyKey = 'kubernetes.io/hostname';
    const spec = (more: object) => ({
      replicas: 2,
      selector: labelSelector,
      template: { metadata: { labels: { app: 'apart' } }, spec: { containers: [{ name: 'c', ...shell }], ...more } },
    });
    const apart = {
      podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [{ labelSelector, topologyKey }] },
    };
    const deployment = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'apart' } };
    await lab.kubectl('apply -f -', { input: JSON.stringify({ ...deployment, spec: spec({ affinity: apart }) }) });
    await lab.kubectl('rollout status deployment/apart --timeout=60s');
    expect(await nodesOf('apart')).toEqual([worker, other].sort());

    const constraint = { maxSkew: 1, topologyKey, whenUnsatisfiable: 'DoNotSchedule', labelSelector };
    const input = podManifest(
      'spread',
      { containers: [shell], nodeName: undefined, topologySpreadConstraints: [constraint] },
      { app: 'apart' },
    );
    await lab.kubectl('delete deployment apart --cascade=foreground');
    for (const name of ['spread-a', 'spread-b']) {
      await lab.kubectl('apply -f -', { input: input.replace('"spread"', JSON.stringify(name)) });
      await lab.ready(`pod/${name}`);
    }
    expect(await nodesOf('apart')).toEqual([worker, other].sort());
    const near = { podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [{ labelSelector, topologyKey }] } };
    await apply('near', { affinity: near });
    await lab.ready('pod/near');
    expect(await nodeOf('near')).toBe(worker);
  });

  test('a full node refuses a pod, and makes room for one of higher priority', async () => {
    const cpu = await lab.kubectl(`get node ${worker} -o jsonpath={.status.allocatable.cpu}`);
    const most = `${Math.floor((cpu.endsWith('m') ? Number.parseInt(cpu, 10) : Number(cpu) * 1000) * 0.6)}m`;
    const large = { containers: [{ ...shell, resources: { requests: { cpu: most } } }] };
    await apply('filler', large);
    await lab.ready('pod/filler');
    await apply('refused', large);
    await eventually(async () =>
      expect(await refusal('refused')).toMatch(/0\/3 nodes are available: .*1 Insufficient cpu/),
    );
    await lab.kubectl('delete pod refused');
    await apply('wins', { ...large, priorityClassName: 'urgent' });
    await lab.ready('pod/wins');
    expect(await nodeOf('wins')).toBe(worker);
    expect((await lab.run('get pod filler')).stderr).toContain('NotFound');
    expect(await lab.kubectl('get events --field-selector involvedObject.name=filler,reason=Preempted')).toContain(
      'Preempted by pod',
    );
    await lab.kubectl('delete pod wins --wait=false');
  });

  test('a pod of another scheduler is left alone', async () => {
    await apply('others', { schedulerName: 'somebody-else' });
    await apply('ours', {});
    await lab.ready('pod/ours');
    expect(await lab.kubectl('get pod others')).toMatch(/others +0\/1 +Pending +0/);
    expect(await lab.kubectl('get events --field-selector involvedObject.name=others -o name')).toBe('');
  });
});
