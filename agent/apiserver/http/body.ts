/** Request bodies: JSON, YAML and protobuf, bounded in size, levels and values before anything is made of them. */
import { ApiError, messageOf } from '../../api/errors.ts';
import { parseJson, rememberRepeatedKeys } from '../../api/json/parse.ts';
import { mediaType, patchTypes } from '../../api/media-types.ts';
import type { Clock } from '../../clock.ts';
import { badRequest, unsupportedMediaType } from '../errors.ts';
import type { Messages } from '../protobuf/messages.ts';
import { createByteBudget } from './byte-budget.ts';
import { gather, type WireRequest } from './gather.ts';
import { createYamlThread } from './yaml-thread.ts';

/** Bytes of YAML up to which this thread reads it: a few milliseconds. */
const smallYaml = 4096;

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
        const bytes = await gather(request, clock, share.take);
        return await parse(request, bytes, contentType, user);
      } finally {
        share.release();
      }
    },
    close: () => thread.close(),
  };
}
