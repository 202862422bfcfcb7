/** Pods whose containers are processes of this machine: real programs, terminals and sockets, without an engine. */
import { type ChildProcess, spawn } from 'node:child_process';
import { PassThrough, Writable } from 'node:stream';
import { finished } from 'node:stream/promises';
import type { core, Pod } from '../../../agent/api/types.ts';
import type { ContainerProcess, LogOptions } from '../../../agent/kubelet/runtime/runtime.ts';
import type { StreamBackend } from '../../../agent/kubelet/server/backend.ts';
import { dialPod } from '../../../agent/kubelet/server/dial.ts';
import { simulatedHostFolders } from '../../../agent/kubelet/volumes/host-folders.ts';
import { noReadings } from '../../builders/readings.ts';
import { spawnTerminal } from '../../no-pty.ts';

export interface ProcessBackend extends StreamBackend {
  /** What `logs` of a container id answers; with `follow`, `append` adds to it until `end`. */
  log(id: string): { append(text: string): void; end(): void; readers(): number };
  /** The process that `attach` reaches. */
  run(id: string, command: string[], tty: boolean): void;
  close(): void;
}

export interface PodFixture {
  name: string;
  containers: { name: string; tty?: boolean; status: core.ContainerStatus }[];
  podIP?: string;
  unscheduled?: boolean;
}

export const running = (name: string, id: string): core.ContainerStatus => ({
  ...shared(name),
  ready: true,
  containerID: `test://${id}`,
  state: { running: { startedAt: '2026-01-01T00:00:00Z' } },
});

export const waiting = (name: string, reason: string): core.ContainerStatus => ({
  ...shared(name),
  ready: false,
  state: { waiting: { reason } },
});

const shared = (name: string) => ({ name, image: 'test', imageID: 'test', restartCount: 0 });

export function podDraft(
  { containers, podIP, unscheduled = false }: PodFixture,
  nodeName: string,
): { spec: core.PodSpec; status: core.PodStatus } {
  return {
    spec: {
      ...(unscheduled ? {} : { nodeName }),
      containers: containers.map(({ name, tty = false }) => ({ name, image: 'test', tty })),
    },
    status: {
      phase: 'Running',
      ...(podIP ? { podIP } : {}),
      containerStatuses: containers.map(({ status }) => status),
    },
  };
}

export function createProcessBackend(pods: () => readonly Pod[]): ProcessBackend {
  const children = new Set<{ kill(): void }>();
  const attached = new Map<string, ContainerProcess>();
  const logs = new Map<string, LogBuffer>();
  const logOf = (id: string): LogBuffer => {
    const log = logs.get(id) ?? new LogBuffer();
    logs.set(id, log);
    return log;
  };
  const start = (command: string[], tty: boolean): ContainerProcess => {
    const { process, child } = tty ? startInTerminal(command) : startPlain(command);
    children.add(child);
    return process;
  };
  return {
    folders: simulatedHostFolders,
    pods,
    pod: (namespace, name) => pods().find(({ metadata }) => metadata.namespace === namespace && metadata.name === name),
    logs: ({ id }, options, signal) => logOf(id).read(options, signal),
    readings: noReadings,
    summary: () => Promise.reject(new Error('nothing is measured here')),
    exec: async (_container, { command, tty }) => start(command, tty),
    attach: async ({ id }) => {
      const process = attached.get(id);
      if (!process) throw new Error(`nothing runs in ${id}`);
      return process;
    },
    dial: (pod, port, signal) => dialPod({ ip: pod.status?.podIP, pid: 0, port }, signal),
    log: logOf,
    run: (id, command, tty) => void attached.set(id, start(command, tty)),
    close: () => {
      for (const child of children) child.kill();
    },
  };
}

class LogBuffer {
  readonly #lines: string[] = [];
  #ended = false;
  #readers = 0;
  #changed = Promise.withResolvers<void>();

  append(text: string): void {
    this.#lines.push(text);
    this.#notify();
  }

  end(): void {
    this.#ended = true;
    this.#notify();
  }

  readers(): number {
    return this.#readers;
  }

  async *read({ follow, tailLines, timestamps }: LogOptions, signal: AbortSignal): AsyncGenerator<Uint8Array> {
    this.#readers++;
    signal.addEventListener('abort', () => this.#notify());
    try {
      let at = tailLines === undefined ? 0 : Math.max(0, this.#lines.length - tailLines);
      for (;;) {
        for (; at < this.#lines.length; at++) {
          yield Buffer.from(`${timestamps ? '2026-01-01T00:00:00.000000000Z ' : ''}${this.#lines[at]}\n`);
        }
        if (!follow || this.#ended || signal.aborted) return;
        await this.#changed.promise;
      }
    } finally {
      this.#readers--;
    }
  }

  #notify(): void {
    this.#changed.resolve();
    this.#changed = Promise.withResolvers<void>();
  }
}

interface Started {
  process: ContainerProcess;
  child: { kill(): void };
}

function startPlain([program = '', ...args]: string[]): Started {
  const child: ChildProcess = spawn(program, args, { stdio: ['pipe', 'pipe', 'pipe'] });
  const { stdin, stdout, stderr } = child;
  if (!stdin || !stdout || !stderr) throw new Error('no pipes');
  const exit = new Promise<{ exitCode: number }>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve({ exitCode: code ?? 137 }));
  });
  const process: ContainerProcess = {
    stdin,
    stdout,
    stderr,
    exit,
    resize: async () => undefined,
    close: () => stdin.destroy(),
  };
  return { process, child };
}

function startInTerminal([program = '', ...args]: string[]): Started {
  const terminal = spawnTerminal(program, args, { name: 'xterm', cols: 80, rows: 24 });
  const stdout = new PassThrough();
  const stderr = new PassThrough();
  stderr.end();
  terminal.onData((text) => stdout.write(text));
  const exit = new Promise<{ exitCode: number }>((resolve, reject) => {
    terminal.onExit(({ exitCode }) => {
      stdout.end();
      finished(stdout).then(() => resolve({ exitCode }), reject);
    });
  });
  const stdin = new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      terminal.write(chunk.toString());
      done();
    },
    final: (done) => {
      terminal.write('\u0004');
      done();
    },
  });
  const process: ContainerProcess = {
    stdin,
    stdout,
    stderr,
    exit,
    resize: async (columns, rows) => terminal.resize(columns, rows),
    close: () => undefined,
  };
  return { process, child: { kill: () => terminal.kill() } };
}
