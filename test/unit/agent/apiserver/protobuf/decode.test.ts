import { Writer } from 'protobufjs/minimal.js';
import { describe, expect, it } from 'vitest';
import { objectLimits } from '../../../../../agent/api/json/limits.ts';
import { decodeProtobuf } from '../../../../../agent/apiserver/protobuf/decode.ts';
import layout from '../../../../../agent/apiserver/protobuf/messages.json' with { type: 'json' };
import type { Messages } from '../../../../../agent/apiserver/protobuf/messages.ts';

const messages = layout as object as Messages;
type Part = (writer: Writer) => void;

const text =
  (field: number, value: string): Part =>
  (writer) =>
    writer.uint32((field << 3) | 2).string(value);
const number =
  (field: number, value: number): Part =>
  (writer) =>
    writer.uint32(field << 3).int64(value);
const message =
  (field: number, ...parts: Part[]): Part =>
  (writer) => {
    writer.uint32((field << 3) | 2).fork();
    for (const part of parts) part(writer);
    writer.ldelim();
  };

/** As client-go sends it: magic, then an envelope with the type and the object. */
function body(apiVersion: string, kind: string, ...parts: Part[]): Buffer {
  const writer = Writer.create();
  message(1, text(1, apiVersion), text(2, kind))(writer);
  message(2, ...parts)(writer);
  return Buffer.concat([Buffer.from('k8s\0'), writer.finish()]);
}
const decode = (...input: Parameters<typeof body>) => decodeProtobuf(messages, body(...input), objectLimits());

describe('a body in protobuf', () => {
  it('becomes what the same object is in JSON', () => {
    const metadata = message(1, text(1, 'settings'), text(2, ''), text(3, 'default'), number(7, 0), message(8));
    const entry = (key: string, value: string) => message(2, text(1, key), text(2, value));
    expect(decode('v1', 'ConfigMap', metadata, entry('a', '1'), entry('b', ''))).toEqual({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'settings', namespace: 'default' },
      data: { a: '1', b: '' },
    });
  });

  it('keeps a zero that was meant and drops one that only stands there', () => {
    const spec = message(2, number(1, 0), number(5, 0));
    expect(decode('apps/v1', 'Deployment', spec)).toMatchObject({ spec: { replicas: 0 } });
    expect(decode('apps/v1', 'Deployment', spec)?.spec).not.toHaveProperty('minReadySeconds');
  });

  it('has the fields of the minor that is served', () => {
    const exitCodes = message(2, text(1, 'In'), number(2, 42));
    const container = message(2, text(1, 'main'), message(25, text(1, 'Restart'), exitCodes));
    expect(decode('v1', 'Pod', message(2, container, text(41, 'own-name')))?.spec).toEqual({
      containers: [
        { name: 'main', restartPolicyRules: [{ action: 'Restart', exitCodes: { operator: 'In', values: [42] } }] },
      ],
      hostnameOverride: 'own-name',
    });
  });

  it('unfolds embedded structs, quantities, numbers-or-strings and times', () => {
    const port = message(2, number(1, 1), number(2, 0), text(3, 'http'));
    const probe = message(10, message(1, message(2, text(1, '/'), port)), number(4, 5));
    const cpu = message(8, message(1, text(1, 'cpu'), message(2, text(1, '100m'))));
    const container = message(2, text(1, 'main'), cpu, probe);
    const created = message(1, text(1, 'web'), message(8, number(1, 1_767_225_600), number(2, 0)));
    expect(decode('v1', 'Pod', created, message(2, container))).toMatchObject({
      metadata: { name: 'web', creationTimestamp: '2026-01-01T00:00:00Z' },
      spec: {
        containers: [
          {
            name: 'main',
            resources: { limits: { cpu: '100m' } },
            livenessProbe: { httpGet: { path: '/', port: 'http' }, periodSeconds: 5 },
          },
        ],
      },
    });
  });

  it('has a list where the message is but one', () => {
    const spec = message(2, message(6, text(1, 'scope'), message(2, text(1, 'a'), text(1, 'b'))));
    const kind = ['certificates.k8s.io/v1', 'CertificateSigningRequest'] as const;
    expect(decode(...kind, spec)).toMatchObject({ spec: { extra: { scope: ['a', 'b'] } } });
  });

  it('finds options under whatever group they are sent', () => {
    expect(decode('apps/v1', 'DeleteOptions', number(1, 0), text(4, 'Orphan'))).toEqual({
      apiVersion: 'apps/v1',
      kind: 'DeleteOptions',
      gracePeriodSeconds: 0,
      propagationPolicy: 'Orphan',
    });
  });

  it('is refused where it is of no kind with a protobuf form, or is no protobuf at all', () => {
    expect(decode('example.com/v1', 'Widget')).toBeUndefined();
    expect(() => decodeProtobuf(messages, Buffer.from('{}'), objectLimits())).toThrow(
      'does not appear to be a protobuf message',
    );
  });
});
