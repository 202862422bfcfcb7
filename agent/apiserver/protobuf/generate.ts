/**
 * Makes `messages.json` from the descriptors of upstream's generated.proto files, which every kubectl carries inside:
 * `node agent/apiserver/protobuf/generate.ts /path/to/kubectl`, then `npx biome format --write` on it; for each new release.
 * https://github.com/kubernetes/api/blob/release-1.33/core/v1/generated.proto
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { inflateRawSync } from 'node:zlib';
import protobuf from 'protobufjs';
import { generate as generateSchema } from '../../api/schema/generate.ts';
import type { Field, Messages } from './messages.ts';

/** The part of https://github.com/protocolbuffers/protobuf/blob/main/src/google/protobuf/descriptor.proto that is needed. */
const descriptorProto = `syntax = "proto2";
message File { optional string name = 1; optional string package = 2; repeated Message message_type = 4; }
message Message { optional string name = 1; repeated Field field = 2; repeated Message nested_type = 3; }
message Field { optional string name = 1; optional int32 number = 3; optional int32 label = 4; optional int32 type = 5; optional string type_name = 6; }`;

interface FieldDescriptor {
  name: string;
  number: number;
  label: number;
  type: number;
  type_name?: string;
}
interface MessageDescriptor {
  name: string;
  field?: FieldDescriptor[];
  nested_type?: MessageDescriptor[];
}
interface FileDescriptor {
  name: string;
  package: string;
  message_type?: MessageDescriptor[];
}

const wanted =
  /^k8s\.io\/(api\/(admissionregistration|apps|authentication|authorization|autoscaling|batch|certificates|coordination|core|discovery|events|networking|node|policy|rbac|scheduling|storage)\/v[12]|apimachinery\/.*(meta\/v1|resource|intstr|pkg\/runtime))\/generated\.proto$/;

/** Gzip without a name and a time, as Go's compressor writes it at its best level. */
const gzipHeader = Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 2, 0xff]);

function inflate(bytes: Buffer): Buffer | undefined {
  try {
    return inflateRawSync(bytes);
  } catch (error) {
    // Ten bytes that look like a header are not always one.
    if (error instanceof Error && 'code' in error && String(error.code).startsWith('Z_')) return undefined;
    throw error;
  }
}

function readDescriptors(binary: Buffer): FileDescriptor[] {
  const type = protobuf.parse(descriptorProto, { keepCase: true }).root.lookupType('File');
  const found: FileDescriptor[] = [];
  for (let at = binary.indexOf(gzipHeader); at !== -1; at = binary.indexOf(gzipHeader, at + 1)) {
    const raw = inflate(binary.subarray(at + gzipHeader.length, at + 400_000));
    if (!raw?.subarray(0, 200).includes('k8s.io/')) continue;
    const file = type.toObject(type.decode(raw)) as FileDescriptor;
    if (wanted.test(file.name)) found.push(file);
  }
  return found;
}

/** `.k8s.io.api.core.v1.Pod` -> `core.v1.Pod` */
const shortName = (name: string): string =>
  name.replace(/^\.?k8s\.io\.(api|apimachinery\.pkg(\.apis|\.api|\.util)?)\./, '');

const { definitions } = generateSchema();
const propertiesOf = (message: string): Record<string, unknown> | undefined => {
  const definition = Object.keys(definitions).find((name) => name.endsWith(`.${message}`));
  return definition === undefined ? undefined : definitions[definition]?.properties;
};

/** TYPE_* of descriptor.proto. */
const scalars: Record<number, string> = { 1: 'double', 3: 'int', 5: 'int', 8: 'bool', 9: 'string', 12: 'bytes' };
const messageType = 11;
const repeated = 3;

function fieldOf(message: string, descriptor: MessageDescriptor, field: FieldDescriptor): Field {
  const { number, name, label, type, type_name: typeName = '' } = field;
  if (type !== messageType) {
    const scalar = scalars[type];
    if (!scalar) throw new Error(`${message}.${name} has type ${type}`);
    return label === repeated ? [number, name, scalar, 'list'] : [number, name, scalar];
  }
  const entry = descriptor.nested_type?.find((nested) => typeName.endsWith(`${descriptor.name}.${nested.name}`));
  if (entry) {
    const value = entry.field?.find(({ number: which }) => which === 2);
    if (!value) throw new Error(`${message}.${name} is a map without values`);
    const [, , valueType] = fieldOf(message, entry, value);
    return [number, name, valueType, 'map'];
  }
  if (label === repeated) return [number, name, shortName(typeName), 'list'];
  const properties = propertiesOf(message);
  // Embedded structs are messages of their own on the wire and part of their parent in JSON.
  return properties && !(name in properties)
    ? [number, name, shortName(typeName), 'inline']
    : [number, name, shortName(typeName)];
}

const [path] = process.argv.slice(2);
if (!path) throw new Error('usage: node agent/apiserver/protobuf/generate.ts /path/to/kubectl');
const messages: Messages = {};
for (const file of readDescriptors(readFileSync(path))) {
  for (const descriptor of file.message_type ?? []) {
    const name = shortName(`${file.package}.${descriptor.name}`);
    messages[name] = (descriptor.field ?? []).map((field) => fieldOf(name, descriptor, field));
  }
}
const lines = Object.entries(messages)
  .sort(([a], [b]) => (a < b ? -1 : 1))
  .map(([name, fields]) => `${JSON.stringify(name)}:${JSON.stringify(fields)}`);
writeFileSync(join(import.meta.dirname, 'messages.json'), `{\n${lines.join(',\n')}\n}\n`);
console.log(`${lines.length} messages`);
