/**
 * A registry that has one image, whichever tag is asked for, and hands it out as Docker's distribution API says.
 * Engines
 * speak plain HTTP to 127.0.0.0/8. https://distribution.github.io/distribution/spec/api/
 */
import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';

export interface TinyRegistry {
  /** `127.0.0.1:5000` */
  host: string;
  /** Paths that were asked for. */
  asked: string[];
  close(): void;
}

interface Blob {
  type: string;
  bytes: Buffer;
}

const digestOf = (bytes: Buffer): string => `sha256:${createHash('sha256').update(bytes).digest('hex')}`;

/** `layer` is a tar archive; `config` is the image's, e.g. its labels. */
export async function startTinyRegistry(layer: Buffer, config: object): Promise<TinyRegistry> {
  const blobs = new Map<string, Blob>();
  const add = (type: string, bytes: Buffer) => {
    const digest = digestOf(bytes);
    blobs.set(digest, { type, bytes });
    return { mediaType: type, size: bytes.length, digest };
  };
  const image = { architecture: 'amd64', os: 'linux', config, rootfs: { type: 'layers', diff_ids: [digestOf(layer)] } };
  const manifest = add(
    'application/vnd.docker.distribution.manifest.v2+json',
    Buffer.from(
      JSON.stringify({
        schemaVersion: 2,
        mediaType: 'application/vnd.docker.distribution.manifest.v2+json',
        config: add('application/vnd.docker.container.image.v1+json', Buffer.from(JSON.stringify(image))),
        layers: [add('application/vnd.docker.image.rootfs.diff.tar.gzip', gzipSync(layer))],
      }),
    ),
  );
  const asked: string[] = [];
  const server = createServer(({ url = '', method }, response) => {
    asked.push(url);
    const [, kind, reference = ''] = /\/(manifests|blobs)\/(.+)$/.exec(url) ?? [];
    const blob = blobs.get(kind === 'manifests' && !reference.startsWith('sha256:') ? manifest.digest : reference);
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
  return {
    host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
