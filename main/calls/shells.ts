/** Shells of one window: on this machine, in a container, in a node. */
import type { DesktopCalls } from '../contract.ts';
import { CallFailure, toCallError } from '../failure.ts';
import { openLocalShell } from '../terminal/local.ts';
import { openPodShell } from '../terminal/pod.ts';
import type { TerminalEvents, TerminalSession } from '../terminal/session.ts';
import type { Services } from './services.ts';
import type { Emit, Subscriptions } from './subscriptions.ts';

type ShellInput = DesktopCalls['shell.open']['input'];

export interface Shells {
  open(input: ShellInput): Promise<void>;
  write(id: string, data: string): void;
  resize(id: string, columns: number, rows: number): void;
  shown(id: string, characters: number): void;
}

/** Characters that the window has not drawn yet: at `most` main pauses the shell, at `goOn` it resumes it. */
const ahead = { most: 400_000, goOn: 100_000 };

/** Bounds the output that waits in main: `yes` prints faster than a window draws. */
function createFlow() {
  let [sent, shown, isHeld] = [0, 0, false];
  let session: TerminalSession | undefined;
  const hold = (next: boolean) => {
    if (next === isHeld) return;
    isHeld = next;
    session?.hold(isHeld);
  };
  return {
    sent(characters: number) {
      sent += characters;
      if (sent - shown > ahead.most) hold(true);
    },
    shown(characters: number) {
      shown = Math.max(shown, characters);
      if (sent - shown < ahead.goOn) hold(false);
    },
    of(opened: TerminalSession) {
      session = opened;
      if (isHeld) session.hold(true);
    },
  };
}

export function createShells({ kube, clusters }: Services, emit: Emit, subscriptions: Subscriptions): Shells {
  const sessions = new Map<string, TerminalSession>();
  const flows = new Map<string, ReturnType<typeof createFlow>>();

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
    if (!session) throw new CallFailure('ShellClosed', 'This shell has ended', 'Open a new shell.');
    return session;
  };

  return {
    async open(input) {
      const { id } = input;
      const signal = subscriptions.open(id, () => sessions.get(id)?.close());
      const flow = createFlow();
      flows.set(id, flow);
      const end = () => {
        sessions.delete(id);
        flows.delete(id);
        subscriptions.close(id);
      };
      const events: TerminalEvents = {
        onOutput: (data) => {
          flow.sent(data.length);
          emit('shell.output', { id, data });
        },
        onExit: ({ exitCode, error }) => {
          end();
          emit('shell.exit', { id, exitCode, ...(error ? { error: toCallError(error) } : {}) });
        },
      };
      try {
        const session = await start(input, events, signal);
        if (signal.aborted) session.close();
        else {
          sessions.set(id, session);
          flow.of(session);
        }
      } catch (error) {
        end();
        throw error;
      }
    },
    write: (id, data) => sessionOf(id).write(data),
    resize: (id, columns, rows) => sessionOf(id).resize(columns, rows),
    shown: (id, characters) => flows.get(id)?.shown(characters),
  };
}
