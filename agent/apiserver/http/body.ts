/** Request bodies: JSON and YAML. */
import type { IncomingMessage } from 'node:http';
import type { Http2ServerRequest } from 'node:http2';
import { patchTypes } from '../../api/patch/apply.ts';
import { badRequest, tooLarge, unsupportedMediaType } from '../errors.ts';

export type WireRequest = IncomingMessage | Http2ServerRequest;

/** Bytes, as upstream. */
const limit = 3 << 20;

export async function readBody(request: WireRequest): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    size += chunk.length;
    if (size > limit) throw tooLarge(limit);
    chunks.push(chunk);
  }
  return chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks);
}

const jsonTypes = new Set<string>(['', 'application/json', ...patchTypes]);

/** The parser of YAML is loaded with the first body that needs it. */
export async function parseBody(bytes: Buffer, contentType: string): Promise<unknown> {
  if (bytes.length === 0) return undefined;
  const type = contentType.split(';')[0]?.trim().toLowerCase() ?? '';
  if (jsonTypes.has(type)) {
    try {
      return JSON.parse(bytes.toString('utf8'));
    } catch (error) {
      throw badRequest(
        `couldn't get version/kind; json parse error: ${error instanceof Error ? error.message : error}`,
      );
    }
  }
  if (type !== 'application/yaml') throw unsupportedMediaType(['application/json', 'application/yaml']);
  const { parse } = await import('yaml');
  try {
    return parse(bytes.toString('utf8'));
  } catch (error) {
    throw badRequest(`error converting YAML to JSON: ${error instanceof Error ? error.message : error}`);
  }
}
