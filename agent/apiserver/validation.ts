/** Metadata, schema and the kind's own rules, all errors at once; what is only odd becomes a warning. */

import { inOneGo, type Steps } from '../api/json/steps.ts';
import { apiVersionOf, type FieldError, type Kind, representationOf, type Verdict } from '../api/kind.ts';
import type { KindRegistry } from '../api/registry.ts';
import type { AnyObject } from '../api/types.ts';
import { validateMetadata } from '../api/validation/metadata.ts';
import { fieldErrorText, invalid } from './errors.ts';
import type { RequestInfo } from './request-info.ts';

/** What is written, and how. */
interface Write {
  kind: Kind;
  /** '' for the object itself. */
  subresource: string;
  /** Whose group and version are those in which it is written. */
  info: Pick<RequestInfo, 'group' | 'version'>;
  object: AnyObject;
  /** What is stored now; undefined on creation. */
  old: AnyObject | undefined;
  /** Both in the version in which they are written, where its own rules see another shape than the hub's. */
  written?: { object: AnyObject; old: AnyObject | undefined };
}

/** A name that is missing is wrong as such; to the rules of a kind it is empty, as in upstream's types. */
const withName = (object: AnyObject): AnyObject =>
  object.metadata.name === undefined ? { ...object, metadata: { ...object.metadata, name: '' } } : object;

function validateContent({ kind, subresource, object, old }: Write): FieldError[] {
  const part = kind.subresources?.find(({ name }) => name === subresource);
  if (old && subresource === 'status' && kind.validateStatus) return kind.validateStatus(object, old);
  if (old && part?.validate) return part.validate(object, old);
  return kind.validate?.(object, old) ?? [];
}

const accepted: Verdict = { errors: [], warnings: [] };

/** In steps. Adds to `warnings`. */
export function* validating(kinds: KindRegistry, write: Write, warnings: string[]): Steps<void> {
  const { kind, subresource, info, object, old, written = { object, old } } = write;
  const representation = representationOf(kind, apiVersionOf(info));
  const ofMetadata = validateMetadata(kinds, kind, object, old);
  yield;
  const found = [
    ...ofMetadata,
    ...validateContent({ ...write, object: withName(object) }),
    ...(representation?.validate?.(withName(written.object), written.old) ?? []),
  ];
  const verdict = representation?.judge ? yield* representation.judge(written.object, written.old, found) : accepted;
  const errors = [...found, ...verdict.errors];
  warnings.push(...verdict.warnings.map(fieldErrorText));
  if (errors.length > 0) {
    yield;
    throw invalid(kind, object.metadata.name ?? '', errors);
  }
  // Statuses are written by controllers, who read no warnings.
  if (!kind.warn || subresource === 'status') return;
  yield;
  for (const warning of kind.warn(object, old)) warnings.push(warning);
}

/** The same in one go. */
export const validate = (kinds: KindRegistry, write: Write, warnings: string[]): void =>
  inOneGo(validating(kinds, write, warnings));
