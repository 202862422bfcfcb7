/** Which images a node may remove from an engine that belongs to a person. */
import { describe, expect, it } from 'vitest';
import {
  bytesToFree,
  type EngineImages,
  garbageIn,
  goneFrom,
  notEnough,
  usedNow,
} from '../../../../../agent/kubelet/images/garbage.ts';
import { createPulledImages, memoryStore, type Pull } from '../../../../../agent/kubelet/images/pulled-images.ts';
import { imageChangeOf } from '../../../../../agent/kubelet/runtime/docker/images.ts';
import type { ImageInfo } from '../../../../../agent/kubelet/runtime/runtime.ts';

const gibi = 2 ** 30;
const now = 1_000_000;
const web = 'docker.io/library/web:1';
const digest = `sha256:${'d'.repeat(64)}`;
const idOf = (letter: string): string => `sha256:${letter.repeat(64)}`;
const anImage = (letter: string, tags: string[], digests: string[] = []): ImageInfo => {
  return { id: idOf(letter), tags, digests, size: 100, user: '', entrypoint: [], cmd: [] };
};
const broughtAs = (...records: [name: string, letter: string, at?: number][]) =>
  new Map(records.map(([name, letter, at = 0]) => [name, { id: idOf(letter), at }]));

describe('an image', () => {
  const one = [anImage('a', ['web:1'], [`web@${digest}`])];
  const own = broughtAs([web, 'a']);
  it.each<[string, EngineImages, ReturnType<typeof broughtAs>, string[]]>([
    ['that this node brought and nobody uses may go', { images: one, inUse: new Set() }, own, [web]],
    ['that this node did not bring stays', { images: one, inUse: new Set() }, new Map(), []],
    ['of a container stays, by its id', { images: one, inUse: new Set([idOf('a')]) }, own, []],
    ['of a container stays, by the bare id', { images: one, inUse: new Set(['a'.repeat(64)]) }, own, []],
    ['of a container or a pod stays, by its short name', { images: one, inUse: new Set(['web:1']) }, own, []],
    ['that a pod names by its digest stays', { images: one, inUse: new Set([`web@${digest}`]) }, own, []],
    [
      'with a name that somebody else gave stays',
      { images: [anImage('a', ['web:1', 'mine:1'])], inUse: new Set() },
      own,
      [],
    ],
    [
      'that somebody else has by digest, from another repository, stays',
      { images: [anImage('a', ['web:1'], [`mirror/web@${digest}`])], inUse: new Set() },
      own,
      [],
    ],
    ['that took over the name stays', { images: [anImage('b', ['web:1'])], inUse: new Set() }, own, []],
    ['without a name stays', { images: [anImage('a', [])], inUse: new Set() }, own, []],
    [
      'that came by its digest goes by its digest',
      { images: [anImage('a', [], [`web@${digest}`])], inUse: new Set() },
      broughtAs([`docker.io/library/web@${digest}`, 'a']),
      [`docker.io/library/web@${digest}`],
    ],
    [
      'with two names of this node loses both',
      { images: [anImage('a', ['web:1', 'web:2'])], inUse: new Set() },
      broughtAs([web, 'a'], ['docker.io/library/web:2', 'a']),
      [web, 'docker.io/library/web:2'],
    ],
    [
      'that came less than two minutes ago stays',
      { images: one, inUse: new Set() },
      broughtAs([web, 'a', now - 119_000]),
      [],
    ],
  ])('%s', (_, found, brought, names) => {
    expect(garbageIn(found, brought, new Map(), now).flatMap((each) => each.names)).toEqual(names);
  });
});

it('the least recently used image goes first, then the one that came first', () => {
  const images = ['a', 'b', 'c'].map((letter) => anImage(letter, [`${letter}:1`]));
  const brought = broughtAs(
    ...['a', 'b', 'c'].map((letter, at): [string, string, number] => [`docker.io/library/${letter}:1`, letter, at]),
  );
  const used = new Map([[idOf('a'), 500]]);
  const order = garbageIn({ images, inUse: new Set() }, brought, used, now).map(({ id }) => id);
  expect(order).toEqual([idOf('b'), idOf('c'), idOf('a')]);
  expect(usedNow({ images, inUse: new Set([idOf('c'), 'b:1']) })).toEqual([idOf('b'), idOf('c')]);
});

it('a name that is gone, or means another image, is no longer the node’s', () => {
  const brought = broughtAs([web, 'a'], ['docker.io/library/other:1', 'b'], [`docker.io/library/web@${digest}`, 'a']);
  expect(goneFrom([anImage('a', ['web:1'], [`web@${digest}`])], brought)).toEqual(['docker.io/library/other:1']);
  expect(goneFrom([anImage('c', ['web:1'])], brought)).toEqual([...brought.keys()]);
});

