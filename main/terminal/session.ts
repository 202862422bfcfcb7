/** A running terminal, wherever it is: on this machine, in a pod, in a node. Types only. */
export interface TerminalSession {
  write(data: string): void;
  resize(columns: number, rows: number): void;
  /** Pauses reading, or resumes it: output must wait for a slow window instead of piling up in memory. */
  hold(isHeld: boolean): void;
  close(): void;
}

export interface TerminalEvents {
  onOutput(data: string): void;
  /** Called once, as the last event. */
  onExit(exit: { exitCode?: number; error?: Error }): void;
}

export interface TerminalSize {
  columns: number;
  rows: number;
}
