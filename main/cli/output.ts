/** How the command line prints: steps that tick on a terminal, plain lines elsewhere, JSON on request. */
import { flagOf } from '../cluster/names.ts';
import type { BootFailure, BootProgress, BootStepProgress, ClusterStatus, UnderWay } from '../contract/clusters.ts';
import type { CallError } from '../contract/reply.ts';

export interface Output {
  write(text: string): void;
  isTTY: boolean;
  /** Width of the terminal; 0 if it does not report one. */
  columns?: number;
}

const seconds = (milliseconds: number): string => `${(milliseconds / 1000).toFixed(1)}s`;

const marks: Record<BootStepProgress['state'], string> = {
  waiting: ' ',
  running: '…',
  done: '✓',
  failed: '✗',
  undone: '↺',
  cancelled: '✗',
};

const line = (step: BootStepProgress): string =>
  `${marks[step.state]} ${step.title}${step.elapsed ? ` (${seconds(step.elapsed)})` : ''}`;

/** Milliseconds between updates of the running step's time. */
const tick = 200;

export interface ProgressPrinter {
  show(progress: BootProgress): void;
  /** Prints a line between the steps. */
  say(text: string): void;
}

/** Writes each step once when it ends. On a terminal it also shows the running step, with a time that ticks. */
export function progressPrinter(output: Output): ProgressPrinter {
  const told = new Map<number, string>();
  let ticking: NodeJS.Timeout | undefined;
  /** Draws the running step again; undefined if no line is open. */
  let draw: (() => void) | undefined;
  const clear = () => draw && output.write('\r\u001b[2K');
  const openLine = (running: BootStepProgress) => {
    const begun = performance.now();
    draw = () => {
      const text = line({ ...running, elapsed: performance.now() - begun });
      // A line that wraps could not be erased again.
      output.write(text.slice(0, (output.columns || 80) - 1));
    };
    draw();
    ticking = setInterval(() => {
      clear();
      draw?.();
    }, tick);
    ticking.unref();
  };
  return {
    show({ steps, finished }) {
      clearInterval(ticking);
      clear();
      draw = undefined;
      for (const [at, step] of steps.entries()) {
        if (step.state === 'waiting' || step.state === 'running' || told.get(at) === step.state) continue;
        told.set(at, step.state);
        output.write(`${line(step)}\n`);
      }
      // One printer may show several operations, one after the other.
      if (finished) told.clear();
      const running = steps.find(({ state }) => state === 'running');
      if (output.isTTY && running && !finished) openLine(running);
    },
    say(text) {
      clear();
      output.write(`${text}\n`);
      draw?.();
    },
  };
}

/** Columns as wide as their widest cell. */
export function table(rows: string[][], gap = '  '): string {
  const widths = (rows[0] ?? []).map((_, at) => Math.max(...rows.map((row) => row[at]?.length ?? 0)));
  return rows
    .map((row) =>
      row
        .map((cell, at) => cell.padEnd(widths[at] ?? 0))
        .join(gap)
        .trimEnd(),
    )
    .join('\n');
}

/** Text of a failure: message, the command that failed, the log, and the next step. */
export function describeError(error: unknown): string {
  if (!(error instanceof Error)) return `error: ${error}`;
  const details: Partial<CallError & { failure: { command?: string; log?: string[]; step?: string } }> = error;
  const { failure } = details;
  return [
    `error: ${failure?.step && !error.message.includes(failure.step) ? `${failure.step}: ` : ''}${error.message}`,
    ...(failure?.command ? [`  command: ${failure.command}`] : []),
    ...(failure?.log?.length ? ['  last lines of the log:', ...failure.log.map((text) => `    ${text}`)] : []),
    ...(details.hint ? [`  what to do: ${details.hint}`] : []),
  ].join('\n');
}

/** `start: Start the nodes (step 5 of 8), process 4711` */
const describeUnderWay = ({ operation, step, process }: UnderWay): string =>
  `${operation}${step ? `: ${step.title} (step ${step.number} of ${step.of})` : ''}, process ${process}`;

/** The same as data, for `-o json`. */
export function errorData(error: unknown): object {
  if (!(error instanceof Error)) return { error: { code: 'Failed', message: String(error) } };
  const { code = 'Failed', hint, failure }: Partial<CallError & { failure: BootFailure }> = error;
  return { error: failure ?? { code, message: error.message, ...(hint ? { hint } : {}) } };
}

export const nodeState = ({ state, ready }: ClusterStatus['nodes'][number]): string =>
  state === 'running' ? (ready ? 'Ready' : 'NotReady') : state;

export function describeStatus(status: ClusterStatus): string {
  const width = Math.max(4, ...status.nodes.map(({ name }) => name.length)) + 2;
  return [
    `profile   ${status.profile} (${status.state}${status.runtime === 'simulated' ? ', simulated' : ''})`,
    `context   ${status.context}`,
    ...(status.underWay ? [`doing     ${describeUnderWay(status.underWay)}`] : []),
    ...(status.state === 'absent'
      ? [`          this profile does not exist; \`skiff start${flagOf(status.profile)}\` makes it`]
      : []),
    ...(status.server ? [`server    ${status.server}  Kubernetes ${status.kubernetesVersion}`] : []),
    ...(status.unhealthyPods ? [`pods      ${status.unhealthyPods} not ready`] : []),
    ...(status.error ? [`problem   ${status.error.message}`] : []),
    ...(status.error?.hint ? [`fix       ${status.error.hint}`] : []),
    ...status.nodes.map(
      (node) => `node      ${node.name.padEnd(width)}${node.role.padEnd(15)}${node.ip.padEnd(16)}${nodeState(node)}`,
    ),
    ...status.exposed.map(
      ({ namespace, service, port, protocol, url }) =>
        `exposed   ${namespace}/${service} ${url ?? `127.0.0.1:${port}/${protocol}`}`,
    ),
  ].join('\n');
}

/** The last lines of a start. */
export const describeStart = (status: ClusterStatus): string =>
  [
    describeStatus(status),
    '',
    `Try: kubectl --context ${status.context} get nodes`,
    `     kubectl --context ${status.context} create deployment web --image=nginx`,
  ].join('\n');
