import { mkdtemp, readdir, readFile, readlink, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { writeAtomically } from '../../../../../agent/kubelet/volumes/atomic-writer.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'skiff-atomic-'));
});
afterEach(() => rm(folder, { recursive: true }));

const payload = (files: Record<string, string>, mode = 0o644) =>
  new Map(Object.entries(files).map(([path, text]) => [path, { data: Buffer.from(text), mode }]));

test('files appear through one link, with their modes', async () => {
  expect(await writeAtomically(folder, payload({ a: '1', 'deep/b': '2' }, 0o400), 0)).toBe(true);
  expect(await readlink(join(folder, 'a'))).toBe('..data/a');
  expect(await readFile(join(folder, 'deep/b'), 'utf8')).toBe('2');
  expect((await stat(join(folder, 'a'))).mode & 0o777).toBe(0o400);
});

test('with a group, files and folders are its to read, and nobody’s to write who could not before', async () => {
  const group = process.getgid?.() ?? 0;
  await writeAtomically(folder, payload({ a: '1', 'deep/b': '2' }, 0o600), 0, group);
  const modes = await Promise.all(['', 'a', 'deep', 'deep/b'].map((path) => stat(join(folder, path))));
  expect(modes.map(({ mode, gid }) => [(mode & 0o7777).toString(8), gid])).toEqual([
    ['2777', group],
    ['640', group],
    ['2755', group],
    ['640', group],
  ]);
});

test('the same again changes nothing', async () => {
  await writeAtomically(folder, payload({ a: '1' }), 0);
  const before = await readlink(join(folder, '..data'));
  expect(await writeAtomically(folder, payload({ a: '1' }), 1)).toBe(false);
  expect(await readlink(join(folder, '..data'))).toBe(before);
});

test('an update swaps the folder, and what is gone disappears', async () => {
  await writeAtomically(folder, payload({ a: '1', b: '2' }), 0);
  const before = await readlink(join(folder, '..data'));
  expect(await writeAtomically(folder, payload({ a: '3' }), 1000)).toBe(true);
  expect(await readFile(join(folder, 'a'), 'utf8')).toBe('3');
  const names = await readdir(folder);
  expect(names).not.toContain('b');
  expect(names).not.toContain(before);
});
