/** Jobs on an API server in process. A test says what becomes of the pods, in the kubelet's place. */
import { expect, vi } from 'vitest';
import { jobs } from '../../../../../agent/api/batch/job.ts';
import { pods as podKind } from '../../../../../agent/api/core/pod.ts';
import type { batch, Job, Pod } from '../../../../../agent/api/types.ts';
import { jobController } from '../../../../../agent/controllers/job/job.ts';
import { jobOrphanPods } from '../../../../../agent/controllers/job/orphan-pods.ts';
import { settle } from '../../../../fakes/clock.ts';
import { startWorld, type World } from '../world.ts';

export const jobsPath = '/apis/batch/v1/namespaces/default/jobs';
export const podsPath = '/api/v1/namespaces/default/pods';
export const merge = { 'content-type': 'application/merge-patch+json' };

export interface JobWorld extends World {
  create(spec: Partial<batch.JobSpec>, name?: string): Promise<void>;
  job(name?: string): Promise<Job>;
  /** Waits for a job like this. */
  becomes(expected: object, name?: string): Promise<void>;
  change(spec: object, name?: string): Promise<void>;
  pods(): Promise<Pod[]>;
  /** Waits until so many pods neither have ended nor are being deleted; resolves with them, by index. */
  active(count: number): Promise<Pod[]>;
  run(pod: Pod): Promise<void>;
  succeed(pod: Pod): Promise<void>;
  fail(pod: Pod, status?: object): Promise<void>;
  /** Once deleted, the pod is there until it is let go, as if a container ended slowly. */
  hold(pod: Pod): Promise<Pod>;
  letGo(pod: Pod): Promise<void>;
  /** What its conditions say, without messages. */
  conditions(name?: string): Promise<string[]>;
  /** Reasons and messages. */
  events(): Promise<string[]>;
}

const isActive = ({ metadata, status }: Pod): boolean =>
  !metadata.deletionTimestamp && status?.phase !== 'Succeeded' && status?.phase !== 'Failed';

const template = { spec: { restartPolicy: 'Never', containers: [{ name: 'c', image: 'work:1' }] } };

/** The conditions of a job that has ended. */
export const complete = (reason = 'CompletionsReached') => [
  `SuccessCriteriaMet=True ${reason}`,
  `Complete=True ${reason}`,
];
export const failed = (reason: string) => [`FailureTarget=True ${reason}`, `Failed=True ${reason}`];

export async function startJobWorld(): Promise<JobWorld> {
  const world = await startWorld(() => [jobController(), jobOrphanPods]);
  const { api, client, clock } = world;
  const resource = client.resource(podKind);
  await api.create('/api/v1/namespaces/default/serviceaccounts', { metadata: { name: 'default' } });
  const pods = async (): Promise<Pod[]> => (await resource.list({ namespace: 'default' })).items;
  const job = (name = 'work'): Promise<Job> => client.resource(jobs).get(name, 'default');
  const setStatus = async ({ metadata }: Pod, status: object): Promise<void> => {
    const time = new Date(clock.now()).toISOString();
    const conditions = [{ type: 'Ready', status: 'False', lastTransitionTime: time }];
    const path = `${podsPath}/${metadata.name}/status`;
    await api.request('PATCH', path, { status: { conditions, ...status } }, merge);
  };
  return {
    ...world,
    async create(spec, name = 'work') {
      await api.create(jobsPath, { metadata: { name }, spec: { template, ...spec } });
    },
    job,
    becomes: (expected, name) => vi.waitFor(async () => expect(await job(name)).toMatchObject(expected)),
    conditions: async (name) =>
      ((await job(name)).status?.conditions ?? []).map(({ type, status, reason }) => `${type}=${status} ${reason}`),
    async change(spec, name = 'work') {
      await api.request('PATCH', `${jobsPath}/${name}`, { spec }, merge);
    },
    pods,
    active: (count) =>
      vi.waitFor(async () => {
        const found = (await pods()).filter(isActive);
        expect(found).toHaveLength(count);
        const indexOf = ({ metadata }: Pod) => Number(metadata.labels?.['batch.kubernetes.io/job-completion-index']);
        return found.sort((a, b) => indexOf(a) - indexOf(b));
      }),
    run: (pod) => setStatus(pod, { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] }),
    succeed: (pod) => setStatus(pod, { phase: 'Succeeded' }),
    fail: (pod, status = {}) => setStatus(pod, { phase: 'Failed', ...status }),
    async hold({ metadata }) {
      const finalizers = [...(metadata.finalizers ?? []), 'example.com/hold'];
      await api.request('PATCH', `${podsPath}/${metadata.name}`, { metadata: { finalizers } }, merge);
      return resource.get(metadata.name, 'default');
    },
    async letGo({ metadata }) {
      const patch = { metadata: { '$deleteFromPrimitiveList/finalizers': ['example.com/hold'] } };
      const type = { 'content-type': 'application/strategic-merge-patch+json' };
      await api.request('PATCH', `${podsPath}/${metadata.name}`, patch, type);
    },
    async events() {
      await settle();
      const { items } = await api.list('/api/v1/namespaces/default/events');
      return items.map(({ reason, message }) => `${reason}: ${message}`);
    },
  };
}
