/** Objects in the form that was negotiated. */
import { apiVersionOf, listKindOf } from '../api/kind.ts';
import type { Body } from './reply.ts';
import { jsonBody } from './reply.ts';
import type { StoredRecord } from './state/record.ts';
import { tableOf } from './tables.ts';
import { metaApiVersion, partialOf, type Target } from './target.ts';
import type { ListResult } from './verbs/list.ts';

export function recordBody(target: Target, record: StoredRecord): Body {
  const { representation, media } = target;
  if (media.form === 'object') {
    return { value: () => record.as(representation), chunks: () => record.chunks(representation) };
  }
  if (media.form === 'partial') return jsonBody(partialOf(record.as(representation), media));
  return jsonBody(tableOf(target, [record], { resourceVersion: String(record.revision) }));
}

function listMeta(result: ListResult) {
  return {
    resourceVersion: String(result.resourceVersion),
    ...(result.continue ? { continue: result.continue } : {}),
    ...(result.remainingItemCount === undefined ? {} : { remainingItemCount: result.remainingItemCount }),
  };
}

const comma = Buffer.from(',');
const closing = Buffer.from(']}\n');

export function listBody(target: Target, result: ListResult): Body {
  const { kind, representation, media } = target;
  const metadata = listMeta(result);
  if (media.form === 'table') return jsonBody(tableOf(target, result.records, metadata));
  if (media.form === 'partial') {
    return jsonBody({
      kind: 'PartialObjectMetadataList',
      apiVersion: metaApiVersion(media),
      metadata,
      items: result.records.map((record) => partialOf(record.as(representation), media)),
    });
  }
  const head = { kind: listKindOf(kind), apiVersion: apiVersionOf(representation), metadata };
  return {
    value: () => ({ ...head, items: result.records.map((record) => record.as(representation)) }),
    chunks: () => {
      const chunks: Buffer[] = [Buffer.from(`${JSON.stringify(head).slice(0, -1)},"items":[`)];
      for (const [index, record] of result.records.entries()) {
        if (index > 0) chunks.push(comma);
        chunks.push(...record.chunks(representation));
      }
      chunks.push(closing);
      return chunks;
    },
  };
}
