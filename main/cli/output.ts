/** How the command line speaks: steps that tick on a terminal, plain lines elsewhere, JSON where it was asked for. */
import type { BootProgress, BootStepProgress, CallError, ClusterStatus, UnderWay } from '../contract.ts';

export interface Output {
  write(text: string): void;
  isTTY: boolean;
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

/** Writes each step once when it ends, and on a terminal also the one that is running. */
export function progressPrinter(output: Output): (progress: BootProgress) => void {
  const told = new Map<number, string>();
  let open = false;
  const closeLine = () => {
    if (open) output.write('\r\u001b[2K');
    open = false;
  };
  return ({ steps, finished }) => {
    for (const [at, step] of steps.entries()) {
      if (step.state === 'waiting' || step.state === 'running' || told.get(at) === step.state) continue;
      told.set(at, step.state);
      closeLine();
      output.write(`${line(step)}\n`);
    }
    const running = steps.find(({ state }) => state === 'running');
    if (output.isTTY && running && !finished) {
      closeLine();
      output.write(line({ ...running, elapsed: 0 }));
      open = true;
    }
    if (finished) closeLine();
  };
}

/** Message, what failed, its log and the next step. */
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

export function describeStatus(status: ClusterStatus): string {
  const width = Math.max(4, ...status.nodes.map(({ name }) => name.length)) + 2;
  return [
    `profile   ${status.profile} (${status.state}${status.runtime === 'simulated' ? ', simulated' : ''})`,
    `context   ${status.context}`,
    ...(status.underWay ? [`doing     ${describeUnderWay(status.underWay)}`] : []),
    ...(status.server ? [`server    ${status.server}  Kubernetes ${status.kubernetesVersion}`] : []),
    ...(status.unhealthyPods ? [`pods      ${status.unhealthyPods} not ready`] : []),
    ...(status.error ? [`problem   ${status.error.message}`] : []),
    ...(status.error?.hint ? [`fix       ${status.error.hint}`] : []),
    ...status.nodes.map(
      ({ name, role, ip, state, ready }) =>
        `node      ${name.padEnd(width)}${role.padEnd(15)}${ip.padEnd(16)}${state === 'running' ? (ready ? 'Ready' : 'NotReady') : state}`,
    ),
    ...status.exposed.map(
      ({ namespace, service, port, protocol, url }) =>
        `exposed   ${namespace}/${service} ${url ?? `127.0.0.1:${port}/${protocol}`}`,
    ),
  ].join('\n');
}

/** What a start ends with. */
export const describeStart = (status: ClusterStatus): string =>
  [
    describeStatus(status),
    '',
    `Try: kubectl --context ${status.context} get nodes`,
    `     kubectl --context ${status.context} create deployment web --image=nginx`,
  ].join('\n');
