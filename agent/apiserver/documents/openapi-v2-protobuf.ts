/**
 * The OpenAPI v2 document in protobuf, the only form in which kubectl before 1.29 accepts it for `apply`. Only what
 * clients read of it: definitions, and the operations with their query parameters.
 * https://github.com/google/gnostic-models/blob/main/openapiv2/OpenAPIv2.proto
 */

import { Writer } from 'protobufjs/minimal.js';
import { isObject } from '../../api/json/value.ts';

type JsonObject = Readonly<Record<string, unknown>>;
type Write = (writer: Writer) => void;

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
const entriesOf = (value: unknown): [string, unknown][] => (isObject(value) ? Object.entries(value) : []);

const lengthDelimited = 2;

function text(writer: Writer, field: number, value: unknown): void {
  if (typeof value === 'string') writer.uint32((field << 3) | lengthDelimited).string(value);
}

function flag(writer: Writer, field: number, value: unknown): void {
  if (typeof value === 'boolean') writer.uint32(field << 3).bool(value);
}

function message(writer: Writer, field: number, write: Write): void {
  writer.uint32((field << 3) | lengthDelimited).fork();
  write(writer);
  writer.ldelim();
}

/** JSON is YAML. */
const any =
  (value: unknown): Write =>
  (writer) =>
    text(writer, 2, JSON.stringify(value));

const named =
  (name: string, value: Write): Write =>
  (writer) => {
    text(writer, 1, name);
    message(writer, 2, value);
  };

function extensions(writer: Writer, field: number, object: JsonObject): void {
  for (const [name, value] of Object.entries(object)) {
    if (name.startsWith('x-')) message(writer, field, named(name, any(value)));
  }
}

const schema =
  (value: unknown): Write =>
  (writer) => {
    if (!isObject(value)) return;
    text(writer, 1, value.$ref);
    text(writer, 2, value.format);
    text(writer, 4, value.description);
    if (value.default !== undefined) message(writer, 5, any(value.default));
    for (const name of listOf(value.required)) text(writer, 19, name);
    for (const each of listOf(value.enum)) message(writer, 20, any(each));
    if (isObject(value.additionalProperties)) {
      message(writer, 21, (item) => message(item, 1, schema(value.additionalProperties)));
    }
    if (value.type !== undefined) message(writer, 22, (item) => text(item, 1, value.type));
    if (isObject(value.items)) message(writer, 23, (item) => message(item, 1, schema(value.items)));
    const properties = entriesOf(value.properties);
    if (properties.length > 0) message(writer, 25, namedSchemas(properties));
    extensions(writer, 31, value);
  };

const namedSchemas =
  (entries: readonly [string, unknown][]): Write =>
  (writer) => {
    for (const [name, value] of entries) message(writer, 1, named(name, schema(value)));
  };

const queryParameter =
  (value: JsonObject): Write =>
  (writer) => {
    flag(writer, 1, value.required);
    text(writer, 2, value.in);
    text(writer, 3, value.description);
    text(writer, 4, value.name);
    text(writer, 6, value.type);
    flag(writer, 20, value.uniqueItems);
  };

const bodyParameter =
  (value: JsonObject): Write =>
  (writer) => {
    text(writer, 2, value.name);
    text(writer, 3, value.in);
    flag(writer, 4, value.required);
    message(writer, 5, schema(value.schema));
  };

/** Field of `NonBodyParameter`. */
const places: Record<string, number> = { query: 3, path: 4 };

const parameter =
  (value: unknown): Write =>
  (item) => {
    if (!isObject(value)) return;
    message(item, 1, (writer) => {
      if (value.in === 'body') return message(writer, 1, bodyParameter(value));
      const place = places[String(value.in)];
      if (place) message(writer, 2, (other) => message(other, place, queryParameter(value)));
    });
  };

const operation =
  (value: JsonObject): Write =>
  (writer) => {
    text(writer, 5, value.operationId);
    for (const type of listOf(value.produces)) text(writer, 6, type);
    for (const type of listOf(value.consumes)) text(writer, 7, type);
    for (const each of listOf(value.parameters)) message(writer, 8, parameter(each));
    extensions(writer, 13, value);
  };

/** Field of `PathItem`. */
const methods: Record<string, number> = { get: 2, put: 3, post: 4, delete: 5, patch: 8 };

const pathItem =
  (value: unknown): Write =>
  (writer) => {
    if (!isObject(value)) return;
    for (const [method, field] of Object.entries(methods)) {
      const found = value[method];
      if (isObject(found)) message(writer, field, operation(found));
    }
  };

export function encodeOpenApiV2(document: JsonObject): Buffer {
  const writer = Writer.create();
  const { info } = document;
  text(writer, 1, document.swagger);
  message(writer, 2, (out) => {
    if (!isObject(info)) return;
    text(out, 1, info.title);
    text(out, 2, info.version);
  });
  message(writer, 8, (out) => {
    for (const [path, item] of entriesOf(document.paths)) message(out, 2, named(path, pathItem(item)));
  });
  message(writer, 9, namedSchemas(entriesOf(document.definitions)));
  return Buffer.from(writer.finish());
}
