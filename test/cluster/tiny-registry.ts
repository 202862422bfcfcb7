/**
 * A registry that has one image, under whichever name and tag is asked for, and hands it out as Docker's distribution
 * API says, to everybody or to its users. Engines speak plain HTTP to 127.0.0.0/8.
 * https://distribution.github.io/distribution/spec/api/
 */
import { createHash, randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';

export interface TinyRegistry {
  /** `127.0.0.1:5000` */
  host: string;
  /** The image's digest: `sha256:...` */
  digest: string;
  /** Paths that were asked for. */
  asked: string[];
  close(): void;
}

export interface RegistryUsers {
  /**
   * How users prove who they are: with their password on each request, or with a token that they get for it.
   * https://distribution.github.io/distribution/spec/auth/token/
   */
  scheme: 'basic' | 'bearer';
  /** Passwords by name. */
  passwords: Readonly<Record<string, string>>;
}

interface Blob {
  type: string;
  bytes: Buffer;
}

const digestOf = (bytes: Buffer): string => `sha256:${createHash('sha256').update(bytes).digest('hex')}`;

/** The blobs of an image of one layer, by digest. */
function blobsOf(layer: Buffer, config: object): { blobs: ReadonlyMap<string, Blob>; manifest: string } {
  const blobs = new Map<string, Blob>();
  const add = (type: string, bytes: Buffer) => {
    const digest = digestOf(bytes);
    blobs.set(digest, { type, bytes });
    return { mediaType: type, size: bytes.length, digest };
  };
  const image = { architecture: 'amd64', os: 'linux', config, rootfs: { type: 'layers', diff_ids: [digestOf(layer)] } };
  const type = 'application/vnd.docker.distribution.manifest.v2+json';
  const manifest = {
    schemaVersion: 2,
    mediaType: type,
    config: add('application/vnd.docker.container.image.v1+json', Buffer.from(JSON.stringify(image))),
    layers: [add('application/vnd.docker.image.rootfs.diff.tar.gzip', gzipSync(layer))],
  };
  return { blobs, manifest: add(type, Buffer.from(JSON.stringify(manifest))).digest };
}

/** Decides about requests. A refusal names the scheme in the header `www-authenticate`. */
function doorkeeper({ scheme, passwords }: RegistryUsers) {
  const tokens = new Set<string>();
  const proved = ({ headers }: IncomingMessage): boolean => {
    const [, encoded = ''] = /^Basic (.+)$/.exec(headers.authorization ?? '') ?? [];
    const [name = '', password] = Buffer.from(encoded, 'base64').toString().split(':');
    return Object.hasOwn(passwords, name) && passwords[name] === password;
  };
  return {
    admits: (request: IncomingMessage): boolean =>
      scheme === 'basic' ? proved(request) : tokens.has(request.headers.authorization?.replace('Bearer ', '') ?? ''),
    /** Undefined for somebody who is not known. */
    issue(request: IncomingMessage): string | undefined {
      if (!proved(request)) return undefined;
      const token = randomUUID();
      tokens.add(token);
      return token;
    },
    challenge: (host: string): string =>
      scheme === 'basic' ? 'Basic realm="tiny"' : `Bearer realm="http://${host}/token",service="tiny"`,
  };
}

const refusal = JSON.stringify({ errors: [{ code: 'UNAUTHORIZED', message: 'authentication required' }] });

/** `layer` is a tar archive; `config` is the image's, e.g. its labels. Without `users` the image is for everybody. */
export async function startTinyRegistry(layer: Buffer, config: object, users?: RegistryUsers): Promise<TinyRegistry> {
  const { blobs, manifest } = blobsOf(layer, config);
  const door = users && doorkeeper(users);
  const asked: string[] = [];
  let host = '';
  const server = createServer((request, response) => {
    const { url = '', method } = request;
    asked.push(url);
    if (door && url.startsWith('/token')) {
      const token = door.issue(request);
      response.writeHead(token ? 200 : 401, { 'content-type': 'application/json' });
      response.end(token ? JSON.stringify({ token }) : refusal);
      return;
    }
    if (door && !door.admits(request)) {
      response.writeHead(401, { 'www-authenticate': door.challenge(host), 'content-type': 'application/json' });
      response.end(refusal);
      return;
    }
    const [, kind, reference = ''] = /\/(manifests|blobs)\/(.+)$/.exec(url) ?? [];
    const blob = blobs.get(kind === 'manifests' && !reference.startsWith('sha256:') ? manifest : reference);
    if (kind && !blob) response.writeHead(404).end();
    else if (!blob) response.writeHead(200, { 'docker-distribution-api-version': 'registry/2.0' }).end('{}');
    else {
      const { type, bytes } = blob;
      const headers = {
        'content-type': type,
        'content-length': bytes.length,
        'docker-content-digest': digestOf(bytes),
      };
      response.writeHead(200, headers).end(method === 'HEAD' ? undefined : bytes);
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    host,
    digest: manifest,
    asked,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
