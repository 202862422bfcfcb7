/** Where the commands of one chapter are typed with one kubectl: a folder, a kubeconfig and a namespace of its own. */
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect } from 'vitest';
import { parse, stringify } from 'yaml';
import { followKubectl, type KubectlBinary, type KubectlResult, runKubectl } from '../../cluster/kubectl.ts';
import { eventually } from '../../cluster/lab.ts';
import { type Chapter, type Command, wordsOf } from './chapter.ts';
import { expectAnswer } from './expectation.ts';

export interface Desk {
  /** Makes the folder and the namespace, and applies the manifests. */
  open(): Promise<void>;
  /** Types a command, and rejects where it answers otherwise than it is to. */
  type(command: Command): Promise<void>;
  /** Deletes both, without waiting for the namespace. */
  close(): Promise<void>;
}

export interface DeskOptions {
  binary: KubectlBinary;
  chapter: Chapter;
  namespace: string;
  /** Of the chapter alone. */
  folder: string;
  /** Of a user who may do everything. */
  kubeconfig: () => string;
  /** Where kubectl keeps what it has discovered. */
  home: () => string;
}

export const minorOf = ({ version }: KubectlBinary): number => Number(version.split('.')[1]);

/** The same kubeconfig, whose current context is in the namespace. */
function inNamespace(kubeconfig: string, namespace: string): string {
  const { contexts, ...rest } = parse(kubeconfig);
  const [{ name, context }] = contexts;
  return stringify({ ...rest, contexts: [{ name, context: { ...context, namespace } }] });
}

export function createDesk({ binary, chapter, namespace, folder, kubeconfig, home }: DeskOptions): Desk {
  const minor = minorOf(binary);
  const ownConfig = join(folder, 'kubeconfig');
  const env = (more: Record<string, string> = {}) => ({
    ...process.env,
    KUBECONFIG: ownConfig,
    HOME: home(),
    ...more,
  });
  const run = (line: string, command: Partial<Command> = {}): Promise<KubectlResult> =>
    runKubectl(binary.path, wordsOf(line), env(command.env), { input: command.input ?? '', cwd: folder });
  const succeed = async (line: string, input?: string): Promise<void> => {
    const { code, stderr } = await run(line, input === undefined ? {} : { input });
    expect(`${code} ${code === 0 ? '' : stderr}`, `kubectl ${line}`).toBe('0 ');
  };

  const once = async (command: Command): Promise<void> => {
    const { code, stdout, stderr } = await run(command.run, command);
    expect(code, `exit code; ${stdout}${stderr}`).toBe(command.exit ?? 0);
    expectAnswer('stderr', stderr, command.err ?? '', minor);
    expectAnswer('stdout', stdout, command.out ?? '', minor);
  };

  const follow = async (command: Command, until: NonNullable<Command['until']>): Promise<void> => {
    const { ready = '', meanwhile = [], visit } = command;
    const process = followKubectl(binary.path, wordsOf(command.run), env(command.env), { cwd: folder });
    try {
      await eventually(() => expect(process.output()).toContain(ready));
      for (const line of meanwhile) await succeed(line);
      await eventually(() => expectAnswer('output', process.output(), until, minor));
      if (visit) {
        const address = /127\.0\.0\.1:\d+/.exec(process.output())?.[0];
        expect(await (await fetch(`http://${address}${visit.path}`)).text()).toContain(visit.body);
      }
    } finally {
      await process.stop();
    }
  };

  return {
    open: async () => {
      for (const [name, text] of Object.entries(chapter.files ?? {})) {
        await mkdir(dirname(join(folder, name)), { recursive: true });
        await writeFile(join(folder, name), text);
      }
      await writeFile(ownConfig, inNamespace(await readFile(kubeconfig(), 'utf8'), namespace));
      await succeed(`create namespace ${namespace}`);
      await eventually(() => succeed('get serviceaccount default'));
      if (chapter.manifests) await succeed('apply -f -', chapter.manifests);
    },
    type: (command) => {
      if (command.until !== undefined) return follow(command, command.until);
      return command.eventually ? eventually(() => once(command)) : once(command);
    },
    close: async () => {
      await succeed(`delete namespace ${namespace} --wait=false`);
      await rm(folder, { recursive: true });
    },
  };
}
