import { mkdtemp, readdir, readFile, readlink, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { type Header, pack } from 'tar-stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  createImageContent,
  type ImageContent,
  imageFolder,
} from '../../../../../agent/kubelet/volumes/image-content.ts';
import { createPaths } from '../../../../../agent/kubelet/volumes/paths.ts';
import { image as imageVolume } from '../../../../../agent/kubelet/volumes/types/image.ts';
import { aKubeletPod } from '../../../../builders/pod-view.ts';

type Entry = Partial<Header> & { name: string; text?: string };

async function tar(entries: readonly Entry[]): Promise<Buffer> {
  const archive = pack();
  for (const { text = '', ...header } of entries) archive.entry(header, text);
  archive.finalize();
  return buffer(Readable.from(archive));
}

/** An archive as `docker save` writes it. */
async function saved(layers: readonly Buffer[]): Promise<Buffer> {
  const archive = pack();
  const names = layers.map((_, at) => `${at}/layer.tar`);
  for (const [at, layer] of layers.entries()) archive.entry({ name: names[at] ?? '' }, layer);
  archive.entry({ name: 'manifest.json' }, JSON.stringify([{ Config: 'c.json', Layers: names }]));
  archive.finalize();
  return buffer(Readable.from(archive));
}

const { signal } = new AbortController();
let folder: string;
let archive: Buffer;
let exported: string[];
let content: ImageContent;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'image-content-'));
  exported = [];
  content = createImageContent({
    paths,
    dataFolder: folder,
    runtime: {
      exportImage: (id) => {
        exported.push(id);
        return Readable.from([archive]);
      },
    },
  });
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const paths = {
  ...createPaths({
    dataFolder: '/nowhere',
    dataOnEngine: '/engine',
    engineSocket: '',
    findManagedFile: async (file) => file,
    findRoot: async () => '/',
  }),
  volume: (uid: string, type: string, name: string) => join(folder, uid, type, name),
  onEngine: (path: string) => path.replace(folder, '/engine'),
};

/** The files of the volume, with what is in them. */
async function filesOf(uid: string, volume = 'v'): Promise<Record<string, string>> {
  const root = join(folder, uid, imageFolder, volume);
  const found = await readdir(root, { recursive: true, withFileTypes: true });
  const files = await Promise.all(
    found.map(async (entry) => {
      const path = join(entry.parentPath, entry.name);
      const shown = entry.isSymbolicLink()
        ? `-> ${await readlink(path)}`
        : entry.isFile()
          ? await readFile(path, 'utf8')
          : '';
      return [path.slice(root.length + 1), shown] as const;
    }),
  );
  return Object.fromEntries(files.sort());
}

async function unpacked(...layers: Entry[][]): Promise<Record<string, string>> {
  archive = await saved(await Promise.all(layers.map(tar)));
  await content.take('pod', 'v', 'sha256:1', signal);
  return filesOf('pod');
}

