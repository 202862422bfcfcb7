/**
 * Content negotiation: plain objects, Table, PartialObjectMetadata(List).
 * https://kubernetes.io/docs/reference/using-api/api-concepts/#receiving-resources-as-tables
 */
import { mediaType } from '../api/media-types.ts';
import { own } from '../api/own.ts';
import { notAcceptable } from './errors.ts';

export type Form = 'object' | 'table' | 'partial';

export interface Media {
  form: Form;
  /** `meta.k8s.io` version of tables and partial objects; kubectl before 1.16 asks for v1beta1. */
  metaVersion: 'v1' | 'v1beta1';
  yaml: boolean;
}

interface Clause {
  type: string;
  parameters: Map<string, string>;
}

const parseClause = (clause: string): Clause => {
  const [type = '', ...parameters] = clause.split(';').map((part) => part.trim());
  const pairs = parameters.map((parameter): [string, string] => {
    const at = parameter.indexOf('=');
    return at === -1 ? [parameter, ''] : [parameter.slice(0, at), parameter.slice(at + 1)];
  });
  return { type: type.toLowerCase(), parameters: new Map(pairs) };
};

const forms: Record<string, Form> = {
  Table: 'table',
  PartialObjectMetadata: 'partial',
  PartialObjectMetadataList: 'partial',
};
const plain: Media = { form: 'object', metaVersion: 'v1', yaml: false };

function accept({ type, parameters }: Clause): Media | undefined {
  const yaml = type === mediaType.yaml;
  if (!yaml && ![mediaType.json, 'application/*', '*/*'].includes(type)) return undefined;
  const as = parameters.get('as');
  if (!as) return yaml ? { ...plain, yaml } : plain;
  const form = own(forms, as);
  const version = parameters.get('v');
  if (!form || parameters.get('g') !== 'meta.k8s.io' || (version !== 'v1' && version !== 'v1beta1')) return undefined;
  return { form, metaVersion: version, yaml };
}

/** The first clause that can be served wins, as upstream. Throws 406 where there is none, e.g. protobuf alone. */
export function negotiate(header: string | undefined): Media {
  if (!header || header === '*/*' || header === mediaType.json) return plain;
  for (const clause of header.split(',')) {
    const media = accept(parseClause(clause));
    if (media) return media;
  }
  throw notAcceptable();
}
