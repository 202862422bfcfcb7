/** What was asked for: a kind, in a version and a form. */
import type { Kind, Representation } from '../api/kind.ts';
import type { AnyObject } from '../api/types.ts';
import type { Media } from './media.ts';

export interface Target {
  kind: Kind;
  representation: Representation;
  media: Media;
  /** What a table row carries of its object. */
  includeObject: string;
  /** The reader of a table knows its columns already. */
  columnsKnown?: boolean;
  now(): number;
}

export const metaApiVersion = (media: Media): string => `meta.k8s.io/${media.metaVersion}`;

export const partialOf = (object: AnyObject, media: Media) => ({
  kind: 'PartialObjectMetadata',
  apiVersion: metaApiVersion(media),
  metadata: object.metadata,
});
