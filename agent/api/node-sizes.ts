/**
 * Whether nodes offer more together than the machine has that they share. Pure, for the command line and the window.
 */

/** CPUs, and bytes of memory. A node without a size of its own offers what the machine has. */
export interface NodeSize {
  cpus?: number | undefined;
  memory?: number | undefined;
}

const gibibytes = (bytes: number): string => `${Number((bytes / 2 ** 30).toFixed(1))} GiB of memory`;
const cpusOf = (cpus: number): string => `${cpus} CPU${cpus === 1 ? '' : 's'}`;

const sumOf = (sizes: readonly (number | undefined)[]): number =>
  sizes.reduce<number>((sum, size = 0) => sum + size, 0);

/**
 * What to say to whoever chose the sizes; undefined where there is as much, or where nobody chose any: every node then
 * offers the whole machine, as in kind. Offering too much is allowed, since pods seldom use all that they ask for.
 */
export function overcommitment(nodes: readonly NodeSize[], machine: NodeSize): string | undefined {
  const memory = sumOf(nodes.map((node) => node.memory));
  const cpus = sumOf(nodes.map((node) => node.cpus));
  const [moreMemory, moreCpus] = [memory > (machine.memory ?? memory), cpus > (machine.cpus ?? cpus)];
  if (!moreMemory && !moreCpus) return undefined;
  const offered = [...(moreMemory ? [gibibytes(memory)] : []), ...(moreCpus ? [cpusOf(cpus)] : [])];
  const there = [
    ...(moreMemory ? [gibibytes(machine.memory ?? 0)] : []),
    ...(moreCpus ? [cpusOf(machine.cpus ?? 0)] : []),
  ];
  const end = moreMemory ? 'pods that use all of it are killed' : 'pods that use all of them are slowed down';
  return `the nodes offer ${offered.join(' and ')} together, and the machine has ${there.join(' and ')}: ${end}`;
}
