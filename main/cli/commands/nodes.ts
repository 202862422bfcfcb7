/** The commands of `skiff node`: list, add, remove, stop, start, restart. */
import type { Command } from 'commander';
import { flagOf } from '../../cluster/names.ts';
import type { AddNodesOptions, ClusterStatus } from '../../contract/clusters.ts';
import { parseCount, parseCpus, parseLabel, parseMemory, parseTaint } from '../arguments.ts';
import { answer, type Common, command, refuseOther, subcommand, withMachine } from '../command.ts';
import { noProfile } from '../failure.ts';
import { nodeState, table } from '../output.ts';

/** Options that describe a node, of `skiff start` too. */
export const withShape = (parent: Command): Command =>
  parent
    .option('--cpus <cores>', 'cores per node that pods may ask for', parseCpus)
    .option('--memory <size>', 'memory per node that pods may ask for, e.g. 4Gi', parseMemory)
    .option('--label, --labels <key=value>', 'a label of the new workers; may be repeated', parseLabel)
    .option('--taint, --taints <key=value:effect>', 'a taint of the new workers; may be repeated', parseTaint);

const nodesTable = ({ nodes }: ClusterStatus): string =>
  table([
    ['NAME', 'ROLE', 'ADDRESS', 'STATE'],
    ...nodes.map((node) => [node.name, node.role, node.ip, nodeState(node)]),
  ]);

export function addNodeCommands(): void {
  const node = command('node', 'list the nodes, or let them come and go')
    .argument('[action]', '`list`, `add`, `remove`, `stop`, `start` or `restart`')
    .action((action: string | undefined, options: Common) =>
      withMachine(options, async ({ clusters }, signal) => {
        refuseOther('node', action);
        const status = await clusters.status(options.profile, signal);
        if (status.state === 'absent') throw noProfile(options.profile);
        answer(options, status.nodes, nodesTable(status));
      }),
    );
  addAdd(node);
  addRemove(node);
  for (const action of ['stop', 'start', 'restart'] as const) addPower(node, action);
}

const asOptions = ({ profile: _, output: __, ...rest }: Common & AddNodesOptions): AddNodesOptions => rest;

function addAdd(node: Command): void {
  withShape(subcommand(node, 'add', 'add nodes to a running cluster'))
    .option('-c, --count <nodes>', 'how many (default: 1)', parseCount)
    .option('--name <name>', 'the end of its name, e.g. big (default: worker and a number)')
    .action((options: Common & AddNodesOptions) =>
      withMachine(options, async ({ clusters }, signal) => {
        const status = await clusters.nodes.add(options.profile, asOptions(options), signal);
        answer(options, status.nodes, nodesTable(status));
      }),
    );
}

function addRemove(node: Command): void {
  subcommand(node, 'remove', 'move the pods of a node elsewhere, and remove it with all that is on it')
    .argument('<name>', 'which node, e.g. worker2')
    .option('--force', 'also with pods that nothing makes again, with its volumes, and against disruption budgets')
    .action((name: string, options: Common & { force?: boolean }) =>
      withMachine(options, async ({ clusters }, signal) => {
        const force = options.force ? { force: true } : {};
        const status = await clusters.nodes.remove(options.profile, name, force, signal);
        answer(options, status.nodes, nodesTable(status));
      }),
    );
}

const powers = {
  stop: {
    description: 'stop a node and its pods, and keep what is on it',
    after: (flag: string, name: string) =>
      `\`skiff node start ${name}${flag}\` brings it back; the cluster takes it for lost in 40 s, and moves its pods after 5 min`,
  },
  start: { description: 'start a node that was stopped', after: undefined },
  restart: { description: 'stop a node and start it again', after: undefined },
} as const;

function addPower(node: Command, action: keyof typeof powers): void {
  const { description, after } = powers[action];
  subcommand(node, action, description)
    .argument('<name>', 'which node, e.g. worker2')
    .action((name: string, options: Common) =>
      withMachine(options, async ({ clusters }, signal) => {
        const { profile } = options;
        const status = await clusters.nodes[action](profile, name, signal);
        const hint = after ? `\n${after(flagOf(profile), name)}` : '';
        answer(options, status.nodes, `${nodesTable(status)}${hint}`);
      }),
    );
}
