import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { readMessage } from '../../../../../agent/kubelet/pods/termination-message.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'skiff-message-'));
});
afterEach(() => rm(folder, { recursive: true }));

it.each<[string, string, string]>([
  ['nothing', '', ''],
  ['a line', 'no such file: a\n', 'no such file: a\n'],
  ['as much as upstream takes', 'x'.repeat(4096), 'x'.repeat(4096)],
  ['of more than that the beginning', `${'x'.repeat(4096)}${'y'.repeat(1 << 20)}`, 'x'.repeat(4096)],
])('a termination message has %s', async (_, written, read) => {
  await writeFile(join(folder, 'message'), written);
  expect(readMessage(join(folder, 'message'))).toBe(read);
});

it('a termination message that was never written is missing', () => {
  expect(() => readMessage(join(folder, 'message'))).toThrow('ENOENT');
});
