/**
 * Bodies as upstream's Go clients write them in protobuf: a plain field is there even where it is zero, as gogo's
 * generated code writes it. https://github.com/kubernetes/api/blob/release-1.36/core/v1/generated.pb.go
 */
import protobuf from 'protobufjs/minimal.js';
import { objectLimits } from '../../../agent/api/json/limits.ts';
import { isObject, type JsonObject } from '../../../agent/api/json/value.ts';
import type { AnyObject } from '../../../agent/api/types.ts';
import { decodeProtobuf } from '../../../agent/apiserver/protobuf/decode.ts';
import layout from '../../../agent/apiserver/protobuf/messages.json' with { type: 'json' };
import { type Field, type Messages, magic, messageNameOf } from '../../../agent/apiserver/protobuf/messages.ts';
import { specialForms } from '../../../agent/apiserver/protobuf/special-forms.ts';

type Writer = protobuf.Writer;

// JSON knows no tuples, which is what the fields are.
const messages = layout as object as Messages;

/** Structs that Go's types hold by value, so that they are there in every object. */
const byValue = new Set(['metadata', 'spec', 'status', 'template', 'resources', 'loadBalancer', 'limitResponse']);
const timesByValue = new Set(['creationTimestamp', 'lastTransitionTime', 'firstTimestamp', 'lastTimestamp']);

const lengthDelimited = 2;
const fixed64 = 1;

function writeScalar(writer: Writer, number: number, type: string, value: unknown): void {
  if (type === 'string') writer.uint32(number * 8 + lengthDelimited).string(String(value ?? ''));
  else if (type === 'bytes') writer.uint32(number * 8 + lengthDelimited).bytes(Buffer.from(String(value), 'base64'));
  else if (type === 'double') writer.uint32(number * 8 + fixed64).double(Number(value ?? 0));
  else writer.uint32(number * 8).int64(Number(value ?? 0));
}

function writeOne(writer: Writer, number: number, type: string, value: unknown): void {
  if (!Object.hasOwn(messages, type)) {
    writeScalar(writer, number, type, value);
    return;
  }
  const special = specialForms.get(type);
  const message = special ? special.toMessage(value) : value;
  writer.uint32(number * 8 + lengthDelimited).fork();
  writeMessage(writer, type, isObject(message) ? message : {});
  writer.ldelim();
}

function writeMap(writer: Writer, number: number, type: string, map: JsonObject): void {
  for (const [key, value] of Object.entries(map)) {
    writer.uint32(number * 8 + lengthDelimited).fork();
    writeScalar(writer, 1, 'string', key);
    writeOne(writer, 2, type, value);
    writer.ldelim();
  }
}

/** What Go writes of a field that nobody has set: nothing of a pointer, a zero of a scalar, an empty struct. */
const isWrittenUnset = ([, name, type, shape]: Field): boolean =>
  shape === undefined &&
  type !== 'bytes' &&
  (Object.hasOwn(messages, type) ? byValue.has(name) || timesByValue.has(name) : true);

function writeMessage(writer: Writer, name: string, object: JsonObject): void {
  for (const field of messages[name] ?? []) {
    const [number, key, type, shape] = field;
    const value = shape === 'inline' ? object : object[key];
    if (value === undefined || value === null) {
      if (isWrittenUnset(field)) writeOne(writer, number, type, undefined);
    } else if (shape === 'map') writeMap(writer, number, type, isObject(value) ? value : {});
    else if (shape === 'list') for (const each of value as unknown[]) writeOne(writer, number, type, each);
    else writeOne(writer, number, type, value);
  }
}

/** Throws for a kind that protobuf does not know. */
export function encodeAsGo(apiVersion: string, kind: string, object: JsonObject): Buffer {
  const name = messageNameOf(messages, apiVersion, kind);
  if (!name) throw new Error(`no layout of ${apiVersion} ${kind}`);
  const writer = protobuf.Writer.create();
  writeOne(writer, 1, 'runtime.TypeMeta', { apiVersion, kind });
  writer.uint32(2 * 8 + lengthDelimited).fork();
  writeMessage(writer, name, object);
  writer.ldelim();
  return Buffer.concat([magic, writer.finish()]);
}

export function decodeAsGo(bytes: Buffer): AnyObject {
  const object = decodeProtobuf(messages, bytes, objectLimits());
  if (!object) throw new Error(`not an object in protobuf: ${bytes.subarray(0, 40).toString()}`);
  return object as AnyObject;
}
