/** A shell in a node's container, for the window's terminal. */
import type { Engine } from '../engine/engine.ts';

export interface ShellEvents {
  onOutput(data: string): void;
  onExit(exit: { exitCode?: number; error?: Error }): void;
}

export interface ShellSession {
  write(data: string): void;
  resize(columns: number, rows: number): void;
  hold(isHeld: boolean): void;
  close(): void;
}

export async function openNodeShell(
  engine: Engine,
  node: string,
  size: { columns: number; rows: number },
  events: ShellEvents,
): Promise<ShellSession> {
  const { stream, resize, exitCode } = await engine.terminal(node, ['/bin/sh'], size);
  const decoder = new TextDecoder();
  stream.on('data', (chunk: Buffer) => events.onOutput(decoder.decode(chunk, { stream: true })));
  stream.on('error', (error: Error) => events.onExit({ error }));
  stream.on('end', () => {
    exitCode().then(
      (code) => events.onExit({ exitCode: code }),
      (error: Error) => events.onExit({ error }),
    );
  });
  return {
    write: (data) => stream.write(data),
    resize: (columns, rows) => {
      resize(columns, rows).catch((error: Error) => events.onExit({ error }));
    },
    hold: (isHeld) => void (isHeld ? stream.pause() : stream.resume()),
    close: () => stream.end(),
  };
}
