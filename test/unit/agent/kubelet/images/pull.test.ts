/**
 * Cases of upstream's pkg/kubelet/images/image_manager_test.go and pullmanager/image_pull_manager_test.go, in our
 * words.
 */
import { beforeEach, describe, expect, it } from 'vitest';
import type { Secret } from '../../../../../agent/api/types.ts';
import { durationText } from '../../../../../agent/kubelet/images/duration-text.ts';
import { ensureImage, type ImageDeps, type ImageRequest } from '../../../../../agent/kubelet/images/pull.ts';
import { createPulledImages, memoryStore } from '../../../../../agent/kubelet/images/pulled-images.ts';
import { createSlots } from '../../../../../agent/kubelet/limits/slots.ts';
import type { ImageInfo, Runtime } from '../../../../../agent/kubelet/runtime/runtime.ts';
import { createSimulatedRuntime } from '../../../../../agent/kubelet/runtime/simulated/simulated.ts';
import { createFakeClock, type FakeClock, settle } from '../../../../fakes/clock.ts';

const pod = { name: 'p', namespace: 'default', uid: 'u' };
const image = 'quay.io/team/app:1';
const { signal } = new AbortController();

const secretOf = (username: string, password: string, name = username): Secret => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name, namespace: 'default', uid: `uid-${name}`, resourceVersion: '1', creationTimestamp: '' },
  type: 'kubernetes.io/dockercfg',
  data: { '.dockercfg': Buffer.from(JSON.stringify({ 'quay.io': { username, password } })).toString('base64') },
});

/**
 * A node whose registry hands `image` to the users with these passwords, or to everybody. Each answer takes a second.
 */
function aNode(users?: Record<string, string>) {
  const clock: FakeClock = createFakeClock();
  const images = new Map<string, ImageInfo>();
  const tried: string[] = [];
  const add = (name: string, more: Partial<ImageInfo> = {}) =>
    images.set(name, { id: `sha256:${name}`, tags: [name], size: 1234, user: '', entrypoint: [], cmd: [], ...more });
  const runtime: Runtime = {
    ...createSimulatedRuntime({ clock }),
    inspectImage: async (name) => images.get(name),
    listImages: async () => [...images.values()],
    async pullImage(name, _pod, login) {
      tried.push(login?.username ?? '-');
      await clock.sleep(1000);
      const isIn = !users || (login && users[login.username] === login.password);
      if (!isIn) throw new Error(`denied to ${login?.username ?? 'nobody'}`);
      add(name, { digests: [`${name}@sha256:1`] });
    },
  };
  const store = memoryStore();
  const deps: ImageDeps = { runtime, clock, pulled: createPulledImages(store), slots: createSlots(1) };
  const told: string[] = [];
  const ensure = async (more: Partial<ImageRequest> = {}, given: ImageDeps = deps): Promise<string> => {
    const request = { image, policy: 'IfNotPresent', pod, secrets: [], ...more };
    const asked = ensureImage(
      given,
      request,
      (type, reason, message) => told.push(`${type} ${reason} ${message}`),
      signal,
    );
    const outcome = asked.then(
      ({ id }) => id,
      (error) => `${error.reason}: ${error.message}`,
    );
    for (let turn = 0; turn < 4; turn += 1) {
      await settle();
      await clock.advance(1000);
    }
    return outcome;
  };
  return { clock, runtime, deps, store, images, add, tried, told, ensure };
}

let node: ReturnType<typeof aNode>;
beforeEach(() => {
  node = aNode();
});

describe('an image that is not there', () => {
  it('is pulled, and the events tell how long it took and how large it is', async () => {
    expect(await node.ensure()).toBe(`sha256:${image}`);
    expect(node.told).toEqual([
      `Normal Pulling Pulling image "${image}"`,
      `Normal Pulled Successfully pulled image "${image}" in 1s (1s including waiting). Image size: 1234 bytes.`,
    ]);
  });

  it('is not pulled with the policy Never', async () => {
    const message = `Container image "${image}" is not present with pull policy of Never`;
    expect(await node.ensure({ policy: 'Never' })).toBe(`ErrImageNeverPull: ${message}`);
    expect(node.told).toEqual([`Warning ErrImageNeverPull ${message}`, 'Warning Failed Error: ErrImageNeverPull']);
    expect(node.tried).toEqual([]);
  });

  it('waits for a pull that is under way, and its event counts that apart', async () => {
    await Promise.all([node.ensure(), node.ensure({ image: 'quay.io/team/second:1' })]);
    expect(node.told.at(-1)).toContain('in 1s (2s including waiting)');
  });

  it('that the registry does not have is a failed pull', async () => {
    node = aNode({});
    expect(await node.ensure()).toBe('ErrImagePull: denied to nobody');
    expect(node.told.slice(1)).toEqual([
      `Warning Failed Failed to pull image "${image}": denied to nobody`,
      'Warning Failed Error: ErrImagePull',
    ]);
  });
});

