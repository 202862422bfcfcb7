/**
 * Request bodies in `application/vnd.kubernetes.protobuf`, which kubectl from 1.32 and most Go clients send.
 * https://kubernetes.io/docs/reference/using-api/api-concepts/#protobuf-encoding
 */
import { Reader } from 'protobufjs/minimal.js';
import { countUpTo, mostLevels, type SizeLimits, tooDeep, tooManyValues } from '../../api/json/limits.ts';
import { parseJson } from '../../api/json/parse.ts';
import { isObject, type JsonObject } from '../../api/json/value.ts';
import { setOwn } from '../../api/own.ts';
import { type Field, type Messages, magic, messageNameOf } from './messages.ts';
import { specialForms } from './special-forms.ts';

type Value = unknown;

/**
 * Go's structs are sent with all their plain fields, zero or not; JSON leaves zeros out, unless they are behind a
 * pointer.
 */
const isZero = (value: Value): boolean => value === 0 || value === '' || value === false;

/** The bytes of a varint whose value a number holds for certain. */
const exactBytes = 7;

/** A number, or where that cannot hold it a `bigint`. */
function integer(reader: Reader): number | bigint {
  let value = 0;
  let factor = 1;
  for (let read = 0; read < exactBytes; read += 1) {
    const byte = reader.buf[reader.pos] ?? 0;
    reader.skip(1);
    value += (byte & 0x7f) * factor;
    factor *= 128;
    if (byte < 0x80) return value;
  }
  let exact = BigInt(value);
  for (let shift = 49n; shift < 70n; shift += 7n) {
    const byte = reader.buf[reader.pos] ?? 0;
    reader.skip(1);
    exact += BigInt(byte & 0x7f) << shift;
    if (byte < 0x80) break;
  }
  const signed = BigInt.asIntN(64, exact);
  return Number.isSafeInteger(Number(signed)) ? Number(signed) : signed;
}

function scalar(reader: Reader, type: string): Value {
  switch (type) {
    case 'string':
      return reader.string();
    case 'bool':
      return reader.bool();
    case 'bytes':
      return Buffer.from(reader.bytes()).toString('base64');
    case 'double':
      return reader.double();
    default:
      return integer(reader);
  }
}

class Decoder {
  readonly #messages: Messages;
  readonly #mostValues: number;
  #values = 0;
  #level = 0;

  constructor(messages: Messages, { values }: SizeLimits) {
    this.#mostValues = values;
    this.#messages = messages;
  }

  /** What is JSON within protobuf counts as if it were not. */
  json(base64: Value): Value {
    if (typeof base64 !== 'string') return undefined;
    const bytes = Buffer.from(base64, 'base64');
    const left = this.#mostValues - this.#values;
    const value = parseJson(bytes, { bytes: bytes.length, values: left });
    this.#values += countUpTo(left, value);
    return value;
  }

  #value(reader: Reader, type: string): Value {
    this.#values += 1;
    if (this.#values > this.#mostValues) throw tooManyValues(this.#mostValues);
    return type in this.#messages ? this.message(type, reader, reader.uint32()) : scalar(reader, type);
  }

  #mapEntry(reader: Reader, type: string): [string, Value] {
    const end = reader.uint32() + reader.pos;
    let key = '';
    // Of scalars, an absent value is the zero.
    let value: Value = type === 'string' || type === 'bytes' ? '' : undefined;
    while (reader.pos < end) {
      const tag = reader.uint32();
      if (tag >>> 3 === 1) key = reader.string();
      else if (tag >>> 3 === 2) value = this.#value(reader, type);
      else reader.skipType(tag & 7);
    }
    return [key, value];
  }

  #field(object: JsonObject, reader: Reader, [, name, type, shape]: Field): void {
    if (shape === 'map') {
      const [key, value] = this.#mapEntry(reader, type);
      const map = isObject(object[name]) ? object[name] : {};
      setOwn(map, key, value);
      object[name] = map;
      return;
    }
    const value = this.#value(reader, type);
    if (shape === 'list') {
      const list = object[name];
      if (Array.isArray(list)) list.push(value);
      else object[name] = [value];
    } else if (shape === 'inline') {
      if (typeof value === 'object') Object.assign(object, value);
    } else if (value !== undefined && (type in this.#messages || !isZero(value) || shape === 'pointer')) {
      object[name] = value;
    }
  }

  /** `length`: of the message, in bytes. */
  message(name: string, reader: Reader, length: number): Value {
    const fields = this.#messages[name];
    if (!fields) throw new Error(`no protobuf layout of ${name}`);
    const end = reader.pos + length;
    const object: JsonObject = {};
    this.#level += 1;
    if (this.#level > mostLevels) throw new Error(tooDeep);
    while (reader.pos < end) {
      const tag = reader.uint32();
      const field = fields.find(([number]) => number === tag >>> 3);
      if (field) this.#field(object, reader, field);
      else reader.skipType(tag & 7);
    }
    this.#level -= 1;
    const special = specialForms.get(name);
    return special ? special.toJson(object, (base64) => this.json(base64)) : object;
  }
}

/** Undefined where the kind has no protobuf form. Throws on bytes that are not an envelope. */
export function decodeProtobuf(messages: Messages, bytes: Buffer, limits: SizeLimits): JsonObject | undefined {
  if (!bytes.subarray(0, 4).equals(magic)) throw new Error('provided data does not appear to be a protobuf message');
  const decoder = new Decoder(messages, limits);
  const reader = Reader.create(bytes.subarray(4));
  const envelope = decoder.message('runtime.Unknown', reader, reader.len);
  const { apiVersion = '', kind = '', raw } = envelope as { apiVersion?: string; kind?: string; raw?: string };
  const name = messageNameOf(messages, apiVersion, kind);
  if (!name) return undefined;
  const content = Reader.create(Buffer.from(raw ?? '', 'base64'));
  return { ...(decoder.message(name, content, content.len) as JsonObject), apiVersion, kind };
}
