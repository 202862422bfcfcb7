/**
 * Jobs, stateful sets, budgets, quotas and the like, with every kubectl of this machine, against the API server alone.
 */
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { withKubectls } from '../obstacles.ts';
import { unless } from '../unless.ts';
import { startTestApiServer, type TestApiServer } from './harness.ts';
import { typedKubectl } from './typed-kubectl.ts';

const template = '{metadata: {labels: {app: web}}, spec: {containers: [{name: web, image: "web:1.0"}]}}';
const manifests = `
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: web}
spec: {serviceName: web, replicas: 2, selector: {matchLabels: {app: web}}, template: ${template}}
---
apiVersion: apps/v1
kind: DaemonSet
metadata: {name: agent}
spec: {selector: {matchLabels: {app: web}}, template: ${template}}
---
apiVersion: v1
kind: ReplicationController
metadata: {name: old}
spec: {replicas: 2, selector: {app: web}, template: ${template}}
---
apiVersion: v1
kind: PodTemplate
metadata: {name: mould}
template: ${template}
---
apiVersion: v1
kind: LimitRange
metadata: {name: limits}
spec: {limits: [{type: Container, max: {cpu: "2"}, default: {cpu: 500m}, defaultRequest: {cpu: 500m}}]}
---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: grow}
spec: {scaleTargetRef: {apiVersion: apps/v1, kind: StatefulSet, name: web}, minReplicas: 1, maxReplicas: 4}
---
apiVersion: apps/v1
kind: ControllerRevision
metadata: {name: first}
revision: 1
data: {}
`;

