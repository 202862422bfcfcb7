/** A shell in a node's container, for the window's terminal and for `skiff shell`. */
import type { Engine, EngineTerminal } from '../engine/engine.ts';
import type { TerminalEvents, TerminalSession, TerminalSize } from '../terminal/session.ts';

/** The signal ends the shell, even while it is opening. */
export async function openNodeShell(
  engine: Engine,
  node: string,
  size: TerminalSize,
  events: TerminalEvents,
  signal: AbortSignal,
): Promise<TerminalSession> {
  signal.throwIfAborted();
  const terminal = await engine.terminal(node, ['/bin/sh'], size);
  const { stream, resize, exitCode } = terminal;
  let exited = false;
  const exit: TerminalEvents['onExit'] = (how) => {
    if (exited) return;
    exited = true;
    signal.removeEventListener('abort', close);
    events.onExit(how);
  };
  const close = () => {
    if (!exited) hangUp(engine, node, terminal).catch((error: Error) => exit({ error }));
  };
  const decoder = new TextDecoder();
  stream.on('data', (chunk: Buffer) => events.onOutput(decoder.decode(chunk, { stream: true })));
  stream.on('error', (error: Error) => exit({ error }));
  stream.on('end', () => {
    exitCode().then(
      (code) => exit({ exitCode: code }),
      (error: Error) => exit({ error }),
    );
  });
  signal.addEventListener('abort', close, { once: true });
  if (signal.aborted) close();
  signal.throwIfAborted();
  return {
    write: (data) => stream.write(data),
    resize: (columns, rows) => {
      resize(columns, rows).catch((error: Error) => exit({ error }));
    },
    hold: (isHeld) => void (isHeld ? stream.pause() : stream.resume()),
    close,
  };
}

/**
 * Engines keep a command running when nobody listens to it. This signal ends the shell, and the kernel then hangs up on
 * the programs in its terminal. A node shares the engine's process ids, so the shell can be found by its id.
 */
async function hangUp(engine: Engine, node: string, { stream, processId }: EngineTerminal): Promise<void> {
  const pid = await processId();
  // The shell has ended in the meantime.
  if (pid) await engine.exec(node, ['/bin/sh', '-c', `kill -HUP ${pid}`]);
  stream.end();
}
