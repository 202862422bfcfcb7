/**
 * Content negotiation: plain objects, Table, PartialObjectMetadata(List), in JSON, YAML and protobuf.
 * https://kubernetes.io/docs/reference/using-api/api-concepts/#alternate-representations-of-resources and
 * https://github.com/kubernetes/apiserver/blob/release-1.36/pkg/endpoints/handlers/negotiation/negotiate.go
 */
import type { Representation } from '../api/kind.ts';
import { mediaType } from '../api/media-types.ts';
import { own } from '../api/own.ts';
import { notAcceptable } from './errors.ts';

export type Form = 'object' | 'table' | 'partial';
export type Encoding = 'json' | 'yaml' | 'protobuf';

export interface Media {
  form: Form;
  /** `meta.k8s.io` version of tables and partial objects; kubectl before 1.16 asks for v1beta1. */
  metaVersion: 'v1' | 'v1beta1';
  encoding: Encoding;
}

export interface Clause {
  type: string;
  parameters: Map<string, string>;
}

function parseClause(clause: string): Clause {
  const [type = '', ...parameters] = clause.split(';').map((part) => part.trim());
  const pairs = parameters.map((parameter): [string, string] => {
    const at = parameter.indexOf('=');
    return at === -1 ? [parameter, ''] : [parameter.slice(0, at), parameter.slice(at + 1)];
  });
  return { type: type.toLowerCase(), parameters: new Map(pairs) };
}

const weightOf = ({ parameters }: Clause): number => {
  const weight = Number(parameters.get('q') ?? 1);
  return weight >= 0 && weight <= 1 ? weight : 1;
};

/** How many parts of the type are left open. */
const openness = ({ type }: Clause): number => (type === '*/*' ? 2 : type.endsWith('/*') ? 1 : 0);

/** The best first; of equals, the first. https://github.com/munnerz/goautoneg */
export function clausesOf(header: string): Clause[] {
  const clauses = header.split(',').map(parseClause);
  if (clauses.length === 1) return clauses;
  return clauses.sort((a, b) => weightOf(b) - weightOf(a) || openness(a) - openness(b));
}

const encodings: Record<string, Encoding> = {
  [mediaType.json]: 'json',
  'application/*': 'json',
  '*/*': 'json',
  [mediaType.yaml]: 'yaml',
  [mediaType.protobuf]: 'protobuf',
};

const encodingFor = ({ type }: Clause): Encoding | undefined => own(encodings, type);

/** True where the clause is about what a document or an object is by itself. */
export const asksForPlain = (clause: Clause): boolean =>
  encodingFor(clause) !== undefined && !clause.parameters.has('as');

const forms: Record<string, Form> = {
  Table: 'table',
  PartialObjectMetadata: 'partial',
  PartialObjectMetadataList: 'partial',
};
const plain: Media = { form: 'object', metaVersion: 'v1', encoding: 'json' };

/** Custom resources and retired versions have no layout in protobuf, and a table has cells of any type. */
function isServed({ form, metaVersion, encoding }: Media, { schema, retired }: Representation): boolean {
  if (encoding !== 'protobuf') return true;
  return form === 'partial' ? metaVersion === 'v1' : form === 'object' && !schema && !retired;
}

function mediaFor(clause: Clause): Media | undefined {
  const encoding = encodingFor(clause);
  const { parameters } = clause;
  const as = parameters.get('as');
  if (!encoding) return undefined;
  if (!as) return { ...plain, encoding };
  const form = own(forms, as);
  const version = parameters.get('v');
  if (!form || parameters.get('g') !== 'meta.k8s.io' || (version !== 'v1' && version !== 'v1beta1')) return undefined;
  return { form, metaVersion: version, encoding };
}

const isPlainJson = (header: string | undefined): boolean =>
  !header || header === '*/*' || header === mediaType.json || header === 'application/json, */*';

/** The first clause that can be served wins, as upstream. Throws 406 where there is none. */
export function negotiate(header: string | undefined, representation: Representation): Media {
  if (!header || isPlainJson(header)) return plain;
  for (const clause of clausesOf(header)) {
    const media = mediaFor(clause);
    if (media && isServed(media, representation)) return media;
  }
  throw notAcceptable();
}

const streamed: readonly Encoding[] = ['json', 'protobuf'];

/** Of a watch, which is a sequence of messages: YAML has no such thing. */
export function negotiateStream(header: string | undefined, representation: Representation): Media {
  const media = negotiate(header, representation);
  if (streamed.includes(media.encoding)) return media;
  throw notAcceptable([`${mediaType.json};stream=watch`, `${mediaType.protobuf};stream=watch`]);
}

/** Of what has one form: statuses, documents, reviews. JSON where none of those that the client names is there. */
export function encodingOf(header: string | undefined): Encoding {
  if (!header || isPlainJson(header)) return 'json';
  const found = clausesOf(header).find(asksForPlain);
  return (found && encodingFor(found)) ?? 'json';
}

/** Throws 406 where an answer that is neither an object nor a list is asked for as a table. */
export function refuseTables(header: string | undefined): void {
  if (!header?.includes('as=') || clausesOf(header).some(asksForPlain)) {
    return;
  }
  throw notAcceptable();
}
