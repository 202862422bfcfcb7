/**
 * The same commands with every kubectl of this machine, on a cluster of simulated nodes: the chapters beside this file
 * say what is typed, and what every release answers to it.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe } from 'vitest';
import { aCertificateRequest } from '../../builders/certificate-request.ts';
import { TestCluster } from '../../cluster/harness.ts';
import type { KubectlBinary } from '../../cluster/kubectl.ts';
import { kubectls, withKubectls } from '../../obstacles.ts';
import { unless } from '../../unless.ts';
import { type Chapter, type Command, fill, readChapters } from './chapter.ts';
import { createDesk, minorOf } from './desk.ts';
import { keyPairFiles } from './key-pair.ts';

const cluster = new TestCluster('matrix');
cluster.env.SKIFF_ENGINE = 'none';
const chapters = readChapters(join(import.meta.dirname, 'chapters'));
const request = await aCertificateRequest({ commonName: 'jane', organizations: ['dev'] });

/** One node more than kubectls: each may drain one. */
beforeAll(() => cluster.start('--runtime', 'simulated', '--nodes', String(kubectls.length + 1), '--wait'));
afterAll(() => cluster.delete());

const lackOf = ({ since }: Command, minor: number): string | undefined =>
  since && minor < since[0] ? `kubectl before 1.${since[0]} ${since[1]}` : undefined;

function typeChapter(binary: KubectlBinary, { name, ...text }: Chapter): void {
  const own = binary.version.replaceAll('.', '-');
  const index = kubectls.indexOf(binary);
  const namespace = `${name}-${own}`;
  const node = `skiff-matrix-simulated-worker${index === 0 ? '' : index + 1}`;
  const chapter = fill({ name, ...text }, { ns: namespace, own, node, request });
  const home = join(cluster.home, own);
  const desk = createDesk({
    binary,
    chapter,
    namespace,
    folder: join(home, name),
    kubeconfig: () => cluster.kubeconfig,
    home: () => home,
  });
  describe.concurrent(name, () => {
    beforeAll(async () => {
      mkdirSync(join(home, name), { recursive: true });
      await keyPairFiles(cluster.kubeconfig, join(home, name));
      await desk.open();
    });
    afterAll(() => desk.close());
    for (const command of chapter.commands) {
      unless(lackOf(command, minorOf(binary))).test(command.run, { concurrent: false }, () => desk.type(command));
    }
  });
}

withKubectls(
  'the matrix',
  (binary) => {
    for (const chapter of chapters) typeChapter(binary, chapter);
  },
  describe.concurrent,
);
