/** Joins a cluster whose control plane runs elsewhere: what a worker's process does. */
import { nodes } from '../api/core/node.ts';
import type { Node } from '../api/types.ts';
import { type Client, createClient } from '../client/client.ts';
import { createHttpsTransport } from '../client/https-transport.ts';
import { createInformer, createInformers, type Informer, type Informers } from '../client/informer.ts';
import { userAgentOf, withUserAgent } from '../client/transport.ts';
import { serversOf } from './api-servers.ts';
import { connectByToken, kubeletAgent } from './credentials/kubelet-certificates.ts';
import type { NodeFiles } from './files.ts';
import type { NodeOptions } from './node-options.ts';
import type { OwnControlPlane } from './platforms/platform.ts';

export interface Joined {
  /** The kubelet's client, with the node's own identity. */
  client: Client;
  /** What the process reads of the cluster: services, endpoints and nodes. The kubelet may not see all of these. */
  informers: Informers;
  /** Contains this node, and perhaps others. */
  nodes: Informer<Node>;
  /** Set where it runs in this process. */
  controlPlane?: OwnControlPlane;
  /** Adds a further node to this process. */
  joinInside?(nodeName: string): Joined;
  /** Rejects once the store has failed for good. */
  failed?: Promise<never>;
  close(): Promise<void>;
}

/** Two identities, as for upstream's kubelet and service proxy: neither has the other's rights. */
export async function joinCluster(files: NodeFiles, options: NodeOptions): Promise<Joined> {
  const { config, text } = files;
  const { clock, logFor, signal } = options;
  const connect = (name: string) =>
    createHttpsTransport({
      ...serversOf(config),
      ca: text('ca.crt'),
      cert: text(`${name}.crt`),
      key: text(`${name}.key`),
    });
  const ofKubelet = config.joinsByToken ? await connectByToken(files, options) : connect('node');
  const ofProxy = connect('kube-proxy');
  const client = createClient(withUserAgent(ofKubelet, kubeletAgent));
  const itself = { fieldSelector: `metadata.name=${config.nodeName}` };
  const proxyClient = createClient(withUserAgent(ofProxy, userAgentOf('kube-proxy')));
  return {
    client,
    informers: createInformers(proxyClient, { clock, log: logFor('kube-proxy'), signal }),
    nodes: createInformer(client, nodes, itself, { clock, log: logFor('kubelet'), signal }),
    async close() {
      ofKubelet.close();
      ofProxy.close();
    },
  };
}
