/** Held against what a protobuf library makes of the same objects, by upstream's numbers of their fields. */
import { Writer } from 'protobufjs/minimal.js';
import { expect, it } from 'vitest';
import { isObject, type JsonObject } from '../../../../../agent/api/json/value.ts';
import { encodedSize } from '../../../../../agent/api/schema/encoded-size.ts';
import layout from '../../../../../agent/apiserver/protobuf/messages.json' with { type: 'json' };
import type { Messages } from '../../../../../agent/apiserver/protobuf/messages.ts';
import { definitions } from './definitions.ts';

const messages = layout as object as Messages;

/** A number or text as `util/intstr` has it, a quantity and a time, as messages. */
function special(type: string, value: unknown): JsonObject | undefined {
  if (type === 'resource.Quantity') return { string: value };
  if (type === 'intstr.IntOrString')
    return typeof value === 'number' ? { type: 0, intVal: value } : { type: 1, strVal: value };
  if (type === 'meta.v1.Time') return { seconds: Date.parse(String(value)) / 1000, nanos: 0 };
  return undefined;
}

function writeValue(writer: Writer, number: number, type: string, value: unknown): void {
  const delimited = () => writer.uint32((number << 3) | 2);
  if (type === 'string') delimited().string(String(value));
  else if (type === 'bytes') delimited().bytes(Buffer.from(String(value), 'base64'));
  else if (type === 'bool') writer.uint32(number << 3).bool(value === true);
  else if (type === 'int') writer.uint32(number << 3).int64(Number(value));
  else {
    delimited().fork();
    writeMessage(writer, type, special(type, value) ?? (value as JsonObject));
    writer.ldelim();
  }
}

function writeMessage(writer: Writer, message: string, object: JsonObject): void {
  for (const [number, name, type, shape] of messages[message] ?? []) {
    const value = object[name];
    if (shape === 'inline') writeValue(writer, number, type, object);
    else if (value === undefined) continue;
    else if (Array.isArray(value)) for (const each of value) writeValue(writer, number, type, each);
    else if (shape === 'map' && isObject(value)) {
      for (const [key, each] of Object.entries(value)) {
        writer.uint32((number << 3) | 2).fork();
        writer.uint32(10).string(key);
        writeValue(writer, 2, type, each);
        writer.ldelim();
      }
    } else writeValue(writer, number, type, value);
  }
}

function realSize(message: string, object: JsonObject): number {
  const writer = Writer.create();
  writeMessage(writer, message, object);
  return writer.finish().length;
}

const container = (at: number) => ({
  name: `container-${at}`,
  image: 'registry.example.com/team/web:1.0',
  imagePullPolicy: 'IfNotPresent',
  command: ['sh', '-c', 'sleep 1'],
  ports: [{ containerPort: 8000 + at, protocol: 'TCP' }],
  env: [{ name: 'GRÖSSE', value: 'groß' }],
  resources: { limits: { cpu: '100m', memory: '64Mi' }, requests: { cpu: '100m' } },
  livenessProbe: { httpGet: { path: '/', port: 8000 + at, scheme: 'HTTP' }, periodSeconds: 10 },
  securityContext: { privileged: false, runAsUser: 1000 },
  terminationMessagePath: '/dev/termination-log',
});
const many = <T>(make: (at: number) => T) => Array.from({ length: 500 }, (_, at) => make(at));
const metadata = {
  name: 'large',
  namespace: 'default',
  creationTimestamp: '2026-01-01T00:00:00Z',
  labels: { app: 'large', 'app.kubernetes.io/name': 'large' },
};

it.each([
  ['core.v1.Pod', { metadata, spec: { containers: many(container) } }],
  ['apps.v1.Deployment', { metadata, spec: { replicas: 3, template: { spec: { containers: many(container) } } } }],
  ['core.v1.Secret', { metadata, data: { key: Buffer.alloc(100_000).toString('base64') } }],
  ['core.v1.ConfigMap', { metadata, data: Object.fromEntries(many((at) => [`key-${at}`, '"\\\n€😀'.repeat(at)])) }],
  [
    'discovery.v1.EndpointSlice',
    {
      metadata,
      addressType: 'IPv4',
      endpoints: many((at) => ({
        addresses: [`10.244.0.${at}`],
        conditions: { ready: true, serving: true, terminating: false },
        targetRef: { kind: 'Pod', name: `web-${at}`, namespace: 'default' },
      })),
    },
  ],
])('a %s is as large as its encoder makes it, within two hundredths', (message, object) => {
  const real = realSize(message, object as JsonObject);
  const estimate = encodedSize(definitions, definitions[`io.k8s.api.${message}`] ?? {}, object);
  expect(real).toBeGreaterThan(10_000);
  expect(Math.abs(estimate / real - 1)).toBeLessThan(0.02);
});
