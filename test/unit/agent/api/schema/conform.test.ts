import { describe, expect, it } from 'vitest';
import { conform } from '../../../../../agent/api/schema/conform.ts';
import { definitions } from './definitions.ts';

const pod = 'io.k8s.api.core.v1.Pod';
const service = 'io.k8s.api.core.v1.Service';

const conformed = (definition: string, object: Record<string, unknown>) => {
  const unknown = conform(definitions, definition, object);
  return { object, unknown };
};

describe('a body', () => {
  it('loses unknown fields, which are reported by path', () => {
    const { object, unknown } = conformed(pod, {
      metadata: { name: 'web', color: 'red' },
      spec: { containers: [{ name: 'a' }, { name: 'b', imag: 'x', ports: [{ port: 80 }] }] },
      colour: 'blue',
    });
    expect(unknown).toEqual([
      'metadata.color',
      'spec.containers[1].imag',
      'spec.containers[1].ports[0].port',
      'colour',
    ]);
    expect(object).toEqual({
      metadata: { name: 'web' },
      spec: { containers: [{ name: 'a' }, { name: 'b', ports: [{ containerPort: 0 }] }] },
    });
  });

  it('loses nulls', () => {
    const { object } = conformed(pod, { metadata: { creationTimestamp: null, labels: { a: null } }, spec: null });
    expect(object).toEqual({ metadata: { labels: { a: '' } } });
  });

  it('loses empty lists and maps that need not be there, and keeps empty structs', () => {
    const { object } = conformed(pod, {
      metadata: { annotations: {}, finalizers: [] },
      spec: { containers: [], volumes: [{ name: 'e', emptyDir: {} }] },
    });
    expect(object).toEqual({ metadata: {}, spec: { containers: [], volumes: [{ name: 'e', emptyDir: {} }] } });
  });

  it('has its quantities and times made canonical', () => {
    const resources = { requests: { cpu: 0.5, memory: '1024Mi' } };
    const { object } = conformed(pod, {
      metadata: { creationTimestamp: '2026-01-01T01:00:00.5+01:00' },
      spec: { containers: [{ resources }] },
    });
    expect(object).toEqual({
      metadata: { creationTimestamp: '2026-01-01T00:00:00Z' },
      spec: { containers: [{ name: '', resources: { requests: { cpu: '500m', memory: '1Gi' } } }] },
    });
  });

  it('keeps what is free form, and micro times to the microsecond', () => {
    const lease = { spec: { renewTime: '2026-01-01T00:00:00.1234567Z' } };
    conform(definitions, 'io.k8s.api.coordination.v1.Lease', lease);
    expect(lease).toEqual({ spec: { renewTime: '2026-01-01T00:00:00.123456Z' } });
    const entry = { metadata: { managedFields: [{ fieldsV1: { 'f:a': {} } }] } };
    expect(conformed(pod, structuredClone(entry))).toEqual({ object: entry, unknown: [] });
  });
});

describe('a value of the wrong type is refused', () => {
  const field = 'Service in version "v1" cannot be handled as a Service: json: cannot unmarshal';
  it.each([
    [
      { spec: { ports: [{ port: '80' }] } },
      `${field} string into Go struct field ServicePort.spec.ports.port of type int32`,
    ],
    [
      { spec: { ports: [{ port: 8.5 }] } },
      `${field} number 8.5 into Go struct field ServicePort.spec.ports.port of type int32`,
    ],
    [
      { spec: { ports: { port: 80 } } },
      `${field} object into Go struct field ServiceSpec.spec.ports of type []v1.ServicePort`,
    ],
    [{ spec: { type: 5 } }, `${field} number into Go struct field ServiceSpec.spec.type of type string`],
    [{ spec: [] }, `${field} array into Go struct field Service.spec of type v1.ServiceSpec`],
    [
      { spec: { selector: { app: true } } },
      `${field} bool into Go struct field ServiceSpec.spec.selector of type string`,
    ],
    [
      { spec: { selector: 'app' } },
      `${field} string into Go struct field ServiceSpec.spec.selector of type map[string]string`,
    ],
    [
      { spec: { ports: [{ port: 3000000000 }] } },
      `${field} number 3000000000 into Go struct field ServicePort.spec.ports.port of type int32`,
    ],
    [
      { spec: { ports: [{ targetPort: true }] } },
      `${field} bool into Go struct field ServicePort.spec.ports.targetPort of type intstr.IntOrString`,
    ],
  ])('%j', (body, message) => {
    expect(() => conform(definitions, service, body)).toThrow(expect.objectContaining({ code: 400, message }));
  });

  it('also where it is no quantity, time or base64', () => {
    const cpu = { spec: { containers: [{ resources: { limits: { cpu: 'much' } } }] } };
    expect(() => conform(definitions, pod, cpu)).toThrow(
      'Pod in version "v1" cannot be handled as a Pod: quantities must match the regular expression ' +
        "'^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'",
    );
    expect(() => conform(definitions, pod, { metadata: { creationTimestamp: 'today' } })).toThrow(
      'parsing time "today" as "2006-01-02T15:04:05Z07:00": cannot parse "today" as "2006"',
    );
    expect(() => conform(definitions, 'io.k8s.api.core.v1.Secret', { data: { a: 'no base64!' } })).toThrow(
      'illegal base64 data at input byte 2',
    );
  });
});
