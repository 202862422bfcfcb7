/** A node's platform: what runs its pods, and what follows from that for its servers and its network. */
import type { Pod } from '../../api/types.ts';
import type { StreamLookup } from '../../apiserver/streams/types.ts';
import type { Client } from '../../client/client.ts';
import type { Informer, Informers } from '../../client/informer.ts';
import type { KubeletPlatform } from '../../kubelet/platform.ts';
import type { NodeOptions } from '../node-options.ts';

/** What a node's network needs once the node has joined its cluster. */
export interface JoinedNode {
  informers: Informers;
  /** The pods of this node. */
  pods: Informer<Pod>;
  /** Of a control-plane node only. */
  controllerClient?: Client;
}

export interface Platform {
  /** Address that the servers of a node listen on. */
  host: string;
  /** Port of the kubelet's server; 0 is any that is free. */
  kubeletPort: number;
  /** How the API server finds a node's kubelet. */
  findKubelets(lookup: StreamLookup): StreamLookup;
  /** The node's side of the kernel and the engine; nothing of it needs the API server. */
  prepare(options: NodeOptions): Promise<KubeletPlatform>;
  /** Starts what carries traffic between pods, services and the user's localhost; ends with the signal of the options. */
  startNetworking(options: NodeOptions, joined: JoinedNode): void;
}
