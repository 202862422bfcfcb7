/** Pods from a node's own folder: they come, change and go with their manifests, and the API shows them. */
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { pods } from '../../../../../agent/api/core/pod.ts';
import type { core, Pod } from '../../../../../agent/api/types.ts';
import { systemClock } from '../../../../../agent/clock.ts';
import type { Runtime } from '../../../../../agent/kubelet/runtime/runtime.ts';
import { createSimulatedRuntime } from '../../../../../agent/kubelet/runtime/simulated/simulated.ts';
import { isCritical } from '../../../../../agent/kubelet/spec/pod.ts';
import { podsOf } from '../../../../../agent/kubelet/static-pods/parse.ts';
import { theConfig } from '../../../../builders/node.ts';
import { aKubeletPod } from '../../../../builders/pod-view.ts';
import { type TestKubelet, testKubelet } from '../kubelet.ts';

const { nodeName } = theConfig;
const origin = { path: '/etc/kubernetes/manifests/web.yaml', nodeName: 'n', seen: '2026-01-01T00:00:00Z' };
const manifest = (name: string, image = 'web:1.0') => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name },
  spec: { containers: [{ name: 'c', image }] },
});

describe('a manifest', () => {
  it('is a pod of the node, with a uid that says what it is', () => {
    const [pod] = podsOf([manifest('web')], origin);
    expect(pod).toMatchObject({
      metadata: {
        name: 'web-n',
        namespace: 'default',
        annotations: {
          'kubernetes.io/config.hash': pod?.metadata.uid,
          'kubernetes.io/config.seen': origin.seen,
          'kubernetes.io/config.source': 'file',
        },
      },
      spec: { nodeName: 'n', restartPolicy: 'Always', tolerations: [{ operator: 'Exists', effect: 'NoExecute' }] },
    });
    expect(pod?.metadata.uid).toMatch(/^[0-9a-f]{32}$/);
    const uids = [manifest('web'), manifest('web', 'web:2.0')].map((each) => podsOf([each], origin)[0]?.metadata.uid);
    expect(uids[0]).toBe(pod?.metadata.uid);
    expect(uids[1]).not.toBe(pod?.metadata.uid);
  });

  it('may hold several pods, in documents and in lists', () => {
    const list = { apiVersion: 'v1', kind: 'PodList', items: [manifest('b'), manifest('c')] };
    const names = podsOf([manifest('a'), null, list], origin).map(({ metadata }) => metadata.name);
    expect(names).toEqual(['a-n', 'b-n', 'c-n']);
  });

  it.each<[string, unknown, string]>([
    ['text', 'hello', 'a manifest must be an object'],
    ['another kind', { apiVersion: 'apps/v1', kind: 'Deployment' }, 'invalid pod: kind Deployment, version apps/v1'],
    ['no containers', { apiVersion: 'v1', kind: 'Pod', spec: {} }, 'spec.containers: Required value'],
    ['a wrong container', manifest('a', ' '), 'spec.containers[0].image: Invalid'],
  ])('with %s is refused', (_, document, message) => {
    expect(() => podsOf([document], origin)).toThrow(message);
  });
});

it('only a manifest makes a pod static: an annotation that a client sets does not', () => {
  const [pod] = podsOf([manifest('web')], origin);
  const claimed = aKubeletPod();
  claimed.metadata.annotations = { 'kubernetes.io/config.source': 'file' };
  expect([pod && isCritical(pod), isCritical(claimed)]).toEqual([true, false]);
});

describe('the folder of manifests', () => {
  let kubelet: TestKubelet;
  let runtime: Runtime;
  beforeEach(async () => {
    kubelet = await testKubelet();
    runtime = createSimulatedRuntime({ clock: systemClock });
  });
  afterEach(() => kubelet.close());

  const name = `web-${nodeName}`;
  const put = async (file: string, ...objects: unknown[]) => {
    await mkdir(kubelet.manifests, { recursive: true });
    await writeFile(join(kubelet.manifests, file), objects.map((each) => JSON.stringify(each)).join('\n---\n'));
  };
  const mirror = async (): Promise<Pod | undefined> =>
    (await kubelet.admin.resource(pods).list({ namespace: 'default' })).items.find(
      ({ metadata }) => metadata.name === name,
    );
  const running = async () =>
    (await runtime.listContainers(kubelet.signal)).filter(({ state }) => state === 'running').map(({ image }) => image);
  const shown = async () => (await mirror())?.status?.phase;

  it('has its pods run, and shows each in the API with its status', async () => {
    await put('web.yaml', manifest('web'));
    await put('.hidden.yaml', manifest('hidden'));
    await put('broken.yaml', 'no pod');
    kubelet.start(runtime);
    await expect.poll(shown).toBe('Running');
    const pod = await mirror();
    const hash = pod?.metadata.annotations?.['kubernetes.io/config.hash'];
    expect(pod?.metadata).toMatchObject({
      annotations: { 'kubernetes.io/config.mirror': hash, 'kubernetes.io/config.source': 'file' },
      ownerReferences: [{ kind: 'Node', name: nodeName, controller: true }],
    });
    expect([pod?.metadata.uid === hash, await running()]).toEqual([false, ['web:1.0']]);
    const isReady = async () =>
      (await mirror())?.status?.conditions?.find(({ type }: core.PodCondition) => type === 'Ready')?.status;
    await expect.poll(isReady).toBe('True');
  });

  it('has a changed pod replaced, once the one before has stopped, and a removed one stopped', async () => {
    kubelet.start(runtime);
    await put('web.yaml', manifest('web'));
    await expect.poll(shown, { timeout: 5000 }).toBe('Running');
    const before = (await mirror())?.metadata.uid;
    await put('web.yaml', manifest('web', 'web:2.0'));
    await expect.poll(running, { timeout: 5000 }).toEqual(['web:2.0']);
    await expect.poll(async () => (await mirror())?.spec.containers[0]?.image).toBe('web:2.0');
    expect((await mirror())?.metadata.uid).not.toBe(before);
    await rm(join(kubelet.manifests, 'web.yaml'));
    await expect.poll(running, { timeout: 5000 }).toEqual([]);
    await expect.poll(mirror).toBeUndefined();
  });

  it('goes on with its pods whatever clients delete: the mirror pod is made again, with its status', async () => {
    await put('web.yaml', manifest('web'));
    kubelet.start(runtime);
    await expect.poll(shown).toBe('Running');
    const [container] = await runtime.listContainers(kubelet.signal);
    const uid = (await mirror())?.metadata.uid;
    await kubelet.admin.resource(pods).delete(name, 'default', { gracePeriodSeconds: 0 });
    await expect.poll(async () => [(await mirror())?.metadata.uid !== uid, await shown()]).toEqual([true, 'Running']);
    expect((await runtime.listContainers(kubelet.signal)).map(({ id }) => id)).toEqual([container?.id]);
  });
});
