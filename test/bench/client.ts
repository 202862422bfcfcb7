/**
 * A minimal API client for measuring: one HTTP/2 connection, no cache, no retries. It takes in as much at once as
 * kubectl and other clients in Go do.
 */
import { readFileSync } from 'node:fs';
import { type ClientHttp2Session, connect } from 'node:http2';
import { parse } from 'yaml';

/** PEM. */
export interface Credentials {
  server: string;
  ca: string | Buffer;
  cert: string | Buffer;
  key: string | Buffer;
}

interface KubeconfigFile {
  'current-context': string;
  contexts: { name: string; context: { cluster: string; user: string } }[];
  clusters: { name: string; cluster: { server: string; 'certificate-authority-data': string } }[];
  users: { name: string; user: { 'client-certificate-data': string; 'client-key-data': string } }[];
}

const named = <T extends { name: string }>(entries: T[], name: string | undefined): T => {
  const entry = entries.find((candidate) => candidate.name === name);
  if (!entry) throw new Error(`kubeconfig has no entry ${name}`);
  return entry;
};

export function readCredentials(kubeconfig: string): Credentials {
  const file: KubeconfigFile = parse(readFileSync(kubeconfig, 'utf8'));
  const { context } = named(file.contexts, file['current-context']);
  const { cluster } = named(file.clusters, context.cluster);
  const { user } = named(file.users, context.user);
  const decode = (text: string) => Buffer.from(text, 'base64');
  return {
    server: cluster.server,
    ca: decode(cluster['certificate-authority-data']),
    cert: decode(user['client-certificate-data']),
    key: decode(user['client-key-data']),
  };
}

/**
 * Bytes that a server may send before they are read, on one stream and on the whole connection.
 * https://github.com/golang/net/blob/master/http2/transport.go (transportDefaultStreamFlow, transportDefaultConnFlow)
 */
const windows = { stream: 4 << 20, connection: 1 << 30 };

export class BenchClient {
  readonly #session: ClientHttp2Session;

  constructor(credentials: Credentials) {
    this.#session = connect(credentials.server, { ...credentials, settings: { initialWindowSize: windows.stream } });
    this.#session.once('connect', () => this.#session.setLocalWindowSize(windows.connection));
    this.#session.on('error', () => this.#session.destroy());
  }

  /** Resolves with the body's text; rejects on any status but 2xx. */
  request(method: string, path: string, body?: unknown): Promise<string> {
    return new Promise((resolve, reject) => {
      const stream = this.#session.request({
        ':method': method,
        ':path': path,
        accept: 'application/json',
        'content-type': method === 'PATCH' ? 'application/merge-patch+json' : 'application/json',
      });
      let status = 0;
      const chunks: Buffer[] = [];
      stream.on('response', (headers) => {
        status = Number(headers[':status']);
      });
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('error', reject);
      // A server that was killed may close the stream without an error.
      stream.on('close', () => reject(new Error(`${method} ${path}: no answer`)));
      stream.on('end', () => {
        const text = Buffer.concat(chunks).toString();
        if (status >= 200 && status < 300) resolve(text);
        else reject(new Error(`${method} ${path}: HTTP ${status}: ${text.slice(0, 300)}`));
      });
      stream.end(body === undefined ? undefined : JSON.stringify(body));
    });
  }

  /** Calls back with every line of a watch, until the caller stops it. */
  watch(path: string, onLine: (line: string) => void): { started: Promise<void>; stop(): void } {
    const stream = this.#session.request({ ':method': 'GET', ':path': path, accept: 'application/json' });
    let rest = '';
    stream.setEncoding('utf8');
    stream.on('data', (chunk: string) => {
      const lines = (rest + chunk).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) onLine(line);
    });
    const started = new Promise<void>((resolve, reject) => {
      stream.on('response', () => resolve());
      stream.on('error', reject);
    });
    return { started, stop: () => stream.close() };
  }

  close(): void {
    this.#session.close();
  }
}
