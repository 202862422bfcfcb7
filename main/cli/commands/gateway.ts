/** The command `gateway`: Gateway API comes into a cluster with one switch. */
import { setTimeout as sleep } from 'node:timers/promises';
import { gatewayClassName } from '../../../agent/api/gateway/group.ts';
import {
  disableGateway,
  enableGateway,
  type GatewayChange,
  gatewayObjects,
  isGatewayServed,
} from '../../cluster/gateway.ts';
import type { Machine } from '../../cluster/machine.ts';
import { platformOf } from '../../cluster/platforms.ts';
import type { KubeConnection } from '../../kube/connection.ts';
import { answer, type Common, command, withMachine } from '../command.ts';
import { CommandError, noProfile } from '../failure.ts';
import { running } from './inside.ts';

type Act = (connection: KubeConnection, signal: AbortSignal) => Promise<{ change: GatewayChange; text: string }>;

const keptText = ({ kept }: GatewayChange): string =>
  kept.length > 0 ? `\nnot ours, and left as they are: ${kept.join(', ')}` : '';

/** Milliseconds until the class is served; it takes a moment. */
const patience = 15_000;

async function enable(connection: KubeConnection, signal: AbortSignal) {
  const change = await enableGateway(connection, signal);
  const limit = AbortSignal.any([signal, AbortSignal.timeout(patience)]);
  while (!(await isGatewayServed(connection, signal))) {
    if (limit.aborted) throw notServed;
    await sleep(100);
  }
  const text = `Gateway API is on: a Gateway with \`gatewayClassName: ${gatewayClassName}\` is served on localhost`;
  return { change, text: text + keptText(change) };
}

const notServed = new CommandError(
  'NotServed',
  `the gateway class ${gatewayClassName} is not accepted`,
  `\`kubectl describe gatewayclass ${gatewayClassName}\` and \`skiff logs\` say more.`,
);

async function disable(connection: KubeConnection, signal: AbortSignal) {
  const left = await gatewayObjects(connection, signal);
  if (left.length > 0) {
    throw new CommandError(
      'GatewaysLeft',
      `the cluster still has ${left.join(', ')}`,
      'They would be deleted with their kinds: `kubectl delete gateways,httproutes -A --all` deletes them.',
    );
  }
  const change = await disableGateway(connection, signal);
  return {
    change,
    text: (change.changed.length > 0 ? 'Gateway API is off' : 'Gateway API was off') + keptText(change),
  };
}

const acts: Readonly<Record<string, Act>> = { enable, disable };

async function act(machine: Machine, options: Common, run: Act, signal: AbortSignal): Promise<void> {
  const { runtime } = await running(machine, options.profile, signal);
  if (!platformOf(runtime).answersOnLocalhost) throw simulated;
  const connection = await machine.clusters.inside.connection(options.profile);
  if (!connection) throw noProfile(options.profile);
  try {
    const { change, text } = await run(connection, signal);
    answer(options, change, text);
  } finally {
    connection.close();
  }
}

const simulated = new CommandError(
  'Simulated',
  'nothing runs in simulated pods, so no gateway answers',
  'Without `--runtime simulated`, `skiff start --profile NAME` makes a cluster whose gateways are on localhost.',
);

export function addGatewayCommand(): void {
  command('gateway', 'bring Gateway API into the cluster, or take it out')
    .argument('<action>', '`enable` or `disable`')
    .action((action: string, options: Common) =>
      withMachine(options, (machine, signal) => {
        const run = Object.hasOwn(acts, action) ? acts[action] : undefined;
        if (!run) throw unknownAction(action);
        return act(machine, options, run, signal);
      }),
    );
}

const unknownAction = (action: string) =>
  new CommandError(
    'UnknownAction',
    `\`skiff gateway ${action}\` is not a command`,
    '`skiff gateway enable` and `skiff gateway disable` are.',
  );
