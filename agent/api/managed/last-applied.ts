/**
 * From client-side to server-side apply: what kubectl noted in an annotation when it applied an object itself.
 * https://github.com/kubernetes/apimachinery/blob/release-1.36/pkg/util/managedfields/internal/lastappliedmanager.go
 */
import { canonicalJson } from '../hash.ts';
import { parseExact } from '../json/parse.ts';
import { isObject } from '../json/value.ts';
import { own } from '../own.ts';
import { configProblems } from './check-config.ts';
import { compare } from './compare.ts';
import { difference, type FieldSet, noFields } from './field-set.ts';
import { fieldsOf } from './fields-of.ts';
import type { KnownSchema } from './shape.ts';

export const lastAppliedAnnotation = 'kubectl.kubernetes.io/last-applied-configuration';
/** The one manager for whom the annotation is read and kept up to date. */
export const lastAppliedManager = 'kubectl';

const annotationOf = (object: object | undefined): string => {
  const { metadata } = (object ?? {}) as { metadata?: { annotations?: Record<string, string> } };
  return own(metadata?.annotations, lastAppliedAnnotation) ?? '';
};

function parsed(text: string): unknown {
  try {
    return parseExact(text);
  } catch (error) {
    // Anybody may write the annotation: what is no JSON says nothing.
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** Fields that still are as kubectl has applied them by itself: it may take them from whoever owns them. */
export function fieldsLastApplied(
  schema: KnownSchema | undefined,
  apiVersion: string,
  live: object | undefined,
): FieldSet {
  const applied = live && parsed(annotationOf(live));
  if (!live || !isObject(applied) || applied.apiVersion !== apiVersion) return noFields;
  const { definitions = {}, root } = schema ?? {};
  if (configProblems(definitions, root, applied).length > 0) return noFields;
  const { changed, removed } = compare(definitions, root, applied, live, noFields);
  return difference(difference(fieldsOf(definitions, root, applied), changed), removed);
}

/** The text to note; undefined where the object has no note yet. With the line's end that upstream's encoder writes. */
export function noteOf(object: object, config: { metadata?: object }): string | undefined {
  if (!annotationOf(object)) return undefined;
  const { annotations, ...metadata } = (config.metadata ?? {}) as { annotations?: Record<string, string> };
  const { [lastAppliedAnnotation]: _note, ...rest } = annotations ?? {};
  return `${canonicalJson({ ...config, metadata: annotations ? { ...metadata, annotations: rest } : metadata })}\n`;
}
