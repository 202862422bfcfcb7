/** The pod network of one node: a bridge, and addresses and a veth pair for each sandbox. */

import { existsSync, readFileSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import { type Clock, systemClock } from '../../clock.ts';
import type { AttachListener, PodNetwork } from '../../kubelet/runtime/pod-network.ts';
import type { RuntimeSandbox } from '../../kubelet/runtime/runtime.ts';
import type { Logger } from '../../log.ts';
import type { NodeNetwork } from '../../node-config.ts';
import { addressesIn } from '../cidr.ts';
import { type Exec, ToolError } from '../exec.ts';
import { termsOf } from '../families.ts';
import { clearFlows } from '../service-proxy/flows.ts';
import { type Addresses, createAddresses } from './addresses.ts';
import {
  bridge,
  configureBridge,
  configurePod,
  createBridge,
  createPair,
  earlySysctls,
  joinBridge,
  nodeRules,
  nodeSysctls,
  removePodLink,
  sandboxSysctls,
  vethOf,
} from './plumbing.ts';
import { namespacePathOf, type ProcessTable, processTable } from './sandbox-namespace.ts';
import { writeSysctls } from './sysctls.ts';

export interface PodNetworkOptions {
  /** One of each family; the first is of IPv4. */
  networks: readonly [NodeNetwork, ...NodeNetwork[]];
  /** The folder of the allocations, on the node's volume. */
  directory: string;
  exec: Exec;
  log: Logger;
  /** The system clock by default. */
  clock?: Clock;
  /** The system's process table by default. */
  processes?: ProcessTable;
}

/** BR_STATE_FORWARDING of the kernel. */
const forwarding = '3';
const maxAttempts = 200;

const linkExists = (name: string): boolean => existsSync(`/sys/class/net/${name}`);

/**
 * Creates the bridge, the rules and the sysctls of this node. Idempotent. Sandboxes are attached one by one afterwards.
 */
export async function createPodNetwork(options: PodNetworkOptions): Promise<PodNetwork> {
  const { networks, exec, log } = options;
  const [{ nodeIP, podCIDR }] = networks;
  const mtu = mtuOf(nodeIP);
  const create = linkExists(bridge) ? '' : createBridge(podCIDR, mtu);
  const set = async (sysctls: [name: string, value: string][]): Promise<void> => {
    for (const { name, error } of await writeSysctls(sysctls, exec)) log.warn('Could not set sysctl', { name, error });
  };
  await set(earlySysctls(networks));
  await Promise.all([
    exec.run('ip', ['-batch', '-'], { input: create + configureBridge(networks) }),
    exec.run('nft', ['-f', '-'], {
      input: networks.map((network) => nodeRules(network) + clearFlows(termsOf(network.podCIDR))).join(''),
    }),
  ]);
  await set(nodeSysctls);
  return new BridgeNetwork(options, createAddresses(podCIDR, options.directory), mtu);
}

class BridgeNetwork implements PodNetwork {
  readonly sysctls: Readonly<Record<string, string>>;
  readonly #options: PodNetworkOptions;
  readonly #podCIDRs: readonly [string, ...string[]];
  readonly #addresses: Addresses;
  readonly #mtu: number;
  /** The PID whose namespace was configured, by sandbox: a restarted sandbox has a new namespace. */
  readonly #plumbed = new Map<string, number>();
  readonly #listeners: AttachListener[] = [];

  constructor(options: PodNetworkOptions, addresses: Addresses, mtu: number) {
    const [first, ...others] = options.networks;
    this.sysctls = sandboxSysctls(options.networks);
    this.#options = options;
    this.#podCIDRs = [first.podCIDR, ...others.map(({ podCIDR }) => podCIDR)];
    this.#addresses = addresses;
    this.#mtu = mtu;
  }

  async attach(sandbox: RuntimeSandbox, signal: AbortSignal): Promise<{ ips: readonly string[] }> {
    const ips = addressesIn(this.#podCIDRs, this.#addresses.allocate(sandbox.id));
    if (this.#plumbed.get(sandbox.id) === sandbox.pid) return { ips };
    const { exec } = this.#options;
    const namespace = namespacePathOf(sandbox, this.#options.processes ?? processTable);
    const veth = vethOf(sandbox.id);
    const within = (input: string) =>
      exec.run('nsenter', [`--net=${namespace}`, exec.pathOf('ip'), '-batch', '-'], { input, signal });
    // Both ends of a pair disappear together, so an existing link has its eth0, which may not be configured yet.
    const create = linkExists(veth) ? '' : createPair(veth, sandbox.pid, ips[0], this.#mtu);
    await plumb(() => exec.run('ip', ['-batch', '-'], { input: create + joinBridge(veth), signal }), within);
    await within(configurePod(ips, this.#podCIDRs));
    await Promise.all([this.#forwarding(veth, signal), ...this.#listeners.map((listener) => listener(sandbox, ips))]);
    this.#plumbed.set(sandbox.id, sandbox.pid);
    return { ips };
  }

  onAttach(listener: AttachListener): void {
    this.#listeners.push(listener);
  }

  /**
   * Waits until the kernel opens the bridge's port, shortly after the link is up. Earlier packets are lost, and TCP and
   * ARP would wait a whole second before they retry.
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
    // The link disappears with the sandbox's namespace, so it exists only if the sandbox still runs.
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

  addressesOf(sandboxId: string): readonly string[] | undefined {
    const ip = this.#addresses.get(sandboxId);
    return ip === undefined ? undefined : addressesIn(this.#podCIDRs, ip);
  }
}

/**
 * Removes a leftover link before it creates the new one. Engines may keep the namespace of a killed container; the
 * other end of its `eth0` leads nowhere and blocks the new link.
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

/** The MTU of the interface with the node's address. */
function mtuOf(nodeIP: string): number {
  const name = Object.entries(networkInterfaces()).find(([, list]) =>
    list?.some(({ address }) => address === nodeIP),
  )?.[0];
  return name ? Number(readFileSync(`/sys/class/net/${name}/mtu`, 'utf8')) : 1500;
}
