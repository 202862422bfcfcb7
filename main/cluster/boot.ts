/** Runs a list of named steps. If one fails, the deadline passes or the user cancels, it undoes what the steps did. */
import { messageOf } from '../../agent/api/errors.ts';
import type { BootFailure, BootProgress, BootStepProgress } from '../contract/clusters.ts';
import type { CallError } from '../contract/reply.ts';
import { flagOf } from './names.ts';
import { TimedOut, untilEnd, within } from './patience.ts';

export interface BootStep<State> {
  title: string;
  run(state: State, signal: AbortSignal): Promise<void>;
  /** Takes back what `run` may have done, even if `run` stopped half way. */
  undo?(state: State): Promise<void>;
}

export interface BootOptions<State> {
  profile: string;
  operation: BootProgress['operation'];
  steps: readonly BootStep<State>[];
  state: State;
  /** Milliseconds for all steps together. */
  deadline: number;
  /** Aborts when the user cancels. */
  signal: AbortSignal;
  onProgress(progress: BootProgress): void;
  /** Rewrites a command as the user would type it: with Podman, `docker` becomes `podman`. */
  asTyped?(state: State, text: string): string;
  /** The last lines of the log that explains the error; empty if no log does. Read before anything is undone. */
  lastLines(state: State, error: unknown): Promise<string[]>;
}

/** Milliseconds to wait for a cancelled step to end, for the log of a failure, and for undoing one step. */
const patience = { end: 20_000, log: 10_000, undo: 60_000 };

/** The rejection of an operation, with everything that the failure card shows. */
export class OperationError extends Error implements CallError {
  readonly code: string;
  readonly hint: string | undefined;
  readonly failure: BootFailure;

  constructor(failure: BootFailure, cause: unknown) {
    super(failure.message, { cause });
    this.name = 'OperationError';
    this.code = failure.code;
    this.hint = failure.hint;
    this.failure = failure;
  }
}

const fieldOf = (error: unknown, field: 'code' | 'hint' | 'command'): string | undefined => {
  if (!(error instanceof Error) || !(field in error)) return undefined;
  const value: unknown = Object.getOwnPropertyDescriptor(error, field)?.value;
  return typeof value === 'string' ? value : undefined;
};

/** The message without the command in front, which the failure shows separately. */
function messageWithout(command: string | undefined, error: unknown): string {
  const message = messageOf(error);
  return command && message.startsWith(`${command}: `) ? message.slice(command.length + 2) : message;
}

class Run<State> {
  private readonly options: BootOptions<State>;
  private readonly progress: BootStepProgress[];
  private readonly startedAt: number[] = [];

  constructor(options: BootOptions<State>) {
    this.options = options;
    this.progress = options.steps.map(({ title }) => ({ title, state: 'waiting', elapsed: 0 }));
  }

  async execute(): Promise<void> {
    const { steps, state, signal, deadline } = this.options;
    const limited = AbortSignal.any([signal, AbortSignal.timeout(deadline)]);
    let at = 0;
    try {
      for (; at < steps.length; at++) {
        limited.throwIfAborted();
        this.mark(at, 'running');
        const work = steps[at]?.run(state, limited) ?? Promise.resolve();
        await untilEnd(work, limited, patience.end);
        this.mark(at, 'done');
      }
    } catch (error) {
      const left = error instanceof TimedOut ? [`"${steps[at]?.title}" was told to end: ${error.message}`] : [];
      throw await this.fail(at, limited.aborted ? limited.reason : error, left);
    }
    this.report({ finished: true });
  }

  /** `left` describes work that may still go on, since nobody waits for it any more. */
  private async fail(at: number, error: unknown, left: string[]): Promise<OperationError> {
    const cancelled = this.options.signal.aborted;
    const log = cancelled ? [] : await this.lastLines(error);
    this.mark(at, cancelled ? 'cancelled' : 'failed');
    const undoErrors = [...left, ...(await this.undo(at))];
    const failure = this.describe(at, error, cancelled, log, undoErrors);
    this.report(cancelled ? { finished: true, cancelled } : { finished: true, failure });
    return new OperationError(failure, error);
  }

  private describe(at: number, error: unknown, cancelled: boolean, lines: string[], undoErrors: string[]): BootFailure {
    const step = this.options.steps[at]?.title ?? '';
    const log = [...lines, ...undoErrors];
    if (cancelled) {
      const undone = this.canUndo && !undoErrors.length;
      const { profile, operation } = this.options;
      const message = `cancelled while: ${step}${undone ? '; everything was undone' : ''}`;
      const goOn = `What is done so far stays; \`skiff ${operation}${flagOf(profile)}\` continues from there.`;
      return { step, code: 'Cancelled', message, log, ...(undone ? {} : { hint: goOn }) };
    }
    const late = error instanceof Error && error.name === 'TimeoutError';
    const command = fieldOf(error, 'command');
    const message = late
      ? `${step}: not done within ${this.options.deadline / 1000} s`
      : messageWithout(command, error);
    const hint = fieldOf(error, 'hint') ?? 'Try again; `skiff doctor` looks for a cause.';
    const asTyped = (text: string) => this.options.asTyped?.(this.options.state, text) ?? text;
    return {
      step,
      code: late ? 'DeadlineExceeded' : (fieldOf(error, 'code') ?? 'StepFailed'),
      message: asTyped(message),
      log,
      hint: asTyped(hint),
      ...(command ? { command: asTyped(command) } : {}),
    };
  }

  /**
   * Undoes in reverse order, starting with the step that stopped half way. A step that cannot be undone does not stop
   * the rest.
   */
  private async undo(from: number): Promise<string[]> {
    const problems: string[] = [];
    for (let at = from; at >= 0; at--) {
      const step = this.options.steps[at];
      if (!step?.undo) continue;
      try {
        await within(step.undo(this.options.state), patience.undo);
        if (at < from) this.mark(at, 'undone');
      } catch (error) {
        problems.push(`could not undo "${step.title}": ${messageOf(error)}`);
      }
    }
    return problems;
  }

  private get canUndo(): boolean {
    return this.options.steps.some(({ undo }) => undo);
  }

  private async lastLines(error: unknown): Promise<string[]> {
    try {
      return await within(this.options.lastLines(this.options.state, error), patience.log);
    } catch (error) {
      return [`the log could not be read: ${messageOf(error)}`];
    }
  }

  private mark(at: number, state: BootStepProgress['state']): void {
    const step = this.progress[at];
    if (!step) return;
    const now = performance.now();
    this.startedAt[at] ??= now;
    if (state !== 'undone') step.elapsed = Math.round(now - (this.startedAt[at] ?? now));
    step.state = state;
    this.report({ finished: false });
  }

  private report(rest: Pick<BootProgress, 'finished' | 'failure' | 'cancelled'>): void {
    const { profile, operation, onProgress } = this.options;
    onProgress({ profile, operation, steps: this.progress.map((step) => ({ ...step })), ...rest });
  }
}

/** Rejects with `OperationError` once everything has been undone. */
export const runSteps = <State>(options: BootOptions<State>): Promise<void> => new Run(options).execute();
