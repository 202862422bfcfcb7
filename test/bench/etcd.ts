/**
 * An etcd of this machine to compare with, if there is one, and a client that puts keys into it: gRPC without a
 * library, as one kind of call is all that is needed.
 * https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md and
 * https://github.com/etcd-io/etcd/blob/main/api/etcdserverpb/rpc.proto (PutRequest)
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { type ClientHttp2Session, connect } from 'node:http2';
import { createServer } from 'node:net';
import { poll } from './cluster.ts';

export interface Etcd {
  /** Resolves when the value is on disk. */
  put(key: string, value: Buffer): Promise<void>;
  close(): Promise<void>;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (typeof address !== 'object' || !address) throw new Error('no port');
  return address.port;
}

/** A field of a message that holds bytes: its tag, its length as a varint, its content. */
function field(number: number, content: Buffer): Buffer {
  const head = [(number << 3) | 2];
  let { length } = content;
  for (; length > 127; length >>= 7) head.push((length & 127) | 128);
  return Buffer.concat([Buffer.from([...head, length]), content]);
}

function putRequest(key: string, value: Buffer): Buffer {
  const message = Buffer.concat([field(1, Buffer.from(key)), field(2, value)]);
  const prefix = Buffer.alloc(5);
  prefix.writeUInt32BE(message.length, 1);
  return Buffer.concat([prefix, message]);
}

function put(session: ClientHttp2Session, key: string, value: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    const stream = session.request({
      ':method': 'POST',
      ':path': '/etcdserverpb.KV/Put',
      'content-type': 'application/grpc',
      te: 'trailers',
    });
    let status = 'missing';
    stream.on('trailers', (trailers) => {
      status = String(trailers['grpc-status']);
    });
    stream.on('error', reject);
    stream.on('end', () => (status === '0' ? resolve() : reject(new Error(`etcd: grpc-status ${status}`))));
    stream.resume();
    stream.end(putRequest(key, value));
  });
}

/** Resolves once it answers; undefined where this machine has no etcd. */
export async function startEtcd(folder: string): Promise<Etcd | undefined> {
  const [client, peer] = [await freePort(), await freePort()];
  const [own, ofPeers] = [`http://127.0.0.1:${client}`, `http://127.0.0.1:${peer}`];
  const flags = Object.entries({
    'data-dir': folder,
    'listen-client-urls': own,
    'advertise-client-urls': own,
    'listen-peer-urls': ofPeers,
    'initial-advertise-peer-urls': ofPeers,
    'initial-cluster': `default=${ofPeers}`,
  }).flatMap(([name, value]) => [`--${name}`, value]);
  const child: ChildProcess = spawn('etcd', flags, { stdio: 'ignore' });
  const found = await new Promise<boolean>((resolve) => {
    child.once('spawn', () => resolve(true));
    child.once('error', () => resolve(false));
  });
  if (!found) return undefined;
  const session = await poll(async () => {
    const candidate = connect(own);
    await once(candidate, 'connect');
    return candidate;
  });
  await poll(() => put(session, 'first', Buffer.from('value')));
  return {
    put: (key, value) => put(session, key, value),
    close: async () => {
      session.close();
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
    },
  };
}
