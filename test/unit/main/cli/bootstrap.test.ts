/** The set-up in a checkout of its own, with a script in npm's place. */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';

const source = resolve(import.meta.dirname, '../../../../main/cli');
let checkout: string;

beforeEach(() => {
  checkout = mkdtempSync(join(tmpdir(), 'skiff-checkout-'));
  for (const file of ['bootstrap.mjs', 'setup-lock.mjs']) cpSync(join(source, file), join(checkout, 'main/cli', file));
  mkdirSync(join(checkout, 'node_modules/node-pty/build/Release'), { recursive: true });
});
afterEach(() => rmSync(checkout, { recursive: true }));

/** Sets up what terminals need; `npm` is the program that stands in for it. */
function setUp(npm: string) {
  writeFileSync(join(checkout, 'npm.cjs'), `require('fs').appendFileSync('calls', process.argv[2] + ' ');${npm}`);
  const { status, stderr } = spawnSync(
    process.execPath,
    ['--input-type=module', '-e', `(await import('./main/cli/bootstrap.mjs')).prepare(['terminals', 'terminals'])`],
    { cwd: checkout, encoding: 'utf8', env: { ...process.env, npm_execpath: join(checkout, 'npm.cjs') } },
  );
  return { status, stderr, calls: readFileSync(join(checkout, 'calls'), 'utf8').trim() };
}

it('says why terminals could not be built, does without them, and tries again the next time', () => {
  const first = setUp(`console.error('no compiler\\n' + 'ERR! stack at f (x.js:1)\\n'.repeat(20)); process.exit(1)`);
  expect(first).toMatchObject({ status: 0, calls: 'rebuild' });
  expect(first.stderr).toMatch(
    /^Building node-pty failed: .*rebuild node-pty.*\n {2}no compiler\n\(the window has no/m,
  );
  const works = `require('fs').writeFileSync('node_modules/node-pty/build/Release/pty.node', '')`;
  expect(setUp(works)).toMatchObject({ status: 0, calls: 'rebuild rebuild' });
  expect(setUp(works)).toEqual({ status: 0, stderr: '', calls: 'rebuild rebuild' });
});
