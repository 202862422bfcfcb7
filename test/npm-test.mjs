// `npm test`: the same set-up as `npm start`, then types, lint and every suite. What this machine cannot run is told as
// skipped, with its reason. `npm test -- unit` runs one suite.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { delimiter, dirname, join, relative } from 'node:path';
import { modernNode, prepare, root } from '../main/cli/bootstrap.mjs';
import { obstacleToOwnEngine } from './engine/own-engine.mjs';

const results = join(root, 'test/results');
const counts = { passed: 0, failed: 0, skipped: 0 };
const skips = [];
const failures = [];
const failedTests = [];

const env = () => ({ ...process.env, PATH: `${dirname(modernNode())}${delimiter}${process.env.PATH ?? ''}` });

function node(args, options = {}) {
  return spawnSync(modernNode(), args, { cwd: root, stdio: 'inherit', env: env(), ...options });
}

function step(title, args, more = {}) {
  const started = Date.now();
  process.stdout.write(`\n== ${title}\n`);
  const { status } = node(args, { env: { ...env(), ...more } });
  process.stdout.write(
    `== ${title}: ${status === 0 ? 'ok' : 'FAILED'} (${((Date.now() - started) / 1000).toFixed(1)} s)\n`,
  );
  if (status !== 0) failures.push(title);
}

/** The suites that have an engine of their own, by its name. */
const ownEngines = { engine: 'docker', podman: 'podman' };

/** A suite that dies before it writes its report counts as one failure. */
function suite(project) {
  const report = join(results, `${project}.json`);
  rmSync(report, { force: true });
  const vitest = join(root, 'node_modules/vitest/vitest.mjs');
  const own = ownEngines[project];
  step(
    `${project} tests`,
    [
      ...(own ? [join(root, 'test/engine/own-engine.mjs'), modernNode()] : []),
      vitest,
      'run',
      '--project',
      project,
      '--reporter=default',
      '--reporter=json',
      `--outputFile.json=${report}`,
    ],
    own && { SKIFF_OWN_ENGINE: own },
  );
  if (!existsSync(report)) {
    counts.failed += 1;
    failedTests.push(`${project}: no report`);
    return;
  }
  const { numPassedTests, numFailedTests, numPendingTests, numTodoTests, testResults } = JSON.parse(
    readFileSync(report, 'utf8'),
  );
  counts.passed += numPassedTests;
  counts.skipped += numPendingTests + numTodoTests;
  // A file that fails outside its tests is not among the tests that failed.
  const broken = testResults.filter(
    ({ status, assertionResults }) => status === 'failed' && !assertionResults.some((test) => test.status === 'failed'),
  );
  counts.failed += numFailedTests + broken.length;
  for (const { name, message } of broken) failedTests.push(`${project}: ${relative(root, name)}: ${message}`);
  for (const { name, assertionResults } of testResults)
    for (const { fullName, failureMessages } of assertionResults.filter(({ status }) => status === 'failed'))
      failedTests.push(`${project}: ${relative(root, name)}: ${fullName}\n    ${failureMessages[0]?.slice(0, 600)}`);
  const pending = testResults.flatMap(({ assertionResults }) =>
    assertionResults.filter(({ status }) => ['pending', 'skipped', 'todo'].includes(status)),
  );
  for (const { fullName } of pending) skips.push(`${project}: ${fullName}`);
}

/** Starts the engine, or installs one, where none answers; why there is none, or undefined. */
function lookForEngine() {
  const answer = node([join(root, 'dist/cli/skiff.js'), 'engine', '--install', '-o', 'json'], {
    stdio: ['ignore', 'pipe', 'inherit'],
    encoding: 'utf8',
  });
  const engine = answer.stdout?.trim() ? JSON.parse(answer.stdout) : { found: false };
  if (!engine.found) return `no container engine: ${engine.remedy?.title ?? 'none answered'}`;
  // The tests make their images with the engine's own client, which may look for it elsewhere.
  const { error, status } = spawnSync('docker', ['version'], { env: env() });
  if (error) return 'no docker command was found';
  if (status !== 0) process.env.DOCKER_HOST = engine.endpoint;
  return undefined;
}

try {
  await prepare(['dependencies', 'agent', 'cli', 'window']);
} catch (error) {
  process.stderr.write(`error: ${error instanceof Error ? error.message : error}\n`);
  process.exit(1);
}
mkdirSync(results, { recursive: true });
const chosen = process.argv.slice(2).filter((name) => !name.startsWith('-'));
const isChosen = (name) => chosen.length === 0 || chosen.includes(name);
if (isChosen('types')) step('type check', [join(root, 'node_modules/typescript/bin/tsc')]);
if (isChosen('lint')) step('lint', [join(root, 'node_modules/@biomejs/biome/bin/biome'), 'check', '.']);
const suites = ['unit', 'integration', 'cluster', 'engine', 'podman', 'app'].filter(isChosen);
// Once, before the first suite that uses it.
const noEngine = suites.some((project) => project !== 'unit') ? lookForEngine() : undefined;
/** Why a suite cannot run here, by its name; the others say so test by test. */
const obstacles = {
  cluster: () => noEngine,
  engine: () => obstacleToOwnEngine(ownEngines.engine),
  podman: () => obstacleToOwnEngine(ownEngines.podman),
};
for (const project of suites) {
  const reason = obstacles[project]?.();
  if (reason) {
    counts.skipped += 1;
    skips.push(`${project} tests (skipped: ${reason})`);
  } else suite(project);
}
if (skips.length) process.stdout.write(`\nskipped:\n${skips.map((line) => `  ${line}`).join('\n')}\n`);
if (failures.length) process.stdout.write(`\nfailed: ${failures.join(', ')}\n`);
// Once more at the very end, where a person who sees only the last lines of a long run finds them.
for (const line of failedTests) process.stdout.write(`  ${line}\n`);
process.stdout.write(`\n${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped\n`);
process.exit(failures.length || counts.failed ? 1 : 0);
