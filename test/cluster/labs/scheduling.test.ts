import { afterAll, beforeAll, expect, test } from 'vitest';
import { withKubectls, withNewestKubectl } from '../../obstacles.ts';
import type { KubectlBinary } from '../kubectl.ts';
import { eventually, useLab } from '../lab.ts';
import { podManifest } from '../pods.ts';

const shell = { image: 'busybox:1', command: ['sleep', '3600'] };
const topologyKey = 'kubernetes.io/hostname';

function useSchedulingLab(name: string, binary: KubectlBinary) {
  const lab = useLab(name, binary);
  const workers: string[] = [];
  beforeAll(async () => {
    const selector = '!node-role.kubernetes.io/control-plane';
    const found = await lab.kubectl(['get', 'nodes', '-l', selector, '-o', 'jsonpath={.items[*].metadata.name}']);
    workers.push(...found.split(' '));
  });
  return {
    lab,
    /** The worker that is labelled, and the other one. */
    nodes: () => ({ worker: workers[0] ?? '', other: workers[1] ?? '' }),
    /** A pod that asks for the labelled worker. */
    apply: (pod: string, spec: object, labels = {}) => {
      const chosen = { nodeSelector: { hardware: 'high' }, terminationGracePeriodSeconds: 1 };
      return lab.kubectl('apply -f -', {
        input: podManifest(pod, { containers: [shell], ...chosen, ...spec }, labels),
      });
    },
    nodesOf: async (app: string) =>
      (await lab.kubectl(`get pods -l app=${app} -o jsonpath={.items[*].spec.nodeName}`)).split(' ').sort(),
    refusal: (pod: string) =>
      lab.kubectl(
        `get events --field-selector involvedObject.name=${pod},reason=FailedScheduling -o jsonpath={.items[*].message}`,
      ),
  };
}

withKubectls('lab scheduling', (binary) => {
  const { lab, nodes, apply, nodesOf, refusal } = useSchedulingLab('scheduling', binary);
  afterAll(async () => {
    await lab.kubectl('delete priorityclass urgent');
    await lab.kubectl(`label node ${nodes().worker} hardware-`);
  });

  test('pods wait for a node with their label, whose taint they tolerate, and for their own scheduler', async () => {
    const { worker } = nodes();
    await lab.apply('scheduling.yaml');
    await apply('others', { schedulerName: 'somebody-else' });
    const why = `jsonpath={.items[0].status.conditions[?(@.type=="PodScheduled")].message}`;
    await eventually(async () =>
      expect(await lab.kubectl(['get', 'pods', '-l', 'app=picky', '-o', why])).toMatch(
        /^0\/3 nodes are available: .*2 node\(s\) didn't match Pod's node affinity\/selector/,
      ),
    );
    await lab.kubectl(`taint node ${worker} lab=${lab.namespace}:NoSchedule`);
    try {
      await lab.kubectl(`label node ${worker} hardware=high`);
      await apply('tolerant', { tolerations: [{ key: 'lab', operator: 'Exists' }] });
      await apply('kept-away', {});
      await lab.ready('pod/tolerant');
      await eventually(async () =>
        expect(await refusal('kept-away')).toContain(`1 node(s) had untolerated taint {lab: ${lab.namespace}}`),
      );
    } finally {
      await lab.kubectl(`taint node ${worker} lab-`);
    }
    await lab.kubectl('rollout status deployment/picky --timeout=60s');
    await lab.ready('pod/kept-away');
    expect(await nodesOf('picky')).toEqual([worker, worker]);
    expect(await lab.kubectl('get pod others')).toMatch(/others +0\/1 +Pending +0/);
    expect(await lab.kubectl('get events --field-selector involvedObject.name=others -o name')).toBe('');
  });
});

withNewestKubectl('scheduling on real nodes,', (binary) => {
  const { lab, nodes, apply, nodesOf, refusal } = useSchedulingLab('placing', binary);
  const nodeOf = (pod: string) => lab.kubectl(`get pod ${pod} -o jsonpath={.spec.nodeName}`);
  beforeAll(async () => {
    await lab.apply('scheduling.yaml');
    await lab.kubectl(`label node ${nodes().worker} hardware=high`);
  });
  afterAll(async () => {
    await lab.kubectl('delete priorityclass urgent');
    await lab.kubectl(`label node ${nodes().worker} hardware-`);
  });

  test('pods keep apart and together, as affinity and spread say', async () => {
    const { worker, other } = nodes();
    const both = [worker, other].sort();
    const anywhere = { nodeSelector: {} };
    const selecting = (app: string) => ({ labelSelector: { matchLabels: { app } }, topologyKey });
    const required = (app: string) => ({ requiredDuringSchedulingIgnoredDuringExecution: [selecting(app)] });
    const spread = { ...selecting('spread'), maxSkew: 1, whenUnsatisfiable: 'DoNotSchedule' };
    for (const name of ['a', 'b']) {
      const apart = { ...anywhere, affinity: { podAntiAffinity: required('apart') } };
      await apply(`apart-${name}`, apart, { app: 'apart' });
      await apply(`spread-${name}`, { ...anywhere, topologySpreadConstraints: [spread] }, { app: 'spread' });
    }
    await lab.ready('pod/apart-a pod/apart-b pod/spread-a pod/spread-b');
    expect(await nodesOf('apart')).toEqual(both);
    expect(await nodesOf('spread')).toEqual(both);
    await apply('mate', {}, { app: 'mate' });
    await lab.ready('pod/mate');
    await apply('near', { ...anywhere, affinity: { podAffinity: required('mate') } });
    await lab.ready('pod/near');
    expect(await nodeOf('near')).toBe(worker);
  });

  test('a full node refuses a pod, and makes room for one of higher priority', async () => {
    const { worker } = nodes();
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

  test("a pod of the user's own schedules the pods that name it", async () => {
    const { other } = nodes();
    const pods = `https://kubernetes.default.svc/api/v1/namespaces/${lab.namespace}/pods`;
    const target = { apiVersion: 'v1', kind: 'Node', name: other };
    const binding = { apiVersion: 'v1', kind: 'Binding', metadata: { name: 'NAME' }, target };
    const scheduler = `
      credentials=/var/run/secrets/kubernetes.io/serviceaccount
      ask() { curl -sS --cacert $credentials/ca.crt -H "Authorization: Bearer $(cat $credentials/token)" "$@"; }
      while :; do
        ask '${pods}?fieldSelector=spec.schedulerName=own-scheduler,spec.nodeName=' |
          grep -o '"name":"own-[0-9]"' | cut -d '"' -f 4 |
          while read name; do
            echo '${JSON.stringify(binding)}' | sed "s/NAME/$name/" |
              ask -X POST -H 'Content-Type: application/json' --data @- "${pods}/$name/binding"
          done
        sleep 0.2
      done`;
    await lab.kubectl('create serviceaccount own-scheduler');
    await lab.kubectl('create role own-scheduler --verb=list,create --resource=pods,pods/binding');
    await lab.kubectl(
      `create rolebinding own-scheduler --role=own-scheduler --serviceaccount=${lab.namespace}:own-scheduler`,
    );
    const own = { nodeSelector: {}, schedulerName: 'own-scheduler' };
    for (const name of ['own-1', 'own-2']) await apply(name, own);
    const running = { image: 'client:1', command: ['bash', '-c', scheduler] };
    await apply('scheduler', { nodeSelector: {}, serviceAccountName: 'own-scheduler', containers: [running] });
    await lab.ready('pod/own-1 pod/own-2');
    expect([await nodeOf('own-1'), await nodeOf('own-2')]).toEqual([other, other]);
  });
});
