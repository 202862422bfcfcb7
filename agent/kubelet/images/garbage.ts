/**
 * Which images may be removed, and in what order. Pure.
 *
 * The engine belongs to a person, and all nodes share it. So upstream's rules apply only to what this node's own pulls
 * brought to the engine, and while nobody uses it.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/kubelet/images/image_gc_manager.go
 */
import { fullImageName, parseImageName } from '../../api/image-name.ts';
import type { ImageInfo } from '../runtime/runtime.ts';
import { type Brought, bareId } from './pulled-images.ts';

export interface Garbage {
  id: string;
  /** Complete names; the image goes with the last of them. */
  names: string[];
  /** In bytes. */
  size: number;
}

export interface EngineImages {
  images: readonly ImageInfo[];
  /** Ids and names of what containers have and pods ask for. */
  inUse: ReadonlySet<string>;
}

/** When each image was last seen in use, by id, in milliseconds since the epoch. */
export type LastUsed = ReadonlyMap<string, number>;

/** Upstream's imageMinimumGCAge, in milliseconds. */
const leastAge = 120_000;

/** A digest of a repository belongs to the tags of that repository. */
function namesOf({ tags, digests = [] }: ImageInfo): string[] {
  const tagged = new Set(tags.map((tag) => parseImageName(tag).repository));
  const alone = digests.filter((digest) => !tagged.has(parseImageName(digest).repository));
  return [...tags, ...alone].map(fullImageName);
}

const isUsed = (image: ImageInfo, inUse: ReadonlySet<string>): boolean =>
  [bareId(image.id), ...namesOf(image), ...(image.digests ?? []).map(fullImageName)].some((name) => inUse.has(name));

/** Containers give an id, a complete or a short name. */
const normalized = (inUse: ReadonlySet<string>): Set<string> =>
  new Set([...inUse].flatMap((given) => [bareId(given), fullImageName(given)]));

/** The images that are in use now, to remember when. */
export function usedNow({ images, inUse }: EngineImages): string[] {
  const all = normalized(inUse);
  return images.filter((image) => isUsed(image, all)).map(({ id }) => id);
}

interface Candidate extends Garbage {
  usedAt: number;
  broughtAt: number;
}

/** Undefined for an image with a name that is not this node's: somebody else has it. */
function candidateOf(image: ImageInfo, brought: ReadonlyMap<string, Brought>, used: LastUsed): Candidate | undefined {
  const names = namesOf(image);
  const times = names.flatMap((name) => {
    const record = brought.get(name);
    return record && bareId(record.id) === bareId(image.id) ? [record.at] : [];
  });
  if (names.length === 0 || times.length < names.length) return undefined;
  return { id: image.id, names, size: image.size, usedAt: used.get(image.id) ?? 0, broughtAt: Math.max(...times) };
}

/** The least recently used come first, then those that came first. `now` is in milliseconds since the epoch. */
export function garbageIn(
  { images, inUse }: EngineImages,
  brought: ReadonlyMap<string, Brought>,
  used: LastUsed,
  now: number,
): Garbage[] {
  const all = normalized(inUse);
  return images
    .filter((image) => !isUsed(image, all))
    .flatMap((image) => candidateOf(image, brought, used) ?? [])
    .filter(({ broughtAt }) => now - broughtAt >= leastAge)
    .sort((left, right) => left.usedAt - right.usedAt || left.broughtAt - right.broughtAt)
    .map(({ id, names, size }) => ({ id, names, size }));
}

/** The names that are recorded and that the engine does not have, or has for another image. */
export function goneFrom(images: readonly ImageInfo[], brought: ReadonlyMap<string, Brought>): string[] {
  const present = new Map(
    images.flatMap((image) =>
      [...image.tags, ...(image.digests ?? [])].map((name) => [fullImageName(name), bareId(image.id)]),
    ),
  );
  return [...brought].flatMap(([name, { id }]) => (present.get(name) === bareId(id) ? [] : [name]));
}

export interface Disk {
  /** Bytes. */
  capacity: number;
  available: number;
}

const gibi = 2 ** 30;

/** Upstream's imageGCHighThresholdPercent and imageGCLowThresholdPercent: how much of the disk may be used. */
const high = { percent: 85, left: 10 * gibi };
const low = { percent: 80, left: 15 * gibi };

const leastLeft = (capacity: number, { percent, left }: typeof high): number =>
  Math.min((capacity * (100 - percent)) / 100, left);

/** Bytes to free; 0 while there is room. A large disk that is used to 85 % still has room for many images. */
export function bytesToFree({ capacity, available }: Disk): number {
  if (available > leastLeft(capacity, high)) return 0;
  return Math.max(0, Math.ceil(leastLeft(capacity, low) - available));
}

const units = ['KiB', 'MiB', 'GiB', 'TiB'];

/** `26.4 GiB` */
function sizeText(bytes: number): string {
  let [size, unit] = [bytes, 'B'];
  for (const next of units) if (size >= 1024) [size, unit] = [size / 1024, next];
  return `${unit === 'B' ? size : size.toFixed(1)} ${unit}`;
}

/** Upstream's message for a disk that stays full. */
export function notEnough({ capacity, available }: Disk, freed: number): string {
  const usage = 100 - Math.floor((available * 100) / capacity);
  return [
    `Insufficient free disk space on the node's image filesystem (${usage}% of ${sizeText(capacity)} used).`,
    `Failed to free sufficient space by deleting unused images (freed ${freed} bytes).`,
    'Investigate disk usage, as it could be used by active images, logs, volumes, or other data.',
  ].join(' ');
}
