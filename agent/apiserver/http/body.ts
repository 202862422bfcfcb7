/** Request bodies: JSON, YAML and protobuf, bounded in size, levels and values before anything is made of them. */
import { ApiError, messageOf } from '../../api/errors.ts';
import type { SizeLimits } from '../../api/json/limits.ts';
import { mayRepeatKeys, parsingJson, rememberRepeatedKeys } from '../../api/json/parse.ts';
import { mediaType, patchTypes } from '../../api/media-types.ts';
import type { Clock } from '../../clock.ts';
import { badRequest, unsupportedMediaType } from '../errors.ts';
import type { Messages } from '../protobuf/messages.ts';
import type { Turns } from '../turns.ts';
import { createByteBudget } from './byte-budget.ts';
import { gather, type WireRequest } from './gather.ts';
import type { YamlThread } from './yaml-thread.ts';

const isPatchType = (type: string): boolean => patchTypes.some((each) => each === type);
const jsonTypes = new Set<string>(['', mediaType.json, ...patchTypes]);
/** Their text may be JSON as well, which is read without a thread: clients that apply send nothing else. */
const yamlTypes = new Set<string>([mediaType.yaml, mediaType.applyPatch]);

const accepted = [mediaType.json, mediaType.yaml, mediaType.protobuf];

const openingBrace = 0x7b;
const mostWhiteSpace = 0x20;
const opensMap = (bytes: Buffer): boolean => bytes.find((byte) => byte > mostWhiteSpace) === openingBrace;

/** What a decoder throws, as the 400 that says what was done; an answer of its own stays. */
function refused(error: unknown, doing: string): ApiError {
  return error instanceof ApiError ? error : badRequest(`${doing}: ${messageOf(error)}`);
}

async function parseProtobuf(bytes: Buffer, limits: SizeLimits): Promise<unknown> {
  const [{ decodeProtobuf }, { default: layout }] = await Promise.all([
    import('../protobuf/decode.ts'),
    import('../protobuf/messages.json', { with: { type: 'json' } }),
  ]);
  let object: unknown;
  try {
    // JSON knows no tuples, which is what the fields are.
    object = decodeProtobuf(layout as object as Messages, bytes, limits);
  } catch (error) {
    throw refused(error, "couldn't decode the body");
  }
  if (object === undefined) throw unsupportedMediaType(accepted.slice(0, 2));
  return object;
}

export interface Reading {
  limits: SizeLimits;
  /** Whose turn it is where several wait. */
  user: string;
}

export interface Bodies {
  /** The decoded body, undefined where there is none. Throws `ApiError`. */
  read(request: WireRequest, reading: Reading): Promise<unknown>;
}

export interface BodiesDependencies {
  clock: Clock;
  turns: Turns;
  yaml: YamlThread;
}

/** The one place where what clients send is decoded: what others are asked for, such as webhooks, belongs here too. */
export function createBodies({ clock, turns, yaml }: BodiesDependencies): Bodies {
  const budget = createByteBudget();

  const parseYaml = async (bytes: Buffer, { limits, user }: Reading): Promise<unknown> => {
    try {
      const content = await yaml.read(bytes, user);
      const value = await turns.run(parsingJson(content.json, limits));
      rememberRepeatedKeys(value, content.repeated);
      return value;
    } catch (error) {
      throw refused(error, 'error converting YAML to JSON');
    }
  };

  /** Undefined where the text is no JSON, or where keys stand in it twice: YAML's parser has words of its own for that. */
  const parseJsonOf = async (bytes: Buffer, { limits }: Reading): Promise<unknown> => {
    if (!opensMap(bytes)) return undefined;
    try {
      const value = await turns.run(parsingJson(bytes, limits));
      return mayRepeatKeys(value) ? undefined : value;
    } catch (error) {
      if (error instanceof SyntaxError) return undefined;
      throw error;
    }
  };

  const parse = async (request: WireRequest, bytes: Buffer, reading: Reading): Promise<unknown> => {
    if (bytes.length === 0) return undefined;
    const type = (request.headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
    if (request.method === 'PATCH' && !isPatchType(type)) throw unsupportedMediaType(patchTypes);
    if (yamlTypes.has(type)) return (await parseJsonOf(bytes, reading)) ?? parseYaml(bytes, reading);
    if (type === mediaType.protobuf) {
      await turns.pause();
      return parseProtobuf(bytes, reading.limits);
    }
    if (!jsonTypes.has(type)) throw unsupportedMediaType(accepted);
    try {
      return await turns.run(parsingJson(bytes, reading.limits));
    } catch (error) {
      throw refused(error, "couldn't get version/kind; json parse error");
    }
  };

  return {
    read: async (request, reading) => {
      const share = budget.open(reading.user);
      try {
        const bytes = await gather(request, clock, { most: reading.limits.bytes, take: share.take });
        return await parse(request, bytes, reading);
      } finally {
        share.release();
      }
    },
  };
}
