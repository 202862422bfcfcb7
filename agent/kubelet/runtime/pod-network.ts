/** The seam between the kubelet and the network of one node: an address and an interface for every sandbox. */
import type { RuntimeSandbox } from './runtime.ts';

export type AttachListener = (sandbox: RuntimeSandbox, ip: string) => Promise<void>;

export interface PodNetwork {
  /**
   * Gives the sandbox its `eth0` and its address, and resolves when it is reachable. Idempotent: it leaves an attached
   * sandbox alone, and restores the link of one that lost it (the node restarted) with the SAME address. Do not call it
   * for host-network sandboxes: they use the node's address.
   */
  attach(sandbox: RuntimeSandbox, signal: AbortSignal): Promise<{ ip: string }>;
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
  /** The address of a sandbox, without touching the kernel. */
  addressOf(sandboxId: string): string | undefined;
}
