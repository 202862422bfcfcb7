/** The seam between the kubelet and the network of one node: addresses and an interface for every sandbox. */
import type { RuntimeSandbox } from './runtime.ts';

/** `ips`: one address of each family, the primary one first. */
export type AttachListener = (sandbox: RuntimeSandbox, ips: readonly string[]) => Promise<void>;

export interface PodNetwork {
  /** What the kernel of a sandbox must be set to before `attach`, by the sysctl's name. */
  readonly sysctls: Readonly<Record<string, string>>;
  /**
   * Gives the sandbox its `eth0` and its addresses, one of each family, the primary one first; resolves when it is
   * reachable. Idempotent: it leaves an attached sandbox alone, and restores the link of one that lost it (the node
   * restarted) with the SAME addresses. Do not call it for host-network sandboxes: they use the node's.
   */
  attach(sandbox: RuntimeSandbox, signal: AbortSignal): Promise<{ ips: readonly string[] }>;
  /**
   * Calls the listener whenever a sandbox has got its address. The sandbox counts as attached, and its containers may
   * start, once what the listener returns has resolved.
   */
  onAttach(listener: AttachListener): void;
  /** Removes the link and frees the address. Resolves also if the sandbox was not attached. */
  detach(sandboxId: string): Promise<void>;
  /**
   * Frees the addresses of all sandboxes except these. The kubelet calls it at its start, once it knows what exists.
   */
  retain(sandboxIds: Iterable<string>): Promise<void>;
  /** The addresses of a sandbox, without touching the kernel; undefined if it has none. */
  addressesOf(sandboxId: string): readonly string[] | undefined;
}
