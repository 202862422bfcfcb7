/** Request bodies: JSON and YAML. */
import type { IncomingMessage } from 'node:http';
import type { Http2ServerRequest } from 'node:http2';
import { ApiError } from '../../api/errors.ts';
import { parseJson } from '../../api/json/parse.ts';
import { patchTypes } from '../../api/patch/apply.ts';
import { badRequest, tooLarge, unsupportedMediaType } from '../errors.ts';
import type { Messages } from '../protobuf/messages.ts';

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

const isPatchType = (type: string): boolean => patchTypes.some((each) => each === type);
const jsonTypes = new Set<string>(['', 'application/json', ...patchTypes]);

const accepted = ['application/json', 'application/yaml', 'application/vnd.kubernetes.protobuf'];

async function parseProtobuf(bytes: Buffer): Promise<unknown> {
  const [{ decodeProtobuf }, { default: layout }] = await Promise.all([
    import('../protobuf/decode.ts'),
    import('../protobuf/messages.json', { with: { type: 'json' } }),
  ]);
  let object: unknown;
  try {
    // JSON knows no tuples, which is what the fields are.
    object = decodeProtobuf(layout as object as Messages, bytes);
  } catch (error) {
    if (error instanceof ApiError) throw error;
    throw badRequest(`couldn't decode the body: ${error instanceof Error ? error.message : error}`);
  }
  if (object === undefined) throw unsupportedMediaType(accepted.slice(0, 2));
  return object;
}

/** The parser of YAML is loaded with the first body that needs it. */
export async function parseBody(bytes: Buffer, contentType: string, method: string): Promise<unknown> {
  if (bytes.length === 0) return undefined;
  const type = contentType.split(';')[0]?.trim().toLowerCase() ?? '';
  if (method === 'PATCH' && !isPatchType(type)) throw unsupportedMediaType(patchTypes);
  if (jsonTypes.has(type)) {
    try {
      return parseJson(bytes);
    } catch (error) {
      if (error instanceof ApiError) throw error;
      throw badRequest(
        `couldn't get version/kind; json parse error: ${error instanceof Error ? error.message : error}`,
      );
    }
  }
  if (type === 'application/vnd.kubernetes.protobuf') return parseProtobuf(bytes);
  if (type !== 'application/yaml') throw unsupportedMediaType(accepted);
  const { fromYaml } = await import('./yaml.ts');
  try {
    return fromYaml(bytes.toString('utf8'));
  } catch (error) {
    throw badRequest(`error converting YAML to JSON: ${error instanceof Error ? error.message : error}`);
  }
}
