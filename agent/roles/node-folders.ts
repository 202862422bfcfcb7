/** Asks kubelets for the folders of volumes, as the API server asks them for logs. */
import { Agent } from 'node:https';
import { text } from 'node:stream/consumers';
import { send } from '../apiserver/streams/forward.ts';
import { kubeletAddress } from '../apiserver/streams/proxy-location.ts';
import type { StreamLookup } from '../apiserver/streams/types.ts';
import type { NodeFolders } from '../controllers/shared/node-folders.ts';
import { kubeletPort } from '../kubelet/node/node-status.ts';

export interface NodeFoldersOptions {
  lookup: Pick<StreamLookup, 'node'>;
  /** PEM: the cluster's CA, and the client certificate `kube-apiserver-kubelet-client`. */
  tls: { ca: string; cert: string; key: string };
}

/** Longer than removing a large folder takes; a node that is gone answers never. */
const timeout = 60_000;

export function createNodeFolders({ lookup, tls }: NodeFoldersOptions): NodeFolders {
  const agent = new Agent({ ...tls, keepAlive: false });
  const ask = (method: string) => async (node: string, path: string, signal: AbortSignal) => {
    const address = kubeletAddress(await lookup.node(node), kubeletPort);
    const url = new URL(`https://${address}/hostFolders?path=${encodeURIComponent(path)}`);
    const either = AbortSignal.any([signal, AbortSignal.timeout(timeout)]);
    const answer = await send({ url, agent, headers: { 'content-length': '0' } }, method, undefined, either);
    const said = await text(answer);
    if (answer.statusCode !== 204) throw new Error(`node ${node}: ${said || `answered ${answer.statusCode}`}`);
  };
  return { make: ask('PUT'), remove: ask('DELETE'), empty: ask('POST') };
}
