/**
 * A process that is sent JSON lines and answers each with one: how the test talks to what runs in another namespace.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

export interface Request {
  op: string;
  [field: string]: unknown;
}

/** Runs in the process itself: answers every line on stdin by way of `handle`. */
export function serveRequests(handle: (request: Request) => Promise<unknown>): void {
  createInterface({ input: process.stdin }).on('line', async (line) => {
    const { id, ...request } = JSON.parse(line) as Request & { id: number };
    try {
      process.stdout.write(`${JSON.stringify({ id, value: (await handle(request)) ?? null })}\n`);
    } catch (error) {
      process.stdout.write(`${JSON.stringify({ id, error: String(error) })}\n`);
    }
  });
}

/** The test's side. */
export class Peer {
  readonly #child: ChildProcess;
  readonly #pending = new Map<number, { resolve: (value: unknown) => void; reject: (error: Error) => void }>();
  #last = 0;
  #ended = false;

  constructor(command: string[]) {
    const [file = '', ...args] = command;
    this.#child = spawn(file, args, { stdio: ['pipe', 'pipe', 'inherit'] });
    this.#child.on('exit', (code) => {
      this.#ended = true;
      for (const { reject } of this.#pending.values()) reject(new Error(`${command.join(' ')} exited with ${code}`));
    });
    if (this.#child.stdout) createInterface({ input: this.#child.stdout }).on('line', (line) => this.#settle(line));
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  request<T = unknown>(op: string, fields: Record<string, unknown> = {}): Promise<T> {
    if (this.#ended) return Promise.reject(new Error('the process has ended'));
    const id = ++this.#last;
    return new Promise((resolve, reject) => {
      this.#pending.set(id, { resolve: (value) => resolve(value as T), reject });
      this.#child.stdin?.write(`${JSON.stringify({ id, op, ...fields })}\n`);
    });
  }

  async kill(): Promise<void> {
    if (this.#ended) return;
    const exited = new Promise((resolve) => this.#child.once('exit', resolve));
    this.#child.kill('SIGKILL');
    await exited;
  }

  #settle(line: string): void {
    const { id, value, error } = JSON.parse(line) as { id: number; value: unknown; error?: string };
    const pending = this.#pending.get(id);
    this.#pending.delete(id);
    if (error === undefined) pending?.resolve(value);
    else pending?.reject(new Error(error));
  }
}
