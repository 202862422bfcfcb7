/** Objects in the form that was negotiated. */
import { apiVersionOf, listKindOf } from '../api/kind.ts';
import { type Body, jsonBody, seriesBody } from './reply.ts';
import type { StoredRecord } from './state/record.ts';
import { tableOf } from './tables.ts';
import { metaApiVersion, partialOf, type Target } from './target.ts';
import type { ListResult } from './verbs/list.ts';

export function recordBody(target: Target, record: StoredRecord): Body {
  const { representation, media } = target;
  if (media.form === 'object') return jsonBody(record.as(representation), () => record.chunks(representation));
  if (media.form === 'partial') return jsonBody(partialOf(record.as(representation), media));
  return tableOf(target, [record], { resourceVersion: String(record.revision) });
}

function listMeta(result: ListResult) {
  return {
    resourceVersion: String(result.resourceVersion),
    ...(result.continue ? { continue: result.continue } : {}),
    ...(result.remainingItemCount === undefined ? {} : { remainingItemCount: result.remainingItemCount }),
  };
}

export function listBody(target: Target, result: ListResult): Body {
  const { kind, representation, media } = target;
  const { records: items } = result;
  const metadata = listMeta(result);
  if (media.form === 'table') return tableOf(target, items, metadata);
  if (media.form === 'partial') {
    const head = { kind: 'PartialObjectMetadataList', apiVersion: metaApiVersion(media), metadata };
    const valueIn = (record: StoredRecord) => partialOf(record.as(representation), media);
    return seriesBody({ head, field: 'items', items, valueIn });
  }
  return seriesBody({
    head: { kind: listKindOf(kind), apiVersion: apiVersionOf(representation), metadata },
    field: 'items',
    items,
    valueIn: (record) => record.as(representation),
    chunksIn: (record) => record.chunks(representation),
  });
}
