/** What a machine may lack for a test: undefined where it is there. */
import { execFileSync } from 'node:child_process';
import { describe } from 'vitest';
import { findKubectls, type KubectlBinary } from './cluster/kubectl.ts';
import { skip } from './unless.ts';

/** Every kubectl of this machine, oldest first. */
export const kubectls = findKubectls();
export const noKubectl: string | undefined = kubectls.length > 0 ? undefined : 'no kubectl was found';

/** The minor release from which on kubectl has all the options that our tests use. */
const leastMinor = 27;
const newestKubectl = kubectls.at(-1);
const noNewKubectl =
  noKubectl ??
  (Number(newestKubectl?.version.split('.')[1]) < leastMinor
    ? `kubectl v1.${leastMinor} or newer is needed, and the newest is ${newestKubectl?.version}`
    : undefined);

/** Why tests that run the engine's own client cannot run; undefined where they can. */
export function noEngineClient(): string | undefined {
  try {
    execFileSync('docker', ['version'], { stdio: 'ignore', timeout: 20_000 });
    return undefined;
  } catch (error) {
    const isMissing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    return isMissing ? 'no docker command was found' : 'no container engine answers the docker command';
  }
}

type KubectlSuite = (binary: KubectlBinary) => void;

/** A describe block for each kubectl of this machine; `describe.concurrent` where they may go side by side. */
export const withKubectls = (title: string, body: KubectlSuite, suite: Pick<typeof describe, 'each'> = describe) =>
  withEach(kubectls, noKubectl, title, body, suite);

/** A describe block with the newest kubectl, where it is not the client that is tried. */
export const withNewestKubectl = (title: string, body: KubectlSuite) =>
  withEach(kubectls.slice(-1), noNewKubectl, title, body, describe);

function withEach(
  binaries: KubectlBinary[],
  obstacle: string | undefined,
  title: string,
  body: KubectlSuite,
  suite: Pick<typeof describe, 'each'>,
): void {
  if (obstacle) skip(obstacle)(`${title} with kubectl`);
  else suite.each(binaries)(`${title} with kubectl $version`, body);
}
