/** Reads what users paste or drop: a YAML stream or JSON, one object or several; Lists are unfolded. */

import { parseAllDocuments } from 'yaml';
import { isObject } from '../../agent/api/json/value.ts';
import { CallFailure } from '../failure.ts';

export interface Manifest {
  apiVersion: string;
  kind: string;
  metadata: {
    name?: string;
    generateName?: string;
    namespace?: string;
    resourceVersion?: string;
    annotations?: Record<string, string>;
  };
  [field: string]: unknown;
}

/** The first line of the parser's message; the rest draws the place in the text. */
const firstLineOf = ({ message }: Error): string => (message.split('\n')[0] ?? '').replace(/:\s*$/, '');

export function readManifests(text: string): Manifest[] {
  const documents = parseAllDocuments(text, { merge: true });
  if (!Array.isArray(documents)) return [];
  const manifests: Manifest[] = [];
  for (const document of documents) {
    const problem = document.errors[0];
    if (problem) throw new CallFailure('InvalidYaml', firstLineOf(problem), 'Correct that line and try again.');
    const value: unknown = document.toJS();
    if (value === null || value === undefined) continue;
    manifests.push(...unfold(value));
  }
  return manifests;
}

function unfold(value: unknown): Manifest[] {
  if (!isObject(value)) throw new CallFailure('InvalidManifest', 'A document is not a Kubernetes object', hint);
  if (typeof value.kind === 'string' && value.kind.endsWith('List') && Array.isArray(value.items))
    return value.items.flatMap(unfold);
  const { apiVersion, kind, metadata } = value;
  if (typeof apiVersion !== 'string' || !apiVersion)
    throw new CallFailure('InvalidManifest', 'apiVersion is not set', hint);
  if (typeof kind !== 'string' || !kind) throw new CallFailure('InvalidManifest', 'kind is not set', hint);
  if (!isObject(metadata)) throw new CallFailure('InvalidManifest', `${kind}: metadata is not set`, hint);
  return [{ ...value, apiVersion, kind, metadata }];
}

const hint = 'Every document needs apiVersion, kind and metadata.name.';
