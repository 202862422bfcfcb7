import { beforeEach, describe, expect, it } from 'vitest';
import type { core, Secret } from '../../../../../agent/api/types.ts';
import { ImageError } from '../../../../../agent/kubelet/images/pull.ts';
import { createPulledImages, memoryStore } from '../../../../../agent/kubelet/images/pulled-images.ts';
import { createSlots } from '../../../../../agent/kubelet/limits/slots.ts';
import {
  forgetArrivedImages,
  forgetReplacedImages,
  imageFailed,
  imageOf,
} from '../../../../../agent/kubelet/pods/container-image.ts';
import { createMemory, type PodMemory } from '../../../../../agent/kubelet/pods/memory.ts';
import type { ImageUser } from '../../../../../agent/kubelet/pods/parts.ts';
import { createRuntimeCache } from '../../../../../agent/kubelet/runtime/cache.ts';
import type { RegistryLogin, Runtime } from '../../../../../agent/kubelet/runtime/runtime.ts';
import { createSimulatedRuntime } from '../../../../../agent/kubelet/runtime/simulated/simulated.ts';
import { createLogger } from '../../../../../agent/log.ts';
import { aKubeletPod } from '../../../../builders/pod-view.ts';
import { createFakeClock, type FakeClock } from '../../../../fakes/clock.ts';

const image = 'quay.io/team/app:1';
const container: core.Container = { name: 'c', image, imagePullPolicy: 'IfNotPresent' };
const { signal } = new AbortController();

let clock: FakeClock;
let told: string[];
let taken: string[][];
let memory: PodMemory;
let logins: (RegistryLogin | undefined)[];
let present: boolean;
let parts: ImageUser & Parameters<typeof imageFailed>[0];

beforeEach(() => {
  clock = createFakeClock(0);
  told = [];
  taken = [];
  logins = [];
  present = false;
  memory = createMemory(aKubeletPod({ containers: [container] }), 0);
  const runtime: Runtime = {
    ...createSimulatedRuntime({ clock }),
    inspectImage: async () =>
      present ? { id: 'sha256:1', tags: [image], size: 1, user: '', entrypoint: [], cmd: [] } : undefined,
    pullImage: async (_image, _pod, login) => {
      logins.push(login);
      present = true;
    },
  };
  const log = createLogger('kubelet', () => {});
  const pulled = createPulledImages(memoryStore());
  const pullSecret: Secret = {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'pull', namespace: 'default', uid: '1', resourceVersion: '1', creationTimestamp: '' },
    type: 'kubernetes.io/dockercfg',
    data: { '.dockercfg': Buffer.from('{"quay.io":{"username":"u","password":"p"}}').toString('base64') },
  };
  const objects = { secret: async (_: string, name: string) => (name === 'pull' ? pullSecret : undefined) };
  parts = {
    clock,
    runtime,
    log,
    signal,
    cache: createRuntimeCache({ runtime, clock, log, onChange: () => {}, onHealth: () => {} }),
    recorder: { event: (_, type, reason, message) => void told.push(`${type} ${reason} ${message}`) },
    imageContent: { take: async (_uid, volume, id) => void taken.push([volume, id]), retain: async () => {} },
    images: { runtime, clock, pulled, slots: createSlots(1) },
    objects: {
      ...objects,
      configMap: async () => undefined,
      claim: async () => undefined,
      volume: async () => undefined,
      follow: () => {},
    },
  };
});

const failure = () => memory.starts.failures.get('c');
const fail = (reason: ImageError['reason']) => imageFailed(parts, memory, 'c', new ImageError(reason, image, 'why'));

describe('a failed pull', () => {
  it('is an ErrImagePull at first, then an ImagePullBackOff that names it', async () => {
    fail('ErrImagePull');
    expect(failure()).toEqual({ reason: 'ErrImagePull', message: 'why', image, retryAt: 10_000 });
    await clock.advance(1000);
    expect(failure()).toEqual({
      reason: 'ImagePullBackOff',
      message: `Back-off pulling image "${image}": ErrImagePull: why`,
      image,
      retryAt: 10_000,
    });
    expect(told).toEqual([
      `Normal BackOff Back-off pulling image "${image}"`,
      'Warning Failed Error: ImagePullBackOff',
    ]);
  });

  it('is tried again after 10, 20, 40 and so on seconds, and after five minutes at the most', () => {
    const delays = Array.from({ length: 7 }, () => {
      fail('ErrImagePull');
      return ((failure()?.retryAt ?? 0) - clock.now()) / 1000;
    });
    expect(delays).toEqual([10, 20, 40, 80, 160, 300, 300]);
  });

  it.each(['ErrImageNeverPull', 'InvalidImageName', 'ImageInspectError'] as const)(
    'differs from %s, which is looked at again every ten seconds',
    async (reason) => {
      fail(reason);
      fail(reason);
      await clock.advance(1000);
      expect(failure()).toEqual({ reason, message: 'why', image, retryAt: 10_000 });
    },
  );
});

describe('a container that waits for an image', () => {
  it('is started at once when the image has arrived', async () => {
    fail('ErrImageNeverPull');
    expect(await forgetArrivedImages(parts, memory)).toBe(false);
    present = true;
    expect(await forgetArrivedImages(parts, memory)).toBe(true);
    expect(failure()).toBeUndefined();
  });

  it('is started at once when its image was corrected, and goes on waiting when something else changed', () => {
    fail('ErrImagePull');
    forgetReplacedImages(memory);
    expect(failure()).toBeDefined();
    memory.pod = { ...memory.pod, spec: { containers: [{ ...container, image: 'quay.io/team/app:2' }] } };
    forgetReplacedImages(memory);
    expect(failure()).toBeUndefined();
  });
});

it('the secrets of a pod are shown to the registry; a missing one is told and passed over', async () => {
  const imagePullSecrets = [{ name: 'lost' }, { name: 'gone' }, {}, { name: 'pull' }] as { name: string }[];
  memory.pod = { ...memory.pod, spec: { ...memory.pod.spec, imagePullSecrets } };
  await imageOf(parts, memory, container, signal);
  expect(logins).toMatchObject([{ username: 'u', password: 'p' }]);
  expect(told[0]).toBe(
    'Warning FailedToRetrieveImagePullSecret Unable to retrieve some image pull secrets (lost, gone); ' +
      'attempting to pull the image may not succeed.',
  );
});

it('the images that a container mounts are pulled before its own, by their policy, and are the pod’s volumes', async () => {
  const volumes = [
    { name: 'data', image: { reference: 'quay.io/team/data:1', pullPolicy: 'IfNotPresent' } },
    { name: 'other', image: { reference: 'quay.io/team/other:1' } },
  ];
  memory.pod = { ...memory.pod, spec: { ...memory.pod.spec, volumes } };
  await imageOf(parts, memory, { ...container, volumeMounts: [{ name: 'data', mountPath: '/d' }] }, signal);
  expect(taken).toEqual([['data', 'sha256:1']]);
  expect(told[0]).toBe('Normal Pulling Pulling image "quay.io/team/data:1"');
});