describe('an image that is there', () => {
  it.each(['IfNotPresent', 'Never'])('is taken with the policy %s', async (policy) => {
    node.add(image);
    expect(await node.ensure({ policy })).toBe(`sha256:${image}`);
    expect(node.told).toEqual([
      `Normal Pulled Container image "${image}" already present on machine and can be accessed by the pod`,
    ]);
  });

  it('is pulled again with the policy Always', async () => {
    node.add(image);
    await node.ensure({ policy: 'Always' });
    expect(node.tried).toEqual(['-']);
  });

  it.each([
    ['only locally, with Always by default: it is taken', 'app:latest', undefined, []],
    ['from a registry, with Always by default: it is pulled', 'app:latest', ['app@sha256:1'], ['-']],
    ['only locally, with Always said: it is pulled', 'app:1', undefined, ['-']],
  ] as const)('%s', async (_, name, digests, tried) => {
    node.add(name, digests ? { digests: [...digests] } : {});
    await node.ensure({ image: name, policy: 'Always' });
    expect(node.tried).toEqual(tried);
  });

  it('is taken where Always is only the default and the registry does not answer', async () => {
    node = aNode({});
    node.add('app:latest', { digests: ['app@sha256:1'] });
    expect(await node.ensure({ image: 'app:latest', policy: 'Always' })).toBe('sha256:app:latest');
  });
});

it('a malformed name is told in the words of upstream', async () => {
  const message = 'Failed to apply default image tag "a b": couldn\'t parse image name "a b": invalid reference format';
  expect(await node.ensure({ image: 'a b' })).toBe(`InvalidImageName: ${message}`);
  expect(node.told).toEqual([`Warning InspectFailed ${message}`, 'Warning Failed Error: InvalidImageName']);
});

it('an engine that cannot be asked is an ImageInspectError', async () => {
  node.runtime.inspectImage = async () => {
    throw new Error('engine is away');
  };
  expect(await node.ensure()).toBe('ImageInspectError: Failed to inspect image "": engine is away');
});

describe('credentials', () => {
  it('are tried one after the other until one is accepted', async () => {
    node = aNode({ right: 'pw' });
    const secrets = [secretOf('wrong', 'x'), secretOf('right', 'pw'), secretOf('unused', 'x')];
    expect(await node.ensure({ secrets })).toBe(`sha256:${image}`);
    expect(node.tried).toEqual(['wrong', 'right']);
  });

  it('that all fail are told together', async () => {
    node = aNode({});
    const secrets = [secretOf('a', 'x'), secretOf('b', 'x')];
    expect(await node.ensure({ secrets })).toBe('ErrImagePull: [denied to a, denied to b]');
  });

  it('that cannot be read are a failed pull', async () => {
    const broken = { ...secretOf('a', 'x'), data: { '.dockercfg': Buffer.from('{').toString('base64') } };
    expect(await node.ensure({ secrets: [broken] })).toMatch(/^ErrImagePull: /);
    expect(node.told.at(-1)).toBe('Warning Failed Error: ErrImagePull');
  });
});

describe('a private image that the node has pulled for one pod', () => {
  const own = secretOf('right', 'pw');
  beforeEach(async () => {
    node = aNode({ right: 'pw', other: 'pw2' });
    await node.ensure({ secrets: [own] });
    node.tried.length = 0;
    node.told.length = 0;
  });

  it.each([
    ['the same secret', [own]],
    ['another secret with the same credential', [secretOf('right', 'pw', 'copy')]],
    ['the same secret after its password was changed', [secretOf('right', 'new')]],
  ])('is there for a pod with %s', async (_, secrets) => {
    await node.ensure({ secrets });
    expect(node.tried).toEqual([]);
    expect(node.told).toEqual([
      `Normal Pulled Container image "${image}" already present on machine and can be accessed by the pod`,
    ]);
  });

  it('is asked for again for a pod without credentials, which the registry refuses', async () => {
    expect(await node.ensure()).toBe('ErrImagePull: denied to nobody');
  });

  it('is asked for again for a pod with other credentials, once', async () => {
    const secrets = [secretOf('other', 'pw2')];
    await node.ensure({ secrets });
    await node.ensure({ secrets });
    expect(node.tried).toEqual(['other']);
  });

  it('is not there for a pod with the policy Never and without credentials', async () => {
    const why = 'is present with pull policy of Never but does not have the proper credentials to access the image';
    expect(await node.ensure({ policy: 'Never' })).toBe(`ErrImageNeverPull: Container image "${image}" ${why}`);
  });

  it('stays private when the agent starts again', async () => {
    const again = { ...node.deps, pulled: createPulledImages(node.store) };
    expect(await node.ensure({}, again)).toBe('ErrImagePull: denied to nobody');
  });

  it('is there for everybody once the registry gave it to nobody in particular', async () => {
    const open = aNode();
    const shared = { ...open.deps, pulled: node.deps.pulled };
    await open.ensure({}, shared);
    await open.ensure({}, shared);
    expect(open.tried).toEqual(['-']);
  });
});

it('an image whose pull a crash cut off is asked for again', async () => {
  await node.deps.pulled.begin(image);
  node.add(image);
  await node.ensure({}, { ...node.deps, pulled: createPulledImages(node.store) });
  expect(node.tried).toEqual(['-']);
});

it.each([
  [0, '0s'],
  [393, '393ms'],
  [1500, '1.5s'],
  [60_000, '1m0s'],
  [62_003, '1m2.003s'],
  [3_601_000, '1h0m1s'],
])('%d ms read as %s', (milliseconds, text) => {
  expect(durationText(milliseconds)).toBe(text);
});
