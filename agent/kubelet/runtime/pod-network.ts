/** The seam between the kubelet and the network of one node: an address and an interface for every sandbox. */
import type { RuntimeSandbox } from './runtime.ts';

export interface PodNetwork {
  /**
   * Gives the sandbox its `eth0` and its address, and resolves when it is reachable. Idempotent: a sandbox that is
   * plumbed is left alone, one that lost its link (the node restarted) gets it back with the SAME address.
   * Not for host-network sandboxes: their address is the node's.
   */
  attach(sandbox: RuntimeSandbox, signal: AbortSignal): Promise<{ ip: string }>;
  /** Takes the link away and gives the address back. Resolves also where there was nothing. */
  detach(sandboxId: string): Promise<void>;
  /** Forgets the addresses of every sandbox but these; for the kubelet's start, when it knows what exists. */
  retain(sandboxIds: Iterable<string>): Promise<void>;
  /** The address of a sandbox, without touching the kernel. */
  addressOf(sandboxId: string): string | undefined;
}
