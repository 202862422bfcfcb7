/** Runs programs with bytes in and out, in the background, or on a terminal. */
import { spawn } from 'node:child_process';
import { spawnTerminal } from '../../no-pty.ts';

export interface RunResult {
  code: number;
  stdout: Buffer;
  stderr: string;
}

const patience = 60_000;

async function runOnce(path: string, args: string[], env: NodeJS.ProcessEnv, input?: Buffer): Promise<RunResult> {
  const child = spawn(path, args, { env, stdio: ['pipe', 'pipe', 'pipe'], timeout: patience });
  const [out, err]: [Buffer[], Buffer[]] = [[], []];
  child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => err.push(chunk));
  // A program may end without having read its input.
  child.stdin.on('error', () => child.stdin.destroy());
  child.stdin.end(input);
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  child.once('error', reject);
  child.once('close', (code) => resolve(code ?? -1));
  const code = await promise;
  return { code, stdout: Buffer.concat(out), stderr: Buffer.concat(err).toString() };
}

/**
 * Said by a kubectl, of 1.32 for one, that has read from its WebSocket before it had a place for what came. Newer ones
 * wait:
 * https://github.com/kubernetes/client-go/blob/master/tools/remotecommand/websocket.go (readyChan)
 */
const droppedByClient = /Unknown stream id \d+, discarding message/;
const mostTries = 3;

export async function run(...args: Parameters<typeof runOnce>): Promise<RunResult> {
  for (let tries = 1; ; tries++) {
    const result = await runOnce(...args);
    if (tries === mostTries || !droppedByClient.test(result.stderr)) return result;
  }
}

/** Collects output and lets wait for a text in it. */
class Output {
  text = '';
  readonly #waiting = new Set<() => void>();

  add(chunk: string): void {
    this.text += chunk;
    for (const check of this.#waiting) check();
  }

  shows(wanted: string | RegExp): Promise<string[]> {
    const { promise, resolve, reject } = Promise.withResolvers<string[]>();
    const timer = setTimeout(() => reject(new Error(`no ${wanted} in: ${this.text}`)), patience);
    const check = (): void => {
      const match = typeof wanted === 'string' ? this.text.includes(wanted) && [wanted] : wanted.exec(this.text);
      if (!match) return;
      clearTimeout(timer);
      this.#waiting.delete(check);
      resolve(match);
    };
    this.#waiting.add(check);
    check();
    return promise;
  }
}

export function start(path: string, args: string[], env: NodeJS.ProcessEnv) {
  const child = spawn(path, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
  const output = new Output();
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => output.add(String(chunk)));
  return {
    shows: (wanted: string | RegExp) => output.shows(wanted),
    output: () => output.text,
    kill: () => void child.kill(),
  };
}

export function startOnTerminal(path: string, args: string[], env: NodeJS.ProcessEnv, cols: number, rows: number) {
  const terminal = spawnTerminal(path, args, { env, cols, rows });
  const output = new Output();
  terminal.onData((text) => output.add(text));
  return {
    shows: (wanted: string | RegExp) => output.shows(wanted),
    resize: (columns: number, lines: number) => terminal.resize(columns, lines),
    write: (text: string) => terminal.write(text),
    exit: new Promise<number>((resolve) => terminal.onExit(({ exitCode }) => resolve(exitCode))),
  };
}
