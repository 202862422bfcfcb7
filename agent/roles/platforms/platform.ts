/** A node's platform: it decides how pods run, and how the node's servers and network work. */
import type { KindSource } from '../../api/registry.ts';
import type { Pod } from '../../api/types.ts';
import type { StreamLookup } from '../../apiserver/streams/types.ts';
import type { Address } from '../../apiserver/webhooks/service-address.ts';
import type { Client } from '../../client/client.ts';
import type { Informer, Informers } from '../../client/informer.ts';
import type { KubeletPlatform } from '../../kubelet/platform.ts';
import type { PodNetwork } from '../../kubelet/runtime/pod-network.ts';
import type { NodeOptions } from '../node-options.ts';

/** What a node's network needs once the node has joined its cluster. */
export interface JoinedNode {
  /** With the node's own identity. */
  client: Client;
  informers: Informers;
  /** The pods of this node. */
  pods: Informer<Pod>;
  network: PodNetwork;
  /** Set on a control-plane node. */
  controlPlane?: OwnControlPlane;
}

/** What runs beside the API server asks of it. */
export interface OwnControlPlane {
  /** A client with the identity of a service account in kube-system. */
  clientFor(account: string): Client;
  /** What the cluster serves. */
  kinds: KindSource;
  /**
   * Calls each time that what only one control plane may do falls to this one: at once, and only once, where there is
   * no other. The signal aborts when another one has it.
   */
  lead(start: (signal: AbortSignal) => void): void;
}

export interface Platform {
  /** The address on which the servers of a node listen. */
  host: string;
  /** The port of the kubelet's server; 0 picks a free one. */
  kubeletPort: number;
  /** How the API server finds a node's kubelet. */
  findKubelets(lookup: StreamLookup): StreamLookup;
  /** Where the API server finds the endpoint of a service. Throws where it reaches no pods. */
  reach(endpoint: Address): Address;
  /** Prepares the kernel and the engine of the node. Needs no API server. */
  prepare(options: NodeOptions): Promise<KubeletPlatform>;
  /** Starts the routing between pods, services and the user's localhost. Ends with the signal in the options. */
  startNetworking(options: NodeOptions, joined: JoinedNode): void;
}
