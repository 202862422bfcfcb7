/**
 * Messages that JSON writes as something else than an object.
 * https://github.com/kubernetes/apimachinery/blob/release-1.36/pkg/apis/meta/v1/time_proto.go,
 * https://github.com/kubernetes/apiextensions-apiserver/blob/release-1.36/pkg/apis/apiextensions/v1/marshal.go
 */
import type { JsonObject } from '../../api/json/value.ts';
import { isObject } from '../../api/json/value.ts';
import { timestamp } from '../../clock.ts';

type Value = unknown;

export interface SpecialForm {
  /** `json` parses the bytes of a field, in Base64; undefined where the field is absent. */
  toJson(message: JsonObject, json: (base64: Value) => Value): Value;
  /** Undefined for what the message does not hold: nothing is written then. */
  toMessage(value: Value): JsonObject | undefined;
}

interface Instant {
  seconds?: number;
  nanos?: number;
}

/** Seconds with all the digits of their fraction, of which a `Date` has three. */
function instantOf(value: Value): JsonObject | undefined {
  const milliseconds = typeof value === 'string' ? Date.parse(value) : Number.NaN;
  if (Number.isNaN(milliseconds)) return undefined;
  const fraction = /\.(\d{1,9})/.exec(String(value))?.[1] ?? '';
  return { seconds: Math.floor(milliseconds / 1000), nanos: Number(fraction.padEnd(9, '0')) };
}

/** `fraction`: what stands between the seconds and the Z. */
const time = (fraction: (nanos: number) => string): SpecialForm => ({
  toJson: ({ seconds, nanos = 0 }: Instant) =>
    seconds === undefined ? undefined : timestamp(seconds * 1000).replace('Z', `${fraction(nanos)}Z`),
  toMessage: instantOf,
});

const microseconds = (nanos: number): string => `.${String(Math.floor(nanos / 1000)).padStart(6, '0')}`;

/** JSON within protobuf, in the field of that name. */
const embedded = (field: string): SpecialForm => ({
  toJson: (message, json) => json(message[field]),
  toMessage: (value) => ({ [field]: Buffer.from(JSON.stringify(value)).toString('base64') }),
});

const schemaOr = (field: string): SpecialForm => ({
  toJson: ({ schema, [field]: list }) => list ?? schema,
  toMessage: (value) => (Array.isArray(value) ? { [field]: value } : { schema: value }),
});

const extraValue: SpecialForm = {
  toJson: ({ items = [] }) => items,
  toMessage: (items) => ({ items }),
};

/** A Go duration as text, of what the API uses: hours, minutes and seconds. */
function durationText(nanoseconds: bigint): string {
  const sign = nanoseconds < 0n ? '-' : '';
  const positive = nanoseconds < 0n ? -nanoseconds : nanoseconds;
  const seconds = positive / 1_000_000_000n;
  const fraction = String(positive % 1_000_000_000n)
    .padStart(9, '0')
    .replace(/0{1,9}$/, '');
  const hours = seconds / 3600n;
  const minutes = (seconds % 3600n) / 60n;
  const parts = [
    hours > 0n ? `${hours}h` : '',
    hours > 0n || minutes > 0n ? `${minutes}m` : '',
    `${seconds % 60n}${fraction && `.${fraction}`}s`,
  ];
  return sign + parts.join('');
}

export const specialForms: ReadonlyMap<string, SpecialForm> = new Map([
  ['meta.v1.Time', time(() => '')],
  ['meta.v1.MicroTime', time(microseconds)],
  [
    'meta.v1.Duration',
    {
      toJson: ({ duration }) => durationText(BigInt(typeof duration === 'bigint' ? duration : Number(duration ?? 0))),
      // No kind of the API has one.
      toMessage: () => undefined,
    },
  ],
  ['resource.Quantity', { toJson: ({ string = '0' }) => string, toMessage: (value) => ({ string: String(value) }) }],
  [
    'intstr.IntOrString',
    {
      toJson: ({ type = 0, intVal = 0, strVal = '' }) => (type === 0 ? intVal : strVal),
      toMessage: (value) => (typeof value === 'string' ? { type: 1, strVal: value } : { type: 0, intVal: value }),
    },
  ],
  ['meta.v1.FieldsV1', embedded('Raw')],
  ['runtime.RawExtension', embedded('raw')],
  ['apiextensions.v1.JSON', embedded('raw')],
  ['apiextensions.v1.JSONSchemaPropsOrArray', schemaOr('jSONSchemas')],
  ['apiextensions.v1.JSONSchemaPropsOrStringArray', schemaOr('property')],
  [
    'apiextensions.v1.JSONSchemaPropsOrBool',
    {
      toJson: ({ allows = false, schema }) => schema ?? allows,
      toMessage: (value) => (isObject(value) ? { allows: true, schema: value } : { allows: value }),
    },
  ],
  ['authentication.v1.ExtraValue', extraValue],
  ['authorization.v1.ExtraValue', extraValue],
  ['certificates.v1.ExtraValue', extraValue],
]);
