/**
 * Connects from the node to programs that listen in a pod.
 * The pod's address is tried first, because that needs only one `connect`. For a program that listens only on the pod's
 * localhost, a helper process in the pod's network namespace connects and hands over the open socket, so that no data
 * passes through the helper. (Upstream always uses the namespace's localhost; few programs tell the two apart.)
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { connect, Socket } from 'node:net';
import type { Duplex } from 'node:stream';

export interface PodAddress {
  /** Undefined while the pod has no address. */
  ip?: string;
  /** A process in the pod's network namespace, in this process's PID namespace; 0 if there is none. */
  pid: number;
  port: number;
}

/**
 * The helper runs in the pod's namespace, so it can import nothing. It ends after ten seconds without a request. It
 * pauses each socket at once: the first bytes from the pod are for the process that receives the socket.
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
    // An idle helper must not keep this process alive.
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
      // A socket that arrives later is destroyed, because no caller waits for it.
      this.#waiting.delete(id);
      signal.removeEventListener('abort', onAbort);
    }
  }

  #onAnswer({ id, error }: HelperAnswer, handle: unknown): void {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    if (handle instanceof Socket) {
      // By default a socket from another process ends both directions together.
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

/** One helper per namespace, for as long as it is in use. */
function helperIn(pid: number): NamespaceHelper {
  const known = helpers.get(pid);
  if (known) return known;
  const helper = new NamespaceHelper(pid, () => {
    if (helpers.get(pid) === helper) helpers.delete(pid);
  });
  helpers.set(pid, helper);
  return helper;
}
