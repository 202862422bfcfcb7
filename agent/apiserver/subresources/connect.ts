/**
 * Streams: admitted here, then passed on by the transport.
 * https://github.com/kubernetes/kubernetes/blob/master/staging/src/k8s.io/apiserver/pkg/endpoints/handlers/rest.go
 * (ConnectResource)
 */
import type { AnyObject } from '../../api/types.ts';
import type { Reply } from '../reply.ts';
import { isTrue } from '../request.ts';
import type { StreamTarget } from '../streams/types.ts';
import { attributesOf, type Call } from '../verbs/call.ts';
import { postedObject } from '../verbs/decode.ts';
import { admit } from '../verbs/pipeline.ts';

const flags = ['stdin', 'stdout', 'stderr', 'tty'];

/** PodExecOptions and the like, as the query has them. */
function optionsIn({ served, path, request: { query } }: Call): AnyObject {
  const kind = served.kind.subresources?.find(({ name }) => name === path.subresource)?.kind ?? '';
  const texts = ['container', 'path'].flatMap((name) => (query.has(name) ? [[name, query.get(name)]] : []));
  const booleans = flags.flatMap((name) => (query.has(name) ? [[name, isTrue(query.get(name))]] : []));
  const options = {
    ...Object.fromEntries([...texts, ...booleans]),
    ...(query.has('command') ? { command: query.getAll('command') } : {}),
    ...(query.has('ports') ? { ports: query.getAll('ports').map(Number) } : {}),
  };
  return postedObject(options, { kind, apiVersion: 'v1' });
}

/** Reading a log is a read; everything else changes, or may change, something in the pod. */
export async function connect(call: Call, stream: StreamTarget): Promise<Reply> {
  if (stream.stream !== 'log') {
    await admit(call.core, attributesOf(call, { operation: 'connect', object: optionsIn(call) }));
  }
  return { status: 200, stream };
}
