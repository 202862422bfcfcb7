/**
 * A terminal in a container, over the API server's exec WebSocket.
 * Frames: one byte of channel, then data; 0 stdin, 1 stdout, 2 stderr, 3 status, 4 resize.
 * https://github.com/kubernetes/kubernetes/blob/master/staging/src/k8s.io/apimachinery/pkg/util/remotecommand/constants.go
 */
import { WebSocket } from 'ws';
import type { Status } from '../../agent/api/types.ts';
import { CallFailure } from '../failure.ts';
import type { KubeConnection } from '../kube/connection.ts';
import { pathOf } from '../kube/requests.ts';
import type { TerminalEvents, TerminalSession, TerminalSize } from './session.ts';

export interface PodShell {
  connection: KubeConnection;
  namespace: string;
  pod: string;
  container: string;
  /** The command to run; if absent, the best shell that the container has. */
  command?: string[];
  size: TerminalSize;
  events: TerminalEvents;
  signal: AbortSignal;
}

const protocols = ['v5.channel.k8s.io', 'v4.channel.k8s.io'];
const openTimeout = 15_000;

/** Starts bash, or else sh, in one round trip. The others are for containers whose shell is not on the PATH. */
const shells = [
  ['sh', '-c', 'TERM=xterm-256color; export TERM; command -v bash >/dev/null 2>&1 && exec bash || exec sh'],
  ['bash'],
  ['/busybox/sh'],
];

/** Resolves once a shell runs; rejects with the reason if none does. */
export async function openPodShell(shell: PodShell): Promise<TerminalSession> {
  const candidates = shell.command ? [shell.command] : shells;
  let failure = '';
  for (const command of candidates) {
    const attempt = await tryCommand(shell, command);
    if (attempt.session) return attempt.session;
    failure = attempt.failure;
    if (!isMissingCommand(failure)) break;
  }
  throw new CallFailure(
    'NoShell',
    isMissingCommand(failure) ? `The container "${shell.container}" has no shell: ${failure}` : failure,
    isMissingCommand(failure)
      ? 'The image was built without one. Read its logs, or use an image that has a shell.'
      : 'Check that the container is running.',
  );
}

const isMissingCommand = (failure: string): boolean =>
  /executable file not found|no such file or directory|exit code 12[67]|not found/i.test(failure) &&
  !/^(pods|namespaces|nodes|container) /.test(failure);

type Attempt = { session: TerminalSession; failure?: undefined } | { session?: undefined; failure: string };

/** The server reports a missing command on the status channel a moment after the socket has opened. */
async function tryCommand(shell: PodShell, command: string[]): Promise<Attempt> {
  const { namespace, pod, container } = shell;
  const query = { container, stdin: true, stdout: true, tty: true };
  const resource = { group: '', version: 'v1', plural: 'pods' };
  const path = pathOf({ resource, namespace, name: pod, subresource: 'exec', query });
  const commands = command.map((word) => `&command=${encodeURIComponent(word)}`).join('');
  const { url, options } = await shell.connection.socket(path + commands);
  const socket = new WebSocket(url, protocols, { ...options, handshakeTimeout: openTimeout });
  return new Promise((resolve) => attach(socket, shell, resolve));
}

const frame = (channel: number, data: string): Buffer => Buffer.concat([Buffer.from([channel]), Buffer.from(data)]);

function attach(socket: WebSocket, { size, events, signal }: PodShell, settle: (attempt: Attempt) => void): void {
  const decoder = new TextDecoder();
  let running = false;
  let status: Partial<Status> | undefined;
  let problem: Error | undefined;
  const send = (channel: number, data: string) => {
    if (socket.readyState === WebSocket.OPEN) socket.send(frame(channel, data));
  };
  const session: TerminalSession = {
    write: (data) => send(0, data),
    resize: (columns, rows) => send(4, JSON.stringify({ Width: columns, Height: rows })),
    hold: (isHeld) => (isHeld ? socket.pause() : socket.resume()),
    close: () => socket.close(1000),
  };
  const run = () => {
    if (running) return;
    running = true;
    settle({ session });
  };
  /** A shell may print nothing until the user types. A missing command is reported well before this time. */
  let quiet: ReturnType<typeof setTimeout> | undefined;
  let ended = false;
  const abort = () => socket.terminate();
  signal.addEventListener('abort', abort, { once: true });
  if (signal.aborted) abort();
  socket.on('open', () => {
    session.resize(size.columns, size.rows);
    quiet = setTimeout(run, 1_500);
  });
  socket.on('message', (message) => {
    const data = toBuffer(message);
    if (data[0] === 3) status = readStatus(data.subarray(1).toString());
    else if (data.length > 1 && (data[0] === 1 || data[0] === 2)) {
      run();
      events.onOutput(decoder.decode(data.subarray(1), { stream: true }));
    }
  });
  socket.on('unexpected-response', (request, response) => {
    let body = '';
    response.on('data', (chunk: Buffer) => {
      body += chunk.toString();
    });
    response.on('end', () => {
      problem = new Error(readStatus(body).message ?? `the server answered ${response.statusCode}`);
      request.destroy();
      finish();
    });
  });
  socket.on('error', (error) => {
    problem ??= error;
  });
  const finish = () => {
    if (ended) return;
    ended = true;
    clearTimeout(quiet);
    signal.removeEventListener('abort', abort);
    const failed =
      problem ??
      (status?.status === 'Failure' && exitCodeOf(status) === undefined ? new Error(status.message) : undefined);
    if (!running) {
      running = true;
      return settle({ failure: problem?.message ?? status?.message ?? 'the connection was closed' });
    }
    events.onExit({ exitCode: exitCodeOf(status), ...(failed ? { error: failed } : {}) });
  };
  socket.on('close', () => finish());
}

const toBuffer = (message: Buffer | ArrayBuffer | Buffer[]): Buffer =>
  Array.isArray(message) ? Buffer.concat(message) : Buffer.isBuffer(message) ? message : Buffer.from(message);

/** Old servers and proxies answer in plain text. */
function readStatus(text: string): Partial<Status> {
  if (!text.trimStart().startsWith('{')) return { status: 'Failure', message: text.trim() };
  try {
    return JSON.parse(text) as Partial<Status>;
  } catch (error) {
    return { status: 'Failure', message: `${text.trim()} (${String(error)})` };
  }
}

export function exitCodeOf(status: Partial<Status> | undefined): number | undefined {
  if (status?.status === 'Success') return 0;
  const cause = status?.details?.causes?.find(({ reason }) => reason === 'ExitCode');
  return cause?.message === undefined ? undefined : Number(cause.message);
}
