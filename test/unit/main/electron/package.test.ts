/** The configuration of the packages, against the schema that electron-builder itself goes by. */
import { existsSync, globSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';

const root = resolve(import.meta.dirname, '../../../..');
const { build, main } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const require = createRequire(import.meta.resolve('electron-builder'));
const builder = require.resolve('app-builder-lib/package.json');

test('is what electron-builder understands', async () => {
  const { validateConfiguration } = require(join(builder, '../out/util/config/config.js'));
  const { DebugLogger } = createRequire(builder)('builder-util');
  await expect(validateConfiguration(structuredClone(build), new DebugLogger(false))).resolves.toBeUndefined();
  await expect(validateConfiguration({ ...build, nonsense: 1 }, new DebugLogger(false))).rejects.toThrow('nonsense');
});

test('takes in the icons that the shell loads, in both sizes, and what is unpacked', () => {
  const has = (pattern: string) => globSync(pattern, { cwd: root }).length > 0;
  for (const state of ['stopped', 'running', 'degraded', 'error', 'starting-0', 'starting-3'])
    for (const suffix of ['.png', '@2x.png', 'Template.png', 'Template@2x.png'])
      expect(existsSync(join(root, `assets/tray/${state}${suffix}`)), state + suffix).toBe(true);
  expect(build.files).toEqual(expect.arrayContaining(['dist/**', 'assets/icon.png', 'assets/tray/*.png']));
  expect(has('assets/tray/*.png')).toBe(true);
  expect(main).toBe('./dist/main/index.js');
});

test('sets the fuses: no options from outside, nothing but our own archive, no rights for files', () =>
  expect(build.electronFuses).toMatchObject({
    enableNodeOptionsEnvironmentVariable: false,
    enableNodeCliInspectArguments: false,
    onlyLoadAppFromAsar: true,
    enableEmbeddedAsarIntegrityValidation: true,
    grantFileProtocolExtraPrivileges: false,
  }));
