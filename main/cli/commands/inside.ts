/** Commands that look inside a cluster: services on localhost, logs, shells. */
import type { Machine } from '../../cluster/machine.ts';
import { platformOf } from '../../cluster/platforms.ts';
import type { ClusterStatus, ExposedPort } from '../../contract/clusters.ts';
import { hasBrowser, openAddress } from '../../web/open-address.ts';
import { parseTail } from '../arguments.ts';
import { answer, type Common, command, note, withMachine } from '../command.ts';
import { CommandError, noProfile, notRunning } from '../failure.ts';
import { runInTerminal } from '../node-terminal.ts';
import { table } from '../output.ts';
import { describeService } from '../service-reason.ts';
import { nodeOf } from './cluster.ts';

export function addInsideCommands(): void {
  addService();
  addLogs();
  addShell();
}

/** The cluster's status; throws where it does not run. */
export async function running({ clusters }: Machine, profile: string, signal: AbortSignal): Promise<ClusterStatus> {
  const status = await clusters.status(profile, signal);
  if (status.state === 'absent') throw noProfile(profile);
  if (!['running', 'degraded'].includes(status.state)) throw notRunning(profile, status.state);
  return status;
}

const addressOf = ({ url, port, protocol }: ExposedPort): string => url ?? `127.0.0.1:${port}/${protocol}`;

interface ServiceOptions extends Common {
  namespace?: string;
  url?: boolean;
}

function addService(): void {
  command('service', 'list the services on localhost, or open one in a browser')
    .argument('[name]', 'which service to open')
    .option('-n, --namespace <name>', 'of which namespace')
    .option('--url', 'print its address and open nothing')
    .action((name: string | undefined, options: ServiceOptions) =>
      withMachine(options, async (machine, signal) => {
        const { exposed, runtime } = await running(machine, options.profile, signal);
        if (!platformOf(runtime).answersOnLocalhost) throw simulatedServices;
        const found = exposed.filter(
          ({ service, namespace }) =>
            (!name || service === name) && (!options.namespace || namespace === options.namespace),
        );
        if (!name) return listServices(options, found);
        if (!found.length) throw await describeService(machine, { ...options, name }, signal);
        answer(options, found, found.map(addressOf).join('\n'));
        const url = found.find((port) => port.url)?.url;
        if (url && hasBrowser() && !options.url && options.output !== 'json') await openAddress(url);
      }),
    );
}

const simulatedServices = new CommandError(
  'Simulated',
  'nothing runs in simulated pods, so no service answers',
  'Without `--runtime simulated`, `skiff start --profile NAME` makes a cluster whose services are on localhost.',
);

function listServices(options: Common, exposed: ExposedPort[]): void {
  const rows = exposed.map((port) => [port.namespace, port.service, addressOf(port)]);
  const none = 'no service is on localhost; `kubectl expose deployment NAME --type=NodePort --port=80` puts one there';
  answer(options, exposed, rows.length ? table([['NAMESPACE', 'NAME', 'ADDRESS'], ...rows]) : none);
}

function addLogs(): void {
  command('logs', 'print the log of a node: of its kubelet, proxy and DNS, on the control plane of all')
    .argument('[node]', 'which node, e.g. worker2 (default: the control plane)')
    .option('-f, --follow', 'go on printing what is added')
    .option('--tail <lines>', 'only the last lines', parseTail)
    .action((name: string | undefined, options: Common & { follow?: boolean; tail?: number }) =>
      withMachine(options, async ({ clusters }, signal) => {
        const node = nodeOf(await clusters.status(options.profile, signal), name);
        const { follow = false, tail } = options;
        const write = (text: string) => void process.stdout.write(text);
        // Ctrl-C is the normal way to stop following, and so is a reader that goes away (`skiff logs -f
        // head`).
        const unread = new AbortController();
        process.stdout.on('error', () => unread.abort());
        const over = AbortSignal.any([signal, unread.signal]);
        await clusters.inside.nodeLog(
          options.profile,
          node.name,
          { follow, ...(tail === undefined ? {} : { tail }) },
          write,
          over,
        );
      }),
    );
}

function addShell(): void {
  command('shell', 'open a shell in a node')
    .argument('[node]', 'which node, e.g. worker2 (default: the control plane)')
    .action((name: string | undefined, options: Common) =>
      withMachine(options, async (machine, signal) => {
        const node = nodeOf(await running(machine, options.profile, signal), name);
        process.exitCode = await runInTerminal((size, events) => {
          note(`this is a shell in ${node.name}; \`exit\` leaves it`);
          return machine.clusters.inside.nodeShell(options.profile, node.name, size, events, signal);
        });
      }),
    );
}
