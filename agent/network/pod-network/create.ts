/** The pod network of one node: bridge, addresses and one veth pair per sandbox. */
import { existsSync, readFileSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import { type Clock, systemClock } from '../../clock.ts';
import type { PodNetwork } from '../../kubelet/runtime/pod-network.ts';
import type { RuntimeSandbox } from '../../kubelet/runtime/runtime.ts';
import type { Logger } from '../../log.ts';
import { type Exec, ToolError } from '../exec.ts';
import { type Addresses, createAddresses } from './addresses.ts';
import {
  bridge,
  configureBridge,
  configurePod,
  createBridge,
  createPair,
  joinBridge,
  type NodeAddresses,
  nodeRules,
  nodeSysctls,
  removePodLink,
  vethOf,
} from './plumbing.ts';
import { namespacePathOf, type ProcessTable, processTable } from './sandbox-namespace.ts';
import { writeSysctls } from './sysctls.ts';

export interface PodNetworkOptions {
  config: NodeAddresses;
  /** Where allocations are kept; on the node's volume. */
  directory: string;
  exec: Exec;
  log: Logger;
  /** The system's own where not given. */
  clock?: Clock;
  /** The system's own where not given. */
  processes?: ProcessTable;
}

/** BR_STATE_FORWARDING of the kernel. */
const forwarding = '3';
const maxAttempts = 200;

const linkExists = (name: string): boolean => existsSync(`/sys/class/net/${name}`);

/** Brings up the bridge, the rules and the sysctls of this node; idempotent. Sandboxes are attached one by one afterwards. */
export async function createPodNetwork(options: PodNetworkOptions): Promise<PodNetwork> {
  const { config, exec, log } = options;
  const mtu = mtuOf(config.nodeIP);
  const create = linkExists(bridge) ? '' : createBridge(config.podCIDR, mtu);
  await Promise.all([
    exec.run('ip', ['-batch', '-'], { input: create + configureBridge(config) }),
    exec.run('nft', ['-f', '-'], { input: nodeRules(config) }),
  ]);
  for (const { name, error } of await writeSysctls(nodeSysctls, exec))
    log.warn('Could not set sysctl', { name, error });
  return new BridgeNetwork(options, createAddresses(config.podCIDR, options.directory), mtu);
}

class BridgeNetwork implements PodNetwork {
  readonly #options: PodNetworkOptions;
  readonly #addresses: Addresses;
  readonly #mtu: number;
  /** PID whose namespace has been plumbed, by sandbox: a sandbox that was restarted has a new namespace. */
  readonly #plumbed = new Map<string, number>();

  constructor(options: PodNetworkOptions, addresses: Addresses, mtu: number) {
    this.#options = options;
    this.#addresses = addresses;
    this.#mtu = mtu;
  }

  async attach(sandbox: RuntimeSandbox, signal: AbortSignal): Promise<{ ip: string }> {
    const ip = this.#addresses.allocate(sandbox.id);
    if (this.#plumbed.get(sandbox.id) === sandbox.pid) return { ip };
    const { exec, config } = this.#options;
    const namespace = namespacePathOf(sandbox, this.#options.processes ?? processTable);
    const veth = vethOf(sandbox.id);
    const within = (input: string) =>
      exec.run('nsenter', [`--net=${namespace}`, exec.pathOf('ip'), '-batch', '-'], { input, signal });
    // One end cannot outlive the other, so a link that is there has its eth0; whether that is configured is not known.
    const create = linkExists(veth) ? '' : createPair(veth, sandbox.pid, ip, this.#mtu);
    await plumb(() => exec.run('ip', ['-batch', '-'], { input: create + joinBridge(veth), signal }), within);
    await within(configurePod(ip, config.podCIDR));
    await this.#forwarding(veth, signal);
    this.#plumbed.set(sandbox.id, sandbox.pid);
    return { ip };
  }

  /**
   * The kernel opens the bridge's port a moment after the link is up. What is sent before is lost, and TCP and ARP both
   * wait a whole second before they try again.
   */
  async #forwarding(veth: string, signal: AbortSignal): Promise<void> {
    for (let attempt = 0; attempt < maxAttempts; attempt += 1) {
      if (readFileSync(`/sys/class/net/${veth}/brport/state`, 'utf8').trim() === forwarding) return;
      await (this.#options.clock ?? systemClock).sleep(1, signal);
    }
    this.#options.log.warn('The bridge does not forward to a sandbox yet', { link: veth });
  }

  async detach(sandboxId: string): Promise<void> {
    const veth = vethOf(sandboxId);
    this.#plumbed.delete(sandboxId);
    // The link goes with the sandbox's namespace; it is still there only where the sandbox still runs.
    if (linkExists(veth)) await this.#removeLink(veth);
    this.#addresses.release(sandboxId);
  }

  async #removeLink(veth: string): Promise<void> {
    try {
      await this.#options.exec.run('ip', ['link', 'delete', 'dev', veth]);
    } catch (error) {
      if (linkExists(veth)) throw error;
    }
  }

  async retain(sandboxIds: Iterable<string>): Promise<void> {
    const kept = new Set(sandboxIds);
    const gone = [...this.#addresses.entries()].map(([id]) => id).filter((id) => !kept.has(id));
    for (const id of gone) await this.detach(id);
  }

  addressOf(sandboxId: string): string | undefined {
    return this.#addresses.get(sandboxId);
  }
}

/**
 * The other end of a sandbox's `eth0` can be in a namespace that this node no longer has: engines may keep that of a
 * container that was killed. It leads nowhere, and is in the way of the new one.
 */
export async function plumb(
  makePair: () => Promise<unknown>,
  within: (batch: string) => Promise<unknown>,
): Promise<void> {
  try {
    await makePair();
  } catch (error) {
    if (!(error instanceof ToolError && error.message.includes('File exists'))) throw error;
    await within(removePodLink);
    await makePair();
  }
}

/** That of the interface which carries the node's address. */
function mtuOf(nodeIP: string): number {
  const name = Object.entries(networkInterfaces()).find(([, list]) =>
    list?.some(({ address }) => address === nodeIP),
  )?.[0];
  return name ? Number(readFileSync(`/sys/class/net/${name}/mtu`, 'utf8')) : 1500;
}
