/** The commands `start`, `stop`, `delete`, `status` and `ip`. */
import { type Command, Option } from 'commander';
import type { Clusters } from '../../cluster/clusters.ts';
import { flagOf } from '../../cluster/names.ts';
import type { ClusterStatus, StartOptions } from '../../contract/clusters.ts';
import { parseControlPlanes, parseNodes, parseSeconds } from '../arguments.ts';
import { answer, type Common, command, note, withMachine } from '../command.ts';
import { CommandError, noProfile } from '../failure.ts';
import { describeError, describeStart, describeStatus, errorData } from '../output.ts';
import { withShape } from './nodes.ts';

export function addClusterCommands(): void {
  addStart();
  addStop();
  addDelete();
  addStatus();
}

function addStart(): void {
  withShape(command('start', 'create and start a cluster, or start a stopped one'))
    .option('-n, --nodes <count>', 'nodes, control planes included (default: two workers beside those)', parseNodes)
    .option('--control-planes <count>', 'control planes: 1, or 3 or 5 that share an etcd', parseControlPlanes)
    .option('--etcd-image <image>', "an image that has the etcd of several control planes (default: this machine's)")
    .addOption(new Option('--runtime <runtime>', 'what runs the pods').choices(['docker', 'simulated']))
    .addOption(new Option('--ip-family <family>', 'addresses of nodes, pods and services').choices(['ipv4', 'dual']))
    .option(
      '--shutdown-grace-period <seconds>',
      "what a node's pods have to end when it shuts down, e.g. 30s (default: they stop with it)",
      parseSeconds,
    )
    .option('--shutdown-grace-period-critical-pods <seconds>', 'the part of it for critical pods alone', parseSeconds)
    .option('--wait', 'wait until kube-system is ready as well')
    .action((options: Common & StartOptions) =>
      withMachine(options, async ({ clusters }, signal) => {
        const { profile, output: _, ...rest } = options;
        const status = await clusters.start(profile, rest, signal);
        answer(options, status, describeStart(status));
      }),
    );
}

function addStop(): void {
  command('stop', 'stop a cluster and keep everything in it').action((options: Common) =>
    withMachine(options, async ({ clusters }, signal) => {
      const { profile } = options;
      const { state, underWay } = await clusters.status(profile, signal);
      if (state === 'absent' && !underWay) throw noProfile(profile);
      const status = await clusters.stop(profile, signal);
      answer(options, status, `profile ${profile} is stopped; \`skiff start${flagOf(profile)}\` brings it back`);
    }),
  );
}

function addDelete(): void {
  command('delete', 'delete a cluster and everything in it')
    .option('--all', 'every profile')
    .action((options: Common & { all?: boolean }) =>
      withMachine(options, ({ clusters }, signal) =>
        options.all ? deleteAll(options, clusters, signal) : deleteOne(options, clusters, signal),
      ),
    );
}

const deletedText = (deleted: string[]): string => `deleted ${deleted.join(', ')}`;

/** Works without the profile's files too: the engine may still have something of the profile. */
async function deleteOne(options: Common, clusters: Clusters, signal: AbortSignal): Promise<void> {
  const { profile } = options;
  const isThere = (await clusters.names()).includes(profile);
  await clusters.delete(profile, signal);
  const deleted = isThere ? [profile] : [];
  answer(
    options,
    { deleted },
    isThere ? deletedText(deleted) : `there is no profile ${profile}: nothing is left of it`,
  );
}

/** A profile that cannot be deleted does not keep the others from it. */
async function deleteAll(options: Common, clusters: Clusters, signal: AbortSignal): Promise<void> {
  const deleted: string[] = [];
  const failed: object[] = [];
  for (const profile of await clusters.names()) {
    try {
      note(`profile ${profile}:`);
      await clusters.delete(profile, signal);
      deleted.push(profile);
    } catch (error) {
      if (signal.aborted) throw error;
      note(describeError(error));
      failed.push({ profile, ...errorData(error) });
    }
  }
  const nothing = failed.length ? 'no profile was deleted' : 'there is no profile';
  answer(options, { deleted, failed }, deleted.length ? deletedText(deleted) : nothing);
  if (failed.length) process.exitCode = 1;
}

function addStatus(): void {
  command('status', 'show a cluster, or all of them').action((options: Common, self: Command) =>
    withMachine(options, async ({ clusters }, signal) => {
      const one = self.getOptionValueSource('profile') !== 'default';
      const list = one ? [] : await clusters.list(signal);
      if (list.length === 0) list.push(await clusters.status(options.profile, signal));
      answer(options, one ? list[0] : list, list.map(describeStatus).join('\n\n'));
      process.exitCode = list.every(({ state }) => state === 'running') ? 0 : 1;
    }),
  );

  command('ip', 'print the address of the control plane or of a node')
    .option('--node <name>', 'of which node')
    .action((options: Common & { node?: string }) =>
      withMachine(options, async ({ clusters }, signal) => {
        const node = nodeOf(await clusters.status(options.profile, signal), options.node);
        answer(options, { node: node.name, ip: node.ip }, node.ip);
      }),
    );
}

/** Finds a node by its name or the end of it (`worker2`); without a name, the control plane. */
export function nodeOf({ profile, nodes, state }: ClusterStatus, wanted: string | undefined) {
  if (state === 'absent') throw noProfile(profile);
  const node = nodes.find(({ name, role }) =>
    wanted ? name === wanted || name.endsWith(`-${wanted}`) : role === 'control-plane',
  );
  if (node) return node;
  const names = nodes.map(({ name }) => name).join(', ');
  throw new CommandError('NodeNotFound', `profile ${profile} has no node ${wanted}`, `It has ${names}.`);
}