withKubectls('kinds', ({ path, version }) => {
  const minor = Number(version.split('.')[1]);
  let api: TestApiServer;
  let namespace = 0;

  const { run, kubectl, get } = typedKubectl(
    path,
    () => api.kubeconfig,
    () => `test-${namespace}`,
  );

  beforeAll(async () => {
    api = await startTestApiServer();
  });
  afterAll(async () => {
    await api.close();
  });
  beforeEach(async () => {
    namespace += 1;
    await kubectl(`create namespace test-${namespace}`);
    await kubectl('create serviceaccount default');
  });

  it('lists them by their short names, and with all', async () => {
    const resources = await kubectl('api-resources --no-headers');
    for (const [plural, short] of [
      ['statefulsets', 'sts'],
      ['daemonsets', 'ds'],
      ['replicationcontrollers', 'rc'],
      ['cronjobs', 'cj'],
      ['horizontalpodautoscalers', 'hpa'],
      ['poddisruptionbudgets', 'pdb'],
      ['priorityclasses', 'pc'],
      ['resourcequotas', 'quota'],
      ['limitranges', 'limits'],
    ] as const) {
      expect(resources).toMatch(new RegExp(`^${plural} +${short} +`, 'm'));
    }
    await kubectl('apply -f -', manifests);
    const all = await kubectl('get all -o name');
    expect(all.trim().split('\n').sort()).toEqual([
      'daemonset.apps/agent',
      'horizontalpodautoscaler.autoscaling/grow',
      'replicationcontroller/old',
      'statefulset.apps/web',
    ]);
  });

  it('applies them, and applies them again without a change', async () => {
    const first = await kubectl('apply -f -', manifests);
    expect(first).toMatch(/^statefulset.apps\/web created\n/);
    expect(await kubectl('apply -f -', manifests)).toBe(first.replaceAll('created', 'unchanged'));
  });

  it('shows them as upstream does', async () => {
    await kubectl('apply -f -', manifests);
    const tables: readonly (readonly [line: string, expected: RegExp])[] = [
      ['get sts', /^NAME +READY +AGE\nweb +0\/2 +\d+s\n$/],
      ['get sts -o wide', /^NAME +READY +AGE +CONTAINERS +IMAGES\nweb +0\/2 +\d+s +web +web:1.0\n$/],
      [
        'get ds',
        /^NAME +DESIRED +CURRENT +READY +UP-TO-DATE +AVAILABLE +NODE SELECTOR +AGE\nagent +0 +0 +0 +0 +0 +<none> +\d+s\n$/,
      ],
      [
        'get rc -o wide',
        /^NAME +DESIRED +CURRENT +READY +AGE +CONTAINERS +IMAGES +SELECTOR\nold +2 +0 +0 +\d+s +web +web:1.0 +app=web\n$/,
      ],
      ['get podtemplates', /^NAME +CONTAINERS +IMAGES +POD LABELS\nmould +web +web:1.0 +app=web\n$/],
      ['get limits', /^NAME +CREATED AT\nlimits +20\d\d-/],
      [
        'get hpa',
        /^NAME +REFERENCE +TARGETS +MINPODS +MAXPODS +REPLICAS +AGE\ngrow +StatefulSet\/web +(?:cpu: )?<unknown>\/80% +1 +4 +0 +\d+s\n$/,
      ],
      ['get controllerrevisions', /^NAME +CONTROLLER +REVISION +AGE\nfirst +<none> +1 +\d+s\n$/],
      [
        'get pc system-node-critical',
        /^NAME +VALUE +GLOBAL-DEFAULT +AGE(?: +PREEMPTIONPOLICY)?\nsystem-node-critical +2000001000 +false +\d+s/,
      ],
    ];
    for (const [line, expected] of tables) expect(await kubectl(line)).toMatch(expected);
  });

  it('makes a job, and one of a cron job', async () => {
    await kubectl('create job pi --image=perl:5 -- perl -v');
    expect(await get('job pi', '.spec.template.spec.containers[0].command')).toBe('["perl","-v"]');
    expect(await kubectl('get job pi')).toMatch(
      /^NAME +STATUS +COMPLETIONS +DURATION +AGE\npi +Running +0\/1 +(?:\d+s)? *\d+s\n$/,
    );
    await kubectl('create cronjob hourly --image=busybox:1 --schedule=@hourly -- date');
    expect(await kubectl('get cronjob hourly')).toMatch(
      /^NAME +SCHEDULE +TIMEZONE +SUSPEND +ACTIVE +LAST SCHEDULE +AGE\nhourly +@hourly +<none> +False +0 +<none> +\d+s\n$/,
    );
  });

  const before21 = minor < 21 ? 'kubectl before 1.21 knows no CronJob of batch/v1' : undefined;
  unless(before21).test('makes a job of a cron job', async () => {
    await kubectl('create cronjob hourly --image=busybox:1 --schedule=@hourly -- date');
    await kubectl('create job now --from=cronjob/hourly');
    expect(await get('job now', '.metadata.ownerReferences[0].name')).toBe('hourly');
    expect(await get('job now', '.metadata.annotations.cronjob\\.kubernetes\\.io/instantiate')).toBe('manual');
  });

  it('makes budgets, quotas and priority classes', async () => {
    await kubectl('create pdb web --selector=app=web --min-available=50%');
    expect(await kubectl('get pdb web')).toMatch(
      /^NAME +MIN AVAILABLE +MAX UNAVAILABLE +ALLOWED DISRUPTIONS +AGE\nweb +50% +N\/A +0 +\d+s\n$/,
    );
    await kubectl('create quota small --hard=pods=2,limits.cpu=1 --scopes=NotBestEffort');
    expect(await get('quota small', '.spec')).toBe('{"hard":{"limits.cpu":"1","pods":"2"},"scopes":["NotBestEffort"]}');
    expect(await kubectl('get quota small')).toMatch(/^NAME +(?:AGE +)?REQUEST +LIMIT(?: +AGE)?\nsmall +/);
    const name = `high-${namespace}`;
    await kubectl(`create priorityclass ${name} --value=1000 --description=high`);
    expect(await get(`pc ${name}`, '.preemptionPolicy')).toBe('PreemptLowerPriority');
    expect(await run(['delete', 'pc', 'system-node-critical'])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('this is a system priority class and cannot be deleted'),
    });
    await kubectl(`delete pc ${name}`);
  });

  it('tells how the control plane is', async () => {
    const table = await kubectl('get cs');
    expect(table).toMatch(/^NAME +STATUS +MESSAGE +ERROR\n/);
    expect(table).toMatch(/^etcd-0 +Healthy +ok/m);
    expect(table).toMatch(/^scheduler +Unhealthy +nobody holds its lease/m);
  });

  it('scales', async () => {
    await kubectl('apply -f -', manifests);
    await kubectl('scale sts web --replicas=5');
    await kubectl('scale rc old --replicas=4 --current-replicas=2');
    expect([await get('sts web', '.spec.replicas'), await get('rc old', '.spec.replicas')]).toEqual(['5', '4']);
    await kubectl('autoscale rc old --min=1 --max=3 --cpu-percent=70');
    expect(await get('hpa old', '.spec.metrics[0].resource.target.averageUtilization')).toBe('70');
  });

  it('describes each', async () => {
    await kubectl('apply -f -', manifests);
    await kubectl('create job pi --image=perl:5 -- perl -v');
    await kubectl('create cronjob hourly --image=busybox:1 --schedule=@hourly -- date');
    await kubectl('create pdb web --selector=app=web --min-available=1');
    await kubectl('create quota small --hard=pods=2');
    const described: readonly (readonly [what: string, expected: RegExp])[] = [
      ['sts web', /Replicas: +2 desired \| 0 total\nUpdate Strategy: +RollingUpdate\n +Partition: +0\n/],
      ['ds agent', /Desired Number of Nodes Scheduled: 0\n/],
      ['rc old', /Replicas: +0 current \/ 2 desired\n/],
      ['podtemplate mould', /^Name: +mould\n/],
      ['job pi', /Parallelism: +1\nCompletions: +1\n(?:Completion Mode: +NonIndexed\n)?/],
      ['cronjob hourly', /Schedule: +@hourly\nConcurrency Policy: +Allow\nSuspend: +False\n/],
      ['pdb web', /Min available: +1\nSelector: +app=web\nStatus:\n +Allowed disruptions: +0\n/],
      ['hpa grow', /Reference: +StatefulSet\/web\n/],
      ['limits limits', /Container +cpu +- +2 +500m +500m +-\n/],
      ['quota small', /^Name: +small\n/],
      ['pc system-node-critical', /Value: +2000001000\nGlobalDefault: +false\n/],
    ];
    for (const [what, expected] of described) expect(await kubectl(`describe ${what}`)).toMatch(expected);
  });

  it('explains each, in the versions that are served', async () => {
    const explained: readonly (readonly [what: string, expected: RegExp])[] = [
      ['statefulset.spec.ordinals', /KIND: +StatefulSet\nVERSION: +apps\/v1\n/],
      ['daemonset.spec', /KIND: +DaemonSet\nVERSION: +apps\/v1\n/],
      ['job.spec.podFailurePolicy', /KIND: +Job\nVERSION: +batch\/v1\n/],
      ['cronjob.spec.timeZone', /KIND: +CronJob\nVERSION: +batch\/v1\n/],
      ['hpa.spec.metrics', /KIND: +HorizontalPodAutoscaler\nVERSION: +autoscaling\/v2\n/],
      ['pdb.spec', /KIND: +PodDisruptionBudget\nVERSION: +policy\/v1\n/],
      ['priorityclass', /KIND: +PriorityClass\nVERSION: +scheduling.k8s.io\/v1\n/],
      ['runtimeclass.scheduling', /KIND: +RuntimeClass\nVERSION: +node.k8s.io\/v1\n/],
      ['rc.spec', /KIND: +ReplicationController\nVERSION: +v1\n/],
      ['limitrange.spec', /KIND: +LimitRange\nVERSION: +v1\n/],
      ['resourcequota.spec', /KIND: +ResourceQuota\nVERSION: +v1\n/],
    ];
    // Old ones name the group on a line of its own.
    const joined = (text: string) => text.replace(/^GROUP: +(\S+)\n(KIND: +\S+\nVERSION: +)/, '$2$1/');
    for (const [what, expected] of explained) expect(joined(await kubectl(`explain ${what}`))).toMatch(expected);
    expect(await kubectl('explain hpa.spec --api-version=autoscaling/v1')).toContain('targetCPUUtilizationPercentage');
  });

  const before24 = minor < 24 ? 'kubectl before 1.24 patches no subresource' : undefined;
  unless(before24).test('waits for what somebody else writes into the status of a job', async () => {
    await kubectl('create job pi --image=perl:5 -- perl -v');
    const time = '2026-01-01T00:00:00Z';
    const conditions = ['SuccessCriteriaMet', 'Complete'].map((type) => ({ type, status: 'True' }));
    const status = JSON.stringify({ status: { succeeded: 1, startTime: time, completionTime: time, conditions } });
    const { stderr } = await run(['patch', 'job', 'pi', '--subresource=status', '--type=merge', '-p', status]);
    expect(stderr).toBe('');
    expect(await kubectl('wait --for=condition=complete job/pi --timeout=10s')).toBe('job.batch/pi condition met\n');
    expect(await kubectl('get job pi')).toMatch(/ 1\/1 +0s +\d+s\n$/);
  });
});
