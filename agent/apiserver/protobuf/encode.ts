/**
 * Answers in `application/vnd.kubernetes.protobuf`, which Go clients ask for.
 * https://kubernetes.io/docs/reference/using-api/api-concepts/#protobuf-encoding and
 * https://github.com/kubernetes/apimachinery/blob/release-1.36/pkg/runtime/serializer/protobuf/protobuf.go
 */
import { isObject, type JsonObject } from '../../api/json/value.ts';
import type { Encoder, Typed } from '../reply.ts';
import layout from './messages.json' with { type: 'json' };
import { type Field, type Messages, magic, messageNameOf } from './messages.ts';
import { specialForms } from './special-forms.ts';
import { ReverseWriter } from './writer.ts';

// JSON knows no tuples, which is what the fields are.
const messages = layout as object as Messages;

const varint = 0;
const fixed64 = 1;
const lengthDelimited = 2;

const tag = (writer: ReverseWriter, number: number, wireType: number): void => writer.varint(number * 8 + wireType);

/** Writes the length of what was written since `before`, and the number of the field that it is in. */
function enclose(writer: ReverseWriter, number: number, before: number): void {
  writer.varint(writer.length - before);
  tag(writer, number, lengthDelimited);
}

function writeScalar(writer: ReverseWriter, number: number, type: string, value: unknown): void {
  const before = writer.length;
  if (type === 'string' || type === 'bytes') {
    if (type === 'string') writer.text(String(value));
    else writer.bytes(Buffer.from(String(value), 'base64'));
    enclose(writer, number, before);
  } else if (type === 'double') {
    writer.double(Number(value));
    tag(writer, number, fixed64);
  } else {
    writer.varint(typeof value === 'bigint' ? value : Number(value));
    tag(writer, number, varint);
  }
}

/** The fields of a message by their names in JSON; embedded structs have none. */
interface Compiled {
  named: ReadonlyMap<string, Field>;
  inline: readonly Field[];
}

const compiled = new Map<string, Compiled>();

function compile(name: string): Compiled {
  const found = compiled.get(name);
  if (found) return found;
  const fields = messages[name] ?? [];
  const made = {
    named: new Map(fields.flatMap((field) => (field[3] === 'inline' ? [] : [[field[1], field] as const]))),
    inline: fields.filter(([, , , shape]) => shape === 'inline'),
  };
  compiled.set(name, made);
  return made;
}

function writeValue(writer: ReverseWriter, number: number, type: string, value: unknown): void {
  if (!Object.hasOwn(messages, type)) {
    writeScalar(writer, number, type, value);
    return;
  }
  const special = specialForms.get(type);
  const message = special ? special.toMessage(value) : value;
  if (!isObject(message)) return;
  const before = writer.length;
  writeMessage(writer, type, message);
  enclose(writer, number, before);
}

/** A value that is null is not there. */
function writeMap(writer: ReverseWriter, [number, , type]: Field, map: JsonObject): void {
  for (const [key, value] of Object.entries(map)) {
    const before = writer.length;
    if (value !== null && value !== undefined) writeValue(writer, 2, type, value);
    writeScalar(writer, 1, 'string', key);
    enclose(writer, number, before);
  }
}

function writeField(writer: ReverseWriter, field: Field, value: unknown): void {
  const [number, , type, shape] = field;
  if (value === null || value === undefined) return;
  if (shape === 'map') {
    if (isObject(value)) writeMap(writer, field, value);
  } else if (shape === 'list') {
    if (!Array.isArray(value)) return;
    for (let index = value.length - 1; index >= 0; index -= 1) writeValue(writer, number, type, value[index]);
  } else writeValue(writer, number, type, value);
}

function writeMessage(writer: ReverseWriter, name: string, object: JsonObject): void {
  const { named, inline } = compile(name);
  for (const key of Object.keys(object)) {
    const field = named.get(key);
    if (field) writeField(writer, field, object[key]);
  }
  for (const [number, , type] of inline) {
    const before = writer.length;
    writeMessage(writer, type, object);
    if (writer.length > before) enclose(writer, number, before);
  }
}

/** What stands before the message in an envelope: magic, the type, and the length of the message. */
function envelopeStart({ apiVersion, kind }: Typed, length: number): Buffer {
  const writer = new ReverseWriter();
  writer.varint(length);
  tag(writer, 2, lengthDelimited);
  writeValue(writer, 1, 'runtime.TypeMeta', { apiVersion, kind });
  writer.bytes(magic);
  return writer.finish();
}

const envelope = (type: Typed, message: Buffer): Buffer[] => [envelopeStart(type, message.length), message];

const messageOf = ({ apiVersion = '', kind = '' }: Typed): string | undefined =>
  messageNameOf(messages, apiVersion, kind);

function objectPieces(object: JsonObject & Typed): Buffer[] | undefined {
  const name = messageOf(object);
  if (!name) return undefined;
  const writer = new ReverseWriter();
  writeMessage(writer, name, object);
  return envelope(object, writer.finish());
}

const nothing = Buffer.alloc(0);

/**
 * The length of all items stands before the first: they are all made before any leaves. An empty piece for each lets
 * who takes the pieces go on with something else in between.
 */
function* listPieces(head: JsonObject & Typed, field: string, items: Iterable<unknown>): Iterable<Buffer> {
  const name = messageOf(head) ?? '';
  const item = compile(name).named.get(field);
  if (!item) throw new Error(`no protobuf layout of ${field} in ${name}`);
  const start = new ReverseWriter();
  writeMessage(start, name, head);
  const pieces = [start.finish()];
  let length = start.length;
  for (const value of items) {
    const writer = new ReverseWriter();
    writeValue(writer, item[0], item[2], value);
    pieces.push(writer.finish());
    length += writer.length;
    yield nothing;
  }
  yield envelopeStart(head, length);
  yield* pieces;
}

/** Big-endian, in four bytes. https://github.com/kubernetes/apimachinery/blob/release-1.36/pkg/util/framer/framer.go */
function watchFrame(type: string, object: JsonObject & Typed): Buffer {
  const raw = Buffer.concat(objectPieces(object) ?? []);
  const writer = new ReverseWriter();
  writer.bytes(raw);
  enclose(writer, 1, 0);
  enclose(writer, 2, 0);
  writeScalar(writer, 1, 'string', type);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(writer.length);
  return Buffer.concat([length, writer.finish()]);
}

export const protobufEncoder: Encoder = {
  object: (value) => (isObject(value) ? objectPieces(value) : undefined),
  list: listPieces,
  event: watchFrame,
};
