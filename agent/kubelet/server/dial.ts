/**
 * Connections to what listens in a pod, from the node.
 *
 * The pod's address is tried first, as that is one `connect`. A program that listens on the pod's localhost only is
 * reached by a helper in the pod's network namespace: it connects there and hands the open socket over, so that no byte
 * goes through it. (Upstream always uses the namespace's localhost; a program that tells the two apart is a rare one.)
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { connect, Socket } from 'node:net';
import type { Duplex } from 'node:stream';

export interface PodAddress {
  /** Undefined where the pod has none yet. */
  ip?: string;
  /** Of a process in the pod's network namespace, as this process sees it; 0 where there is none. */
  pid: number;
  port: number;
}

/**
 * Runs in the pod's namespace, so it can import nothing. Ends when nobody has asked for anything for ten seconds. A socket
 * is paused from the start: what the program in the pod says first is for whoever gets the socket.
 */
const helperScript = `
const { connect } = require('node:net');
const idle = () => { clearTimeout(timer); timer = setTimeout(() => process.disconnect(), 10000); };
let timer;
idle();
process.on('disconnect', () => process.exit());
process.on('message', ({ id, port }) => {
  idle();
  const socket = connect({ port, host: 'localhost', allowHalfOpen: true, autoSelectFamily: true });
  socket.pause();
  socket.once('connect', () => process.send({ id }, socket));
  socket.once('error', (error) => process.send({ id, error: error.errors ? error.errors[0].message : error.message }));
});
`;

interface HelperAnswer {
  id: number;
  error?: string;
}

/** Rejects with the message of the refused connection. */
export async function dialPod({ ip, pid, port }: PodAddress, signal: AbortSignal): Promise<Duplex> {
  signal.throwIfAborted();
  if (!ip && pid === 0) throw new Error('the pod has no network');
  if (ip) {
    try {
      return await dialAddress(ip, port, signal);
    } catch (error) {
      if (pid === 0 || !isRefused(error)) throw error;
    }
  }
  return helperIn(pid).dial(port, signal);
}

const isRefused = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'ECONNREFUSED';

async function dialAddress(host: string, port: number, signal: AbortSignal): Promise<Socket> {
  const { promise, resolve, reject } = Promise.withResolvers<Socket>();
  const socket = connect({ host, port, allowHalfOpen: true, noDelay: true });
  const onAbort = (): void => void socket.destroy(new Error('the client has gone'));
  signal.addEventListener('abort', onAbort, { once: true });
  socket.once('error', reject);
  socket.once('connect', () => {
    socket.off('error', reject);
    resolve(socket);
  });
  try {
    return await promise;
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

class NamespaceHelper {
  readonly #process: ChildProcess;
  readonly #waiting = new Map<number, PromiseWithResolvers<Socket>>();
  #lastId = 0;
  #errors = '';

  constructor(pid: number, onEnd: () => void) {
    const command = ['-t', String(pid), '-n', process.execPath, '-e', helperScript];
    this.#process = spawn('nsenter', command, { stdio: ['ignore', 'ignore', 'pipe', 'ipc'] });
    this.#process.stderr?.on('data', (chunk: Buffer) => {
      this.#errors = (this.#errors + chunk.toString()).slice(-500);
    });
    this.#process.on('message', (answer: HelperAnswer, handle) => this.#onAnswer(answer, handle));
    const end = (reason: string): void => {
      onEnd();
      for (const { reject } of this.#waiting.values()) reject(new Error(reason));
      this.#waiting.clear();
    };
    this.#process.once('error', (error) => end(error.message));
    this.#process.once('disconnect', onEnd);
    this.#process.once('close', () => end(this.#errors.trim() || 'the helper in the network namespace has ended'));
    // An idle helper does not keep this process from ending.
    this.#process.unref();
    this.#process.channel?.unref();
  }

  async dial(port: number, signal: AbortSignal): Promise<Duplex> {
    const id = ++this.#lastId;
    const waiting = Promise.withResolvers<Socket>();
    this.#waiting.set(id, waiting);
    this.#process.send({ id, port }, (error) => {
      if (error) waiting.reject(error);
    });
    const onAbort = (): void => waiting.reject(signal.reason);
    signal.addEventListener('abort', onAbort, { once: true });
    if (signal.aborted) onAbort();
    try {
      return await waiting.promise;
    } finally {
      // A socket that comes after this is destroyed, as nobody waits for it.
      this.#waiting.delete(id);
      signal.removeEventListener('abort', onAbort);
    }
  }

  #onAnswer({ id, error }: HelperAnswer, handle: unknown): void {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    if (handle instanceof Socket) {
      // A socket that comes over a process boundary ends as a whole by default.
      handle.allowHalfOpen = true;
      handle.setNoDelay(true);
      if (waiting) waiting.resolve(handle);
      else handle.destroy();
    } else {
      waiting?.reject(new Error(error ?? 'the helper in the network namespace sent no socket'));
    }
  }
}

const helpers = new Map<number, NamespaceHelper>();

/** One helper per namespace, for as long as it is used. */
function helperIn(pid: number): NamespaceHelper {
  const known = helpers.get(pid);
  if (known) return known;
  const helper = new NamespaceHelper(pid, () => {
    if (helpers.get(pid) === helper) helpers.delete(pid);
  });
  helpers.set(pid, helper);
  return helper;
}