it.each([
  ['a small disk below 85 %', 10 * gibi, 1.6 * gibi, 0],
  ['a small disk at 85 %, down to 80 %', 10 * gibi, 1.5 * gibi, 0.5 * gibi],
  ['a large disk at 90 % with room for more', 500 * gibi, 50 * gibi, 0],
  ['a large disk with ten gigabytes left, until it has fifteen', 500 * gibi, 10 * gibi, 5 * gibi],
])('%s', (_, capacity, available, bytes) => {
  expect(bytesToFree({ capacity, available })).toBe(bytes);
});

it('says how full the disk stays, in upstream’s words', () => {
  expect(notEnough({ capacity: 26.4 * gibi, available: 3.3 * gibi }, 385_820_817)).toBe(
    "Insufficient free disk space on the node's image filesystem (88% of 26.4 GiB used). Failed to free sufficient " +
      'space by deleting unused images (freed 385820817 bytes). Investigate disk usage, as it could be used by active ' +
      'images, logs, volumes, or other data.',
  );
});

describe('a node remembers what its pulls brought', () => {
  const aPull = (more: Partial<Pull> = {}): Pull => ({
    ...{ image: web, repository: 'docker.io/library/web', id: idOf('a'), credential: undefined },
    ...{ wasThere: false, at: 100, ...more },
  });
  const namesAfter = async (act: (records: ReturnType<typeof createPulledImages>) => Promise<void>) => {
    const store = memoryStore();
    await act(createPulledImages(store));
    // What survives is what the next process reads.
    return [...(await createPulledImages(store).brought()).keys()];
  };

  it.each<[string, Pull[], string[]]>([
    ['the engine did not have it', [aPull()], [web]],
    ['somebody had brought it before', [aPull({ wasThere: true })], []],
    ['this node had brought it before', [aPull(), aPull({ wasThere: true, id: idOf('b') })], [web]],
  ])('where %s', async (_, pulls, names) => {
    const act = async (records: ReturnType<typeof createPulledImages>) => {
      for (const pull of pulls) {
        await records.begin(pull.image);
        await records.succeeded(pull);
      }
    };
    expect(await namesAfter(act)).toEqual(names);
  });

  it.each<[string, string[], number, string[]]>([
    ['asks for it by name', ['web:1'], 101, []],
    ['names its id', [idOf('a')], 101, []],
    ['names its id as Podman does', ['a'.repeat(64)], 101, []],
    ['asks for its repository by digest', [`web@${digest}`], 101, []],
    ['asks for another tag', ['web:2'], 101, [web]],
    ['asked for it before it came', ['web:1'], 99, [web]],
  ])('until somebody %s', async (_, images, at, names) => {
    const act = async (records: ReturnType<typeof createPulledImages>) => {
      await records.succeeded(aPull());
      await records.wanted(images, at);
    };
    expect(await namesAfter(act)).toEqual(names);
  });

  it('though the engine tells of each pull of its own', async () => {
    const act = async (records: ReturnType<typeof createPulledImages>) => {
      await records.succeeded(aPull());
      await records.begin(web);
      await records.wanted(['web:1'], 150);
      await records.succeeded(aPull({ wasThere: true, at: 151 }));
    };
    expect(await namesAfter(act)).toEqual([web]);
  });

  it('in the records of an older version as well', async () => {
    const store = memoryStore();
    await store.write(JSON.stringify({ pulled: {}, intents: [] }));
    expect([...(await createPulledImages(store).brought())]).toEqual([]);
  });
});

it.each([
  ['a pull by Docker', { Action: 'pull', Actor: { ID: 'web:1', Attributes: { name: 'web' } } }, 'wanted', ['web:1']],
  [
    'a pull by Podman',
    { Action: 'pull', Actor: { ID: idOf('a'), Attributes: { name: web } } },
    'wanted',
    [idOf('a'), web],
  ],
  ['a tag', { Action: 'tag', Actor: { ID: idOf('a'), Attributes: { name: 'web:1' } } }, 'wanted', [idOf('a'), 'web:1']],
  ['a removal', { Action: 'untag', Actor: { ID: idOf('a') } }, 'removed', [idOf('a')]],
])('%s of an image is read from the engine’s events', (_, event, kind, images) => {
  expect(imageChangeOf({ ...event, timeNano: 1_500_000_000 })).toEqual({ kind, images, at: 1500 });
});
