import { describe, expect, it } from 'vitest';
import { objectLimits } from '../../../../../agent/api/json/limits.ts';
import { apiVersionOf, listKindOf, servedRepresentations } from '../../../../../agent/api/kind.ts';
import { builtInKinds } from '../../../../../agent/api/kinds.ts';
import { decodeProtobuf } from '../../../../../agent/apiserver/protobuf/decode.ts';
import { protobufEncoder } from '../../../../../agent/apiserver/protobuf/encode.ts';
import layout from '../../../../../agent/apiserver/protobuf/messages.json' with { type: 'json' };
import { type Messages, messageNameOf } from '../../../../../agent/apiserver/protobuf/messages.ts';

const messages = layout as object as Messages;
const encoded = (object: object): Buffer => Buffer.concat([...(protobufEncoder.object(object) ?? [])]);
const decoded = (bytes: Buffer) => decodeProtobuf(messages, bytes, objectLimits());

const pod = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: {
    name: 'web',
    namespace: 'default',
    uid: '0b1c',
    resourceVersion: '12',
    generation: 3,
    creationTimestamp: '2026-01-01T00:00:00Z',
    labels: { app: 'wéb', empty: '' },
    managedFields: [{ manager: 'kubectl', operation: 'Update', fieldsV1: { 'f:spec': { '.': {} } } }],
  },
  spec: {
    containers: [
      {
        name: 'main',
        image: 'web:1.0',
        resources: { limits: { cpu: '100m' } },
        livenessProbe: { httpGet: { path: '/', port: 'http' }, periodSeconds: 5 },
        ports: [{ containerPort: 8080, hostPort: 300 }],
        securityContext: { runAsUser: 0, privileged: false },
      },
      { name: 'side', image: 'side:1.0', readinessProbe: { tcpSocket: { port: 70_000 } } },
    ],
    terminationGracePeriodSeconds: 30,
    tolerations: [{ key: 'a', tolerationSeconds: -5 }],
  },
  status: { phase: 'Running', startTime: '2026-01-01T00:00:01Z' },
};

describe('an object in protobuf', () => {
  it.each([
    ['a pod', pod],
    [
      'binary data, which is bytes and not their Base64',
      { apiVersion: 'v1', kind: 'Secret', metadata: { name: 's' }, data: { key: 'AP8=' } },
    ],
    [
      'a time to the microsecond',
      {
        apiVersion: 'coordination.k8s.io/v1',
        kind: 'Lease',
        metadata: { name: 'l' },
        spec: { renewTime: '2026-01-01T00:00:01.123456Z', leaseTransitions: 0 },
      },
    ],
    [
      'an integer that no number holds',
      {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name: 'p' },
        spec: { activeDeadlineSeconds: 9_007_199_254_740_993n },
      },
    ],
    [
      'the schema of custom resources',
      {
        apiVersion: 'apiextensions.k8s.io/v1',
        kind: 'CustomResourceDefinition',
        metadata: { name: 'widgets.example.com' },
        spec: {
          versions: [
            {
              name: 'v1',
              schema: {
                openAPIV3Schema: {
                  type: 'object',
                  'x-kubernetes-preserve-unknown-fields': true,
                  properties: {
                    size: { type: 'number', minimum: 0.5, default: { a: [1, 'b'] }, enum: [1, 'two', null] },
                    list: { type: 'array', items: { type: 'string' } },
                    any: { type: 'object', additionalProperties: { type: 'string' } },
                  },
                },
              },
            },
          ],
        },
      },
    ],
    [
      'a failure',
      {
        apiVersion: 'v1',
        kind: 'Status',
        status: 'Failure',
        message: 'pods "x" not found',
        reason: 'NotFound',
        details: { name: 'x', kind: 'pods' },
        code: 404,
      },
    ],
  ])('says all that JSON says: %s', (_, object) => {
    expect(decoded(encoded(object))).toEqual(object);
  });

  it('is not there for what has no layout', () => {
    expect(protobufEncoder.object({ apiVersion: 'example.com/v1', kind: 'Widget' })).toBeUndefined();
  });

  it('leaves out what is null, which is no value in Go', () => {
    const object = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p', creationTimestamp: null }, spec: {} };
    expect(decoded(encoded(object))).toEqual({ ...object, metadata: { name: 'p' } });
  });
});

it('encodes a list in pieces, the length of all items first', () => {
  const head = { apiVersion: 'v1', kind: 'PodList', metadata: { resourceVersion: '9', continue: 'next' } };
  const { apiVersion: _, kind: __, ...item } = pod;
  const bytes = Buffer.concat([...protobufEncoder.list(head, 'items', [pod, pod])]);
  expect(decoded(bytes)).toEqual({ ...head, items: [item, item] });
});

describe('the layouts', () => {
  const current = builtInKinds.flatMap((kind) =>
    servedRepresentations(kind)
      .filter(({ retired }) => !retired)
      .map((representation) => ({ kind, apiVersion: apiVersionOf(representation) })),
  );

  it('are there for the objects and lists of every kind in its current versions', () => {
    const missing = current.flatMap(({ kind, apiVersion }) =>
      [kind.kind, listKindOf(kind)]
        .filter((name) => !messageNameOf(messages, apiVersion, name))
        .map((name) => `${apiVersion} ${name}`),
    );
    expect(missing).toEqual([]);
  });
});
