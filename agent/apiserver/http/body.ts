/** Request bodies: JSON, YAML and protobuf, bounded in size, levels and values before anything is made of them. */

import type { IncomingMessage } from 'node:http';
import type { Http2ServerRequest } from 'node:http2';
import { ApiError, messageOf } from '../../api/errors.ts';
import { parseJson, rememberRepeatedKeys } from '../../api/json/parse.ts';
import { mediaType, patchTypes } from '../../api/media-types.ts';
import type { Clock } from '../../clock.ts';
import { badRequest, tooLarge, unsupportedMediaType } from '../errors.ts';
import type { Messages } from '../protobuf/messages.ts';
import { createByteBudget } from './byte-budget.ts';
import { createYamlThread } from './yaml-thread.ts';

export type WireRequest = IncomingMessage | Http2ServerRequest;

/** Bytes, as upstream. */
const limit = 3 << 20;
/** Bytes of YAML up to which this thread reads it: a few milliseconds. */
const smallYaml = 4096;

/** Milliseconds that a body may take to come: upstream's --request-timeout. */
const patience = 60_000;
/** Milliseconds in which the answer to a late one may go out, before its connection ends. */
const farewell = 1_000;

async function gather(request: WireRequest, take: (bytes: number) => void): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    size += chunk.length;
    if (size > limit) throw tooLarge(limit);
    take(chunk.length);
    chunks.push(chunk);
  }
  return chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks);
}

async function inTime<T>(work: Promise<T>, request: WireRequest, clock: Clock): Promise<T> {
  const late = Promise.withResolvers<never>();
  const cancel = clock.after(patience, () => {
    late.reject(new ApiError(504, 'Timeout', 'request did not complete within the allotted timeout'));
    clock.after(farewell, () => request.destroy());
  });
  try {
    return await Promise.race([work, late.promise]);
  } finally {
    cancel();
  }
}

const isPatchType = (type: string): boolean => patchTypes.some((each) => each === type);
const jsonTypes = new Set<string>(['', mediaType.json, ...patchTypes]);

const accepted = [mediaType.json, mediaType.yaml, mediaType.protobuf];

/** What a decoder throws, as the 400 that says what was done; an answer of its own stays. */
function refused(error: unknown, doing: string): ApiError {
  return error instanceof ApiError ? error : badRequest(`${doing}: ${messageOf(error)}`);
}

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
    throw refused(error, "couldn't decode the body");
  }
  if (object === undefined) throw unsupportedMediaType(accepted.slice(0, 2));
  return object;
}

export interface Bodies {
  /** The decoded body, undefined where there is none. `user`: whose turn it is where several wait. Throws `ApiError`. */
  read(request: WireRequest, contentType: string, user: string): Promise<unknown>;
  close(): void;
}

/** The parser of YAML is loaded with the first body that needs it. */
export function createBodies(clock: Clock): Bodies {
  const thread = createYamlThread(clock);
  const budget = createByteBudget();

  const parseYaml = async (bytes: Buffer, user: string): Promise<unknown> => {
    const { fromYaml } = await import('./yaml.ts');
    try {
      const content =
        bytes.length > smallYaml ? await thread.read(bytes, user) : fromYaml(new TextDecoder().decode(bytes));
      const value = parseJson(content.json);
      rememberRepeatedKeys(value, content.repeated);
      return value;
    } catch (error) {
      throw refused(error, 'error converting YAML to JSON');
    }
  };

  const parse = async (request: WireRequest, bytes: Buffer, contentType: string, user: string): Promise<unknown> => {
    if (bytes.length === 0) return undefined;
    const type = contentType.split(';')[0]?.trim().toLowerCase() ?? '';
    if (request.method === 'PATCH' && !isPatchType(type)) throw unsupportedMediaType(patchTypes);
    if (type === mediaType.protobuf) return parseProtobuf(bytes);
    if (type === mediaType.yaml) return parseYaml(bytes, user);
    if (!jsonTypes.has(type)) throw unsupportedMediaType(accepted);
    try {
      return parseJson(bytes);
    } catch (error) {
      throw refused(error, "couldn't get version/kind; json parse error");
    }
  };

  return {
    read: async (request, contentType, user) => {
      const share = budget.open(user);
      try {
        const bytes = await inTime(gather(request, share.take), request, clock);
        return await parse(request, bytes, contentType, user);
      } finally {
        share.release();
      }
    },
    close: () => thread.close(),
  };
}
