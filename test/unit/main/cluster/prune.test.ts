import { expect, it } from 'vitest';
import { superseded } from '../../../../main/cluster/image/prune.ts';
import type { ImageSummary } from '../../../../main/engine/images.ts';

const hour = 3600;
const now = 1_000 * hour;

const image = (tag: string, age: number, tags = [`skiff-node:${tag}`]): ImageSummary => ({
  Id: `sha256:${tag}`,
  ParentId: '',
  RepoTags: tags,
  Created: now - age,
  Size: 1,
  VirtualSize: 1,
  SharedSize: 0,
  Labels: {},
  Containers: 0,
});

const cases: [string, ImageSummary[], string[]][] = [
  ['the newest, however old it is', [image('a', 500 * hour)], []],
  [
    'those that another process may be about to use',
    [image('a', 2 * hour), image('b', hour - 1), image('c', 0)],
    ['skiff-node:a'],
  ],
  [
    'none that is older, whatever the order',
    [image('b', 3 * hour), image('c', 2 * hour), image('a', 9 * hour)],
    ['skiff-node:b', 'skiff-node:a'],
  ],
  ['the one in use, which was pulled and is older', [image('b', 2 * hour), image('used', 9 * hour)], []],
];
it.each(cases)('keeps %s', (_, images, removed) => {
  expect(superseded(images, 'skiff-node:used', now * 1000)).toEqual(removed);
});

it.each([[[]], [['<none>:<none>']]])('names an image by its ID where a newer one has taken its tag: %j', (tags) => {
  const images = [image('new', 0), image('old', 2 * hour, tags)];
  expect(superseded(images, 'skiff-node:used', now * 1000)).toEqual(['sha256:old']);
});
