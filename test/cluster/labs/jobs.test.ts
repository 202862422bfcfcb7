import { beforeAll, describe, test } from 'vitest';
import { withKubectls, withNewestKubectl } from '../../obstacles.ts';
import { unless } from '../../unless.ts';
import type { KubectlBinary } from '../kubectl.ts';
import { eventually, useLab } from '../lab.ts';

const jobsLab = (binary: KubectlBinary): void => {
  const lab = useLab('jobs', binary);
  const waitFor = (condition: string, job: string, seconds: number) =>
    lab.kubectl(`wait --for=condition=${condition} ${job} --timeout=${seconds}s`, { timeout: (seconds + 10) * 1000 });
  const before21 =
    Number(binary.version.split('.')[1]) < 21 ? 'kubectl before 1.21 knows no CronJob of batch/v1' : undefined;

  beforeAll(() => lab.apply('jobs.yaml'));

  test('a job runs to completion, and its output stays', async ({ expect }) => {
    await waitFor('complete', 'job/counter', 120);
    expect(await lab.kubectl('get job counter')).toMatch(/^counter +Complete +1\/1 +\d+s +\d+s$/m);
    expect(await lab.kubectl('logs job/counter')).toBe('1\n2\n3\n');
    expect(await lab.kubectl('get pods -l job-name=counter')).toMatch(/^counter-\w{5} +0\/1 +Completed +0 /m);
  });

  test('a job that fails is tried again, later each time, and given up', async ({ expect }) => {
    await waitFor('failed', 'job/failing', 240);
    expect(await lab.kubectl('get job failing')).toMatch(/^failing +Failed +0\/1 /m);
    expect((await lab.kubectl('get pods -l job-name=failing')).match(/^failing-\w{5} +0\/1 +Error +0 /gm)).toHaveLength(
      3,
    );
    expect(await lab.kubectl('describe job failing')).toMatch(
      /Warning +BackoffLimitExceeded .* +job-controller +Job has reached the specified backoff limit/,
    );
  }, 300_000);

  test('a cron job starts a job each minute', async ({ expect }) => {
    await eventually(async () => expect(await lab.kubectl('get jobs')).toMatch(/^tick-\d{8} +Complete +1\/1 /m), 180);
    expect(await lab.kubectl('get cronjob tick')).toMatch(/^tick +\* \* \* \* \* +<none> +False +\d +\d+s /m);
    expect(await lab.kubectl('describe cronjob tick')).toMatch(
      /Normal +SuccessfulCreate .* +cronjob-controller +Created job tick-\d{8}/,
    );
  }, 240_000);

  unless(before21).test('a job of a cron job can be started by hand', async ({ expect }) => {
    await lab.kubectl('create job now --from=cronjob/tick');
    await waitFor('complete', 'job/now', 120);
    expect(await lab.kubectl('logs job/now')).toMatch(/\d\d:\d\d:\d\d UTC \d{4}\n$/);
  });
};

// The lab waits for back-offs and for the next minute, so clients and steps go side by side.
withKubectls('lab jobs', jobsLab, describe.concurrent);

const job = (name: string, spec: object, script: string, pod: object = {}) => ({
  apiVersion: 'batch/v1',
  kind: 'Job',
  metadata: { name },
  spec: {
    ...spec,
    template: {
      spec: {
        restartPolicy: 'Never',
        terminationGracePeriodSeconds: 1,
        containers: [
          {
            name: 'c',
            image: 'busybox:1',
            command: ['sh', '-c', script],
            volumeMounts: [{ name: 'd', mountPath: '/d' }],
          },
        ],
        volumes: [{ name: 'd', emptyDir: {} }],
        ...pod,
      },
    },
  },
});

