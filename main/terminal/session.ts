/** A running terminal, wherever it is: on this machine, in a pod, in a node. Types only. */
export interface TerminalSession {
  write(data: string): void;
  resize(columns: number, rows: number): void;
  /** Stops reading, and goes on: what is behind a slow window has to wait, not to pile up. */
  hold(isHeld: boolean): void;
  close(): void;
}

export interface TerminalEvents {
  onOutput(data: string): void;
  /** Once, as the last. */
  onExit(exit: { exitCode?: number; error?: Error }): void;
}

export interface TerminalSize {
  columns: number;
  rows: number;
}