describe('the content of an image', () => {
  it('is that of its layers, one over the other', async () => {
    const files = await unpacked(
      [
        { name: './a/', type: 'directory' },
        { name: 'a/old', text: 'old' },
        { name: 'a/kept', text: 'kept' },
        { name: 'link', type: 'symlink', linkname: 'a/kept' },
        { name: 'deep/er/file', text: 'deep' },
      ],
      [
        { name: 'a/old', text: 'new' },
        { name: 'hard', type: 'link', linkname: 'a/kept' },
        { name: 'device', type: 'character-device' },
      ],
    );
    expect(files).toEqual({
      a: '',
      'a/kept': 'kept',
      'a/old': 'new',
      deep: '',
      'deep/er': '',
      'deep/er/file': 'deep',
      hard: 'kept',
      link: '-> a/kept',
    });
  });

  it('lacks what a layer removes', async () => {
    const lower = ['a/x', 'a/y', 'b/x', 'c/x/y'].map((name) => ({ name, text: name }));
    const upper = [
      { name: 'a/.wh.x' },
      { name: 'b/new', text: 'new' },
      { name: 'b/.wh..wh..opq' },
      { name: 'c/.wh.x' },
      { name: '.wh.none' },
    ];
    expect(Object.keys(await unpacked(lower, upper))).toEqual(['a', 'a/y', 'b', 'b/new', 'c']);
  });

  it('replaces a folder by a file, and a file by a folder', async () => {
    const files = await unpacked(
      [
        { name: 'a/x', text: 'x' },
        { name: 'b', text: 'b' },
      ],
      [
        { name: 'a', text: 'a' },
        { name: 'b', type: 'directory' },
        { name: 'b/y', text: 'y' },
      ],
    );
    expect(files).toEqual({ a: 'a', b: '', 'b/y': 'y' });
  });

  it('keeps modes', async () => {
    await unpacked([
      { name: 'run', text: '', mode: 0o755 },
      { name: 'secret', text: '', mode: 0o400 },
    ]);
    const modes = await Promise.all(
      ['run', 'secret'].map(async (name) => (await stat(join(folder, 'pod', imageFolder, 'v', name))).mode & 0o7777),
    );
    expect(modes).toEqual([0o755, 0o400]);
  });

  it('is unpacked from compressed layers too', async () => {
    archive = await saved([gzipSync(await tar([{ name: 'x', text: 'x' }]))]);
    await content.take('pod', 'v', 'sha256:1', signal);
    expect(await filesOf('pod')).toEqual({ x: 'x' });
  });

  it.each([
    ['an absolute link', '/etc'],
    ['a link upwards', '../../../../../etc'],
  ])('does not leave its folder by %s', async (_, linkname) => {
    const files = await unpacked([{ name: 'out', type: 'symlink', linkname }], [{ name: 'out/file', text: 'in' }]);
    expect(files).toMatchObject({ 'etc/file': 'in' });
  });

  it.each(['../x', 'a/../../x'])('is refused if it has the name %s', async (name) => {
    await expect(unpacked([{ name, text: '' }])).rejects.toThrow('the archive has a name that leads out of it');
  });

  it('is refused if its links never end', async () => {
    const loop = [{ name: 'a', type: 'symlink', linkname: 'a' } as const, { name: 'a/x', text: '' }];
    await expect(unpacked(loop)).rejects.toThrow('too many links');
  });
});

describe('an image that several pods mount', () => {
  beforeEach(async () => {
    archive = await saved([
      await tar([
        { name: 'x', text: 'x' },
        { name: 'd/y', text: 'y' },
      ]),
    ]);
  });

  it('is unpacked once, even if they come together', async () => {
    await Promise.all(['p1', 'p2', 'p3'].map((uid) => content.take(uid, 'v', 'sha256:1', signal)));
    expect(exported).toEqual(['sha256:1']);
    expect(await filesOf('p3')).toEqual({ d: '', 'd/y': 'y', x: 'x' });
  });

  it('is removed when none of them is left', async () => {
    await content.take('p1', 'v', 'sha256:1', signal);
    await content.take('p2', 'v', 'sha256:2', signal);
    await content.retain(['p1']);
    expect(await readdir(join(folder, 'images/content'))).toEqual(['1']);
    await content.retain([]);
    expect(await readdir(join(folder, 'images/content'))).toEqual([]);
  });

  it('is replaced for the next container by what a pull brought', async () => {
    await content.take('p1', 'v', 'sha256:1', signal);
    archive = await saved([await tar([{ name: 'new', text: 'new' }])]);
    await content.take('p1', 'v', 'sha256:2', signal);
    expect(await filesOf('p1')).toEqual({ new: 'new' });
  });

  it('leaves nothing behind if it cannot be unpacked, and is tried again', async () => {
    const whole = archive;
    archive = whole.subarray(0, 700);
    await expect(content.take('p1', 'v', 'sha256:1', signal)).rejects.toThrow();
    expect(await readdir(join(folder, 'images/content'))).toEqual([]);
    archive = whole;
    await content.take('p1', 'v', 'sha256:1', signal);
    expect(exported).toHaveLength(2);
  });

  it('is mounted read-only, whole or in part; nothing is made in it', async () => {
    const pod = { ...aKubeletPod({ containers: [] }) };
    await content.take(pod.metadata.uid, 'v', 'sha256:1', signal);
    const place = { pod, name: 'v', paths, now: () => 0 };
    const volume = { name: 'v', image: { reference: 'data:1' } };
    const mount = (subPath: string) => imageVolume.mount(volume, place, { target: '/m', readOnly: false, subPath });
    expect(await mount('')).toEqual({ source: '/engine/images/content/1', target: '/m', readOnly: true });
    expect(await mount('d')).toMatchObject({ source: '/engine/images/content/1/d', readOnly: true });
    await expect(mount('no')).rejects.toThrow('subPath "no" is not in the image');
    expect(Object.keys(await filesOf(pod.metadata.uid))).toEqual(['d', 'd/y', 'x']);
  });
});
