/** ConfigMaps and Secrets as `kubectl describe` words them. */
import type { ConfigMap, KubeObject, Secret } from '../../../agent/api/types.ts';
import { type DescribeScene, described, writeAnnotations, writeEvents, writeLabels } from './common.ts';
import type { TabWriter } from './tab-writer.ts';

function writeHead(out: TabWriter, { metadata }: KubeObject): void {
  out.line(0, 'Name:', metadata.name);
  if (metadata.namespace) out.line(0, 'Namespace:', metadata.namespace);
  writeLabels(out, 'Labels', metadata.labels);
  writeAnnotations(out, 'Annotations', metadata.annotations);
}

const sizeOf = (encoded: string): number => atob(encoded).length;
const sorted = (data: Record<string, string> | undefined) =>
  Object.entries(data ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));

export const describeConfigMap = (map: ConfigMap, scene: DescribeScene): string =>
  described((out) => {
    writeHead(out, map);
    out.write(0, '\nData\n====\n');
    for (const [key, value] of sorted(map.data)) out.write(0, `${key}:\n----\n${value}\n\n`);
    out.write(0, '\nBinaryData\n====\n');
    for (const [key, value] of sorted(map.binaryData)) out.write(0, `${key}: ${sizeOf(value)} bytes\n`);
    out.write(0, '\n');
    writeEvents(out, scene);
  });

/** Values are told by their size only, but for a service account's token. */
export const describeSecret = (secret: Secret): string =>
  described((out) => {
    writeHead(out, secret);
    out.write(0, `\nType:\t${secret.type ?? 'Opaque'}\n\nData\n====\n`);
    const isToken = secret.type === 'kubernetes.io/service-account-token';
    for (const [key, value] of sorted(secret.data)) {
      if (key === 'token' && isToken) out.line(0, `${key}:`, atob(value));
      else out.line(0, `${key}:`, `${sizeOf(value)} bytes`);
    }
  });
