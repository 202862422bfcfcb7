/** Objects of a kind in another of its versions. */
import { randomUUID } from 'node:crypto';
import { fromHub, storedAs, toHub } from '../../api/conversion.ts';
import { ApiError, messageOf } from '../../api/errors.ts';
import { apiVersionOf, type Kind, type Representation, type WebhookConversion } from '../../api/kind.ts';
import type { SchemaProvider } from '../../api/schema/provider.ts';
import type { AnyObject } from '../../api/types.ts';
import type { StoredRecord } from '../state/record.ts';
import type { WebhookClient } from '../webhooks/client.ts';
import { checkConverted, convertedIn, reviewOf, reviewVersion, typeText } from './review.ts';

export interface Converter {
  /** Each says its own version. Rejects with `ApiError` 500 in upstream's words where a webhook fails. */
  all(kind: Kind, to: Representation, objects: readonly AnyObject[]): Promise<readonly AnyObject[]>;
  /** The same of one, at once where no webhook is asked. Shares what it does not change with its argument. */
  one(kind: Kind, to: Representation, object: AnyObject): AnyObject | Promise<AnyObject>;
  /** The same of one, without what the version has as defaults: of an object that says only what somebody owns. */
  bare(kind: Kind, to: Representation, object: AnyObject): AnyObject | Promise<AnyObject>;
  /**
   * To be waited for before the records are read in a version. Undefined where there is nothing to wait for. Rejects as
   * `all` does.
   */
  prepare(kind: Kind, to: Representation, records: readonly StoredRecord[]): Promise<void> | undefined;
}

/** Objects, and bytes of them, that go out in one review; a single larger one goes alone. */
const mostObjects = 500;
const mostBytes = 512 * 1024;
/** Of an answer. */
const limits = { bytes: 16 << 20, values: 400_000 };
/** Seconds: upstream's client gives up then. */
const timeout = 30;

const failed = (object: AnyObject, problem: string): ApiError =>
  new ApiError(500, '', `conversion webhook for ${typeText(object)} ${problem}`);

function batchesOf(records: readonly StoredRecord[]): StoredRecord[][] {
  const batches: StoredRecord[][] = [];
  let bytes = Number.POSITIVE_INFINITY;
  for (const record of records) {
    const batch = batches.at(-1);
    bytes += record.size;
    if (batch && batch.length < mostObjects && bytes <= mostBytes) batch.push(record);
    else {
      batches.push([record]);
      bytes = record.size;
    }
  }
  return batches;
}

const converted = (kind: Kind, to: Representation, object: AnyObject): AnyObject =>
  fromHub(kind, to, toHub(kind, storedAs(kind, object), object));

/** What a webhook's answer to an object comes to. */
type Read = (to: Representation, original: AnyObject, answer: unknown) => AnyObject;

export function createConverter(webhooks: WebhookClient, schemas: SchemaProvider): Converter {
  /** What the version's schema does not have goes, and its defaults are filled in, as in what a client sends. */
  const received: Read = (to, original, answer) => {
    const object = decoded(to, original, answer);
    schemas.schemaOf(to)?.fillDefaults(object);
    return object;
  };
  const decoded: Read = (to, original, answer) => {
    const object = checkConverted(original, answer, apiVersionOf(to));
    schemas.schemaOf(to)?.decode(object);
    return object;
  };

  const ask = async (
    { config, reviewVersions }: WebhookConversion,
    to: Representation,
    objects: readonly [AnyObject, ...AnyObject[]],
    read: Read = received,
  ): Promise<AnyObject[]> => {
    const [first] = objects;
    const apiVersion = apiVersionOf(to);
    const uid = randomUUID();
    let found: unknown[];
    try {
      const version = reviewVersion(reviewVersions);
      const review = reviewOf(version, uid, apiVersion, objects);
      found = convertedIn(await webhooks.post({ config, review, timeout, limits }), version, uid);
    } catch (error) {
      throw failed(first, `failed: ${messageOf(error)}`);
    }
    if (found.length !== objects.length) {
      throw failed(first, `returned ${found.length} objects, expected ${objects.length}`);
    }
    return objects.map((object, index) => {
      try {
        return read(to, object, found[index]);
      } catch (error) {
        throw failed(object, messageOf(error));
      }
    });
  };

  const all: Converter['all'] = async (kind, to, objects) => {
    const { conversion } = kind;
    if (!conversion) return objects.map((object) => converted(kind, to, object));
    const apiVersion = apiVersionOf(to);
    const [first, ...rest] = objects.filter((object) => object.apiVersion !== apiVersion);
    if (!first) return objects;
    const answers = (await ask(conversion, to, [first, ...rest])).values();
    return objects.map((object) => (object.apiVersion === apiVersion ? object : (answers.next().value ?? object)));
  };

  const prepareAll = async (kind: Kind, to: Representation, records: readonly StoredRecord[]): Promise<void> => {
    for (const batch of batchesOf(records)) {
      const objects = await all(
        kind,
        to,
        batch.map((record) => record.own),
      );
      objects.forEach((object, index) => {
        batch[index]?.keep(to, object);
      });
    }
  };

  return {
    all,
    one: (kind, to, object) => {
      if (!kind.conversion) return converted(kind, to, object);
      return all(kind, to, [object]).then(([only]) => only ?? object);
    },
    bare: (kind, to, object) => {
      if (!kind.conversion) return converted(kind, to, object);
      if (object.apiVersion === apiVersionOf(to)) return object;
      return ask(kind.conversion, to, [object], decoded).then(([only]) => only ?? object);
    },
    prepare: (kind, to, records) => {
      if (!kind.conversion) return undefined;
      const waiting = records.filter((record) => !record.has(to));
      return waiting.length > 0 ? prepareAll(kind, to, waiting) : undefined;
    },
  };
}