withNewestKubectl('real jobs', (binary) => {
  const lab = useLab('real-jobs', binary);
  const read = (what: string, path: string) => lab.kubectl(`get ${what} -o jsonpath=${path}`);

  beforeAll(async () => {
    const once = 'test -f /d/once && echo $JOB_COMPLETION_INDEX $(hostname) && exit 0; touch /d/once; exit 1';
    const rules = [{ action: 'Ignore', onPodConditions: [{ type: 'DisruptionTarget' }] }];
    const items = [
      job('local', { completionMode: 'Indexed', completions: 2, parallelism: 2 }, once, { restartPolicy: 'OnFailure' }),
      job('evicted', { backoffLimit: 0, podFailurePolicy: { rules } }, 'sleep 3600'),
      job('late', { activeDeadlineSeconds: 3, ttlSecondsAfterFinished: 60 }, 'sleep 3600'),
    ];
    await lab.kubectl('apply -f -', { input: JSON.stringify({ apiVersion: 'v1', kind: 'List', items }) });
    const { spec } = job('brief', {}, 'true');
    const cronJob = { schedule: '* * * * *', successfulJobsHistoryLimit: 0, jobTemplate: { spec } };
    const brief = { apiVersion: 'batch/v1', kind: 'CronJob', metadata: { name: 'brief' }, spec: cronJob };
    await lab.kubectl('apply -f -', { input: JSON.stringify(brief) });
  });

  test('a job past its deadline has failed, and its pod goes', async ({ expect }) => {
    await lab.kubectl('wait --for=condition=failed job/late --timeout=60s');
    expect(await read('job late', '{.status.conditions[*].reason}')).toBe('DeadlineExceeded DeadlineExceeded');
    await eventually(async () => expect(await read('pods -l job-name=late', '{.items[*].metadata.name}')).toBe(''));
  });

  test('an evicted pod is replaced, and does not count where the policy ignores disruptions', async ({ expect }) => {
    const pods = 'pods -l job-name=evicted --field-selector=status.phase=Running';
    const name = await eventually(async () => {
      const found = await read(pods, '{.items[*].metadata.name}');
      expect(found).toMatch(/^evicted-\w{5}$/);
      return found;
    });
    const eviction = { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name } };
    const path = `/api/v1/namespaces/${lab.namespace}/pods/${name}/eviction`;
    await lab.kubectl(['create', '--raw', path, '-f', '-'], { input: JSON.stringify(eviction) });
    await eventually(async () => {
      const found = await read(pods, '{.items[*].metadata.name}');
      expect(found).toMatch(/^evicted-\w{5}$/);
      expect(found).not.toBe(name);
    }, 90);
    expect(JSON.parse(await read('job evicted', '{.status}'))).toMatchObject({ active: 1, terminating: 0 });
    expect(JSON.parse(await read('job evicted', '{.status}'))).not.toHaveProperty('failed');
  });

  test('pods of an Indexed job know their index, and a container that fails once is restarted', async ({ expect }) => {
    await lab.kubectl('wait --for=condition=complete job/local --timeout=120s', { timeout: 130_000 });
    expect(await read('job local', '{.status.completedIndexes}')).toBe('0,1');
    const selector = 'job-name=local,batch.kubernetes.io/job-completion-index=1';
    expect(await lab.kubectl(`logs -l ${selector}`)).toBe('1 local-1\n');
    expect(await read(`pods -l ${selector}`, '{.items[*].status.containerStatuses[*].restartCount}')).toBe('1');
  });

  test('a job goes when its time after the end is over', async ({ expect }) => {
    await eventually(async () => expect((await lab.run('get job late')).stderr).toContain('NotFound'), 120);
  });

  test('jobs of a cron job beyond its limits are deleted with their pods', async ({ expect }) => {
    const deleted = /Normal +SuccessfulDelete .* +cronjob-controller +Deleted job brief-\d{8}\n/;
    await eventually(async () => expect(await lab.kubectl('describe cronjob brief')).toMatch(deleted), 180);
    await lab.kubectl('patch cronjob brief -p {"spec":{"suspend":true}}');
    await eventually(async () => expect(await read('jobs,pods', '{.items[*].metadata.name}')).not.toContain('brief'));
  });
});
