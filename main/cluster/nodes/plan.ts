/** Names, addresses and ranges of nodes that are added. Pure. */
import { checkDns1123Label } from '../../../agent/api/names.ts';
import type { AddNodesOptions } from '../../contract/clusters.ts';
import { EngineError } from '../../engine/errors.ts';
import { flagOf } from '../names.ts';
import { controlPlanesOf, type Profile, type ProfileNode } from '../profile.ts';

/** Where a platform puts nodes. */
export interface NodeRoom {
  /** Nodes join over the network, by a token. Otherwise they join inside a process. */
  byToken: boolean;
  /** How many nodes a cluster may have. */
  most: number;
  /** The address and the range for pods of the node with this number, from 0. */
  addressAt(at: number, profile: Profile): string;
  podCIDRAt(at: number): string;
}

function* numbersFrom(first: number): Generator<number> {
  for (let number = first; ; number += 1) yield number;
}

/** What the names of all its nodes begin with: `skiff`, `skiff-two`, `skiff-two-simulated`. */
export function nodePrefix(profile: Profile): string {
  const controlPlane = controlPlanesOf(profile)[0]?.name ?? '';
  return controlPlane.replace(/-control-plane\d*$/, '');
}

const numbered = (name: string, number: number): string => (number === 1 ? name : `${name}${number}`);

function checkedName(profile: Profile, name: string): string {
  const prefix = nodePrefix(profile);
  const full = name.startsWith(`${prefix}-`) ? name : `${prefix}-${name}`;
  if (checkDns1123Label(full).length === 0) return full;
  throw new EngineError('BadNodeName', `${JSON.stringify(full)} cannot be the name of a node`, {
    hint: 'Use up to 63 lower-case letters, digits and dashes, with a letter or digit at both ends.',
  });
}

/** Workers fill the gaps that removed nodes have left. A name that the user chose must be free. */
function namesFor(profile: Profile, { count = 1, name }: AddNodesOptions): string[] {
  const taken = new Set(profile.nodes.map((node) => node.name));
  const base = checkedName(profile, name ?? 'worker');
  if (name !== undefined) {
    const names = Array.from({ length: count }, (_, at) => numbered(base, at + 1));
    const double = names.find((each) => taken.has(each));
    if (double === undefined) return names;
    throw new EngineError('NameTaken', `profile ${profile.name} has a node ${double} already`, {
      hint: `Choose another name; \`skiff node list${flagOf(profile.name)}\` lists those in use.`,
    });
  }
  const names: string[] = [];
  for (const number of numbersFrom(1)) {
    if (names.length === count) break;
    if (!taken.has(numbered(base, number))) names.push(numbered(base, number));
  }
  return names;
}

/** The lowest that none of the nodes has, one for each name. */
function freeFor(names: readonly string[], taken: readonly string[], textOf: (number: number) => string): string[] {
  const inUse = new Set(taken);
  const free: string[] = [];
  for (const number of numbersFrom(0)) {
    if (free.length === names.length) break;
    if (!inUse.has(textOf(number))) free.push(textOf(number));
  }
  return free;
}

/**
 * The nodes to add. Addresses and pod ranges of removed nodes are given away again. Throws `EngineError` for a name
 * that is taken or is none, and for more nodes than there is room for.
 */
export function planNodes(profile: Profile, options: AddNodesOptions, room: NodeRoom): ProfileNode[] {
  const { nodes } = profile;
  const { count = 1, cpus, memory, labels, taints } = options;
  if (nodes.length + count > room.most) {
    const message = `profile ${profile.name} has ${nodes.length} nodes, and there is room for ${room.most}`;
    throw new EngineError('TooManyNodes', message, { hint: 'Add fewer, or start another profile.' });
  }
  const names = namesFor(profile, options);
  const addresses = freeFor(
    names,
    nodes.map(({ ip }) => ip),
    (at) => room.addressAt(at, profile),
  );
  const ranges = freeFor(
    names,
    nodes.map(({ podCIDR }) => podCIDR),
    room.podCIDRAt,
  );
  return names.map((name, at) => ({
    name,
    role: 'worker',
    ip: addresses[at] ?? '',
    podCIDR: ranges[at] ?? '',
    ...(room.byToken ? { joinsByToken: true } : {}),
    ...(cpus ? { cpus } : {}),
    ...(memory ? { memory } : {}),
    ...(labels ? { labels } : {}),
    ...(taints ? { taints } : {}),
  }));
}
