/**
 * Build tool: makes `messages.json` from upstream's generated.proto files and Go types, for the release that
 * `agent/api/version.ts` names. Run once for each release: `node agent/apiserver/protobuf/generate.ts FOLDER`, with the
 * FOLDER of `agent/api/schema/generate-facts.ts`, then `npx biome format --write` on it.
 * https://github.com/kubernetes/api/blob/release-1.36/core/v1/generated.proto
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import protobuf from 'protobufjs';
import { goTypeReader } from '../../api/schema/generate-facts.ts';
import type { GoField } from '../../api/schema/read-go-types.ts';
import type { Field, Messages } from './messages.ts';

const wanted =
  /^(api\/(admissionregistration|apps|authentication|authorization|autoscaling|batch|certificates|coordination|core|discovery|events|flowcontrol|networking|node|policy|rbac|resource|scheduling|storage)\/v[12]|apimachinery\/pkg\/(apis\/meta\/v1|api\/resource|util\/intstr|runtime)|(apiextensions-apiserver|kube-aggregator)\/pkg\/apis\/\w+\/v1)\/generated\.proto$/;

/** `.k8s.io.api.core.v1.Pod` -> `core.v1.Pod` */
const shortName = (name: string): string =>
  name.replace(
    /^\.?k8s\.io\.(api|apimachinery\.pkg(\.apis|\.api|\.util)?|(apiextensions_apiserver|kube_aggregator)\.pkg\.apis)\./,
    '',
  );

/** `k8s.io.kube_aggregator` -> `io.k8s.kube-aggregator` */
const goPackage = (name: string): string => name.replace(/^k8s\.io/, 'io.k8s').replaceAll('_', '-');

const scalars: Record<string, string> = {
  double: 'double',
  int32: 'int',
  int64: 'int',
  bool: 'bool',
  string: 'string',
  bytes: 'bytes',
};

interface Package {
  /** `k8s.io.api.core.v1` */
  name: string;
  messages: readonly protobuf.Type[];
}

const messagesIn = (namespace: protobuf.NamespaceBase): protobuf.Type[] =>
  namespace.nestedArray.flatMap((nested) => {
    if (nested instanceof protobuf.Type) return [nested];
    return nested instanceof protobuf.Namespace ? messagesIn(nested) : [];
  });

function readPackage(path: string): Package {
  const { package: name, root } = protobuf.parse(readFileSync(path, 'utf8'), { keepCase: true });
  if (!name) throw new Error(`${path} names no package`);
  return { name, messages: messagesIn(root) };
}

/** Of a pointer, a zero that was sent was meant; of a plain field nobody knows, and JSON leaves it out. */
const isPointer = (goField: GoField | undefined): boolean => goField?.type.startsWith('*') ?? false;

function fieldOf(place: string, field: protobuf.Field, inPackage: string, goFields: readonly GoField[]): Field {
  const { id } = field;
  const type = scalars[field.type] ?? shortName(field.type.includes('.') ? field.type : `${inPackage}.${field.type}`);
  if (type === field.type && !scalars[field.type]) throw new Error(`${place}.${field.name} has type ${field.type}`);
  const goField = goFields.find(({ tags }) => tags.protobuf?.split(',')[1] === String(id));
  // A few are called otherwise in JSON: `uID` is `uid` there.
  const name = goField?.name || field.name;
  if (field instanceof protobuf.MapField) return [id, name, type, 'map'];
  if (field.repeated) return [id, name, type, 'list'];
  // Embedded structs are messages of their own on the wire and part of their parent in JSON.
  if (goField?.name === '') return [id, name, type, 'inline'];
  return scalars[field.type] && isPointer(goField) ? [id, name, type, 'pointer'] : [id, name, type];
}

function generateMessages(root: string): Messages {
  const readGoType = goTypeReader(root);
  const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((path) => wanted.test(path));
  const messages = files.flatMap((path) => {
    const { name: inPackage, messages: types } = readPackage(join(root, path));
    return types.map((type): [string, Field[]] => {
      const name = shortName(`${inPackage}.${type.name}`);
      const go = readGoType(`${goPackage(inPackage)}.${type.name}`);
      return [name, type.fieldsArray.map((field) => fieldOf(name, field, inPackage, go?.struct.fields ?? []))];
    });
  });
  return Object.fromEntries(messages.sort(([a], [b]) => (a < b ? -1 : 1)));
}

const [root] = process.argv.slice(2);
if (!root) throw new Error('usage: node agent/apiserver/protobuf/generate.ts FOLDER');
const messages = generateMessages(root);
writeFileSync(join(import.meta.dirname, 'messages.json'), JSON.stringify(messages));
console.log(`${Object.keys(messages).length} messages`);
