/** Terminals of one window: local, in a container, in a node. */
import type { DesktopCalls } from '../contract.ts';
import { openLocalShell } from '../terminal/local.ts';
import { openPodShell } from '../terminal/pod.ts';
import { CallFailure, toCallError } from './failure.ts';
import type { Services, TerminalEvents, TerminalSession } from './services.ts';
import type { Emit, Subscriptions } from './subscriptions.ts';

type ShellInput = DesktopCalls['shell.open']['input'];

export interface Shells {
  open(input: ShellInput): Promise<void>;
  write(id: string, data: string): void;
  resize(id: string, columns: number, rows: number): void;
}

export function createShells({ kube, clusters }: Services, emit: Emit, subscriptions: Subscriptions): Shells {
  const sessions = new Map<string, TerminalSession>();

  const start = async (input: ShellInput, events: TerminalEvents, signal: AbortSignal): Promise<TerminalSession> => {
    const size = { columns: input.columns, rows: input.rows };
    if (input.type === 'local')
      return openLocalShell({ context: input.context, kubeconfig: kube.path(), size, events });
    if (input.type === 'node') return clusters.nodeShell(input.profile, input.node, size, events, signal);
    const connection = await kube.connection(input.context);
    return openPodShell({ ...input, connection, size, events, signal });
  };

  const sessionOf = (id: string): TerminalSession => {
    const session = sessions.get(id);
    if (!session) throw new CallFailure('ShellClosed', 'This shell has ended', 'Open a new one.');
    return session;
  };

  return {
    async open(input) {
      const { id } = input;
      const signal = subscriptions.open(id, () => sessions.get(id)?.close());
      const end = () => {
        sessions.delete(id);
        subscriptions.close(id);
      };
      const events: TerminalEvents = {
        onOutput: (data) => emit('shell.output', { id, data }),
        onExit: ({ exitCode, error }) => {
          end();
          emit('shell.exit', { id, exitCode, ...(error ? { error: toCallError(error) } : {}) });
        },
      };
      try {
        const session = await start(input, events, signal);
        if (signal.aborted) session.close();
        else sessions.set(id, session);
      } catch (error) {
        end();
        throw error;
      }
    },
    write: (id, data) => sessionOf(id).write(data),
    resize: (id, columns, rows) => sessionOf(id).resize(columns, rows),
  };
}
