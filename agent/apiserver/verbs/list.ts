/**
 * List, in chunks where asked.
 * https://kubernetes.io/docs/reference/using-api/api-concepts/#retrieving-large-results-sets-in-chunks
 */
import { ApiError } from '../../api/errors.ts';
import { badRequest, expired, tooLargeResourceVersion } from '../errors.ts';
import type { Selection } from '../selection.ts';
import type { StoredRecord } from '../state/record.ts';
import type { ResourceState } from '../state/resource-state.ts';
import type { Turns } from '../turns.ts';

export interface ListRequest {
  selection: Selection;
  limit: number;
  continue: string;
  resourceVersion: string;
  resourceVersionMatch: string;
}

export interface ListResult {
  records: StoredRecord[];
  resourceVersion: number;
  continue?: string;
  remainingItemCount?: number;
}

interface Token {
  /** Revision of the snapshot; -1 continues with what is there now. */
  rv: number;
  /** Id of the last object of the previous chunk. */
  start: string;
}

const encodeToken = (token: Token): string =>
  Buffer.from(JSON.stringify({ v: 'meta.k8s.io/v1', ...token })).toString('base64url');

function decodeToken(text: string): Token {
  try {
    const { v, rv, start } = JSON.parse(Buffer.from(text, 'base64url').toString('utf8'));
    if (v === 'meta.k8s.io/v1' && Number.isInteger(rv) && typeof start === 'string') return { rv, start };
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw badRequest('continue key is not valid: the token could not be decoded');
}

const tooOldToContinue = (token: Token): ApiError => {
  const error = expired(
    'The provided continue parameter is too old to display a consistent list result. You can start a new list without ' +
      'the continue parameter, or use the continue token in this response to retrieve the remainder of the results. ' +
      'Continuing with the provided token results in an inconsistent list - objects that were created, modified, or ' +
      'deleted between the time the first chunk was returned and now may show up in the list.',
  );
  return new (class extends ApiError {
    override toStatus() {
      return { ...super.toStatus(), metadata: { continue: encodeToken({ ...token, rv: -1 }) } };
    }
  })(error.code, error.reason, error.message);
};

/** Both in the order of their ids, and so is what they are merged into. */
function* merged(records: Iterable<StoredRecord>, gone: readonly StoredRecord[]): Iterable<StoredRecord> {
  let next = 0;
  for (const record of records) {
    for (let first = gone[next]; first && first.id < record.id; first = gone[next]) {
      yield first;
      next += 1;
    }
    yield record;
  }
  yield* gone.slice(next);
}

function* undone(
  present: readonly StoredRecord[],
  then: ReadonlyMap<string, StoredRecord | undefined>,
): Iterable<StoredRecord> {
  for (const record of present) {
    const before = then.has(record.id) ? then.get(record.id) : record;
    if (before) yield before;
  }
}

/** The objects as they were: the present with the later changes undone. Undefined where they are forgotten. */
function snapshotAt(state: ResourceState, revision: number, namespace: string): Iterable<StoredRecord> | undefined {
  const later = state.since(revision);
  if (!later) return undefined;
  const present = state.objects.list(namespace);
  if (later.length === 0) return present;
  /** What each object was that has changed since; undefined: it was not there. */
  const then = new Map<string, StoredRecord | undefined>();
  for (const { record, previous } of later) {
    if (!then.has(record.id) && (!namespace || record.namespace === namespace)) then.set(record.id, previous);
  }
  const gone = [...then.values()].flatMap((record) => (record && !state.objects.get(record.id) ? record : []));
  return merged(
    undone(present, then),
    gone.sort((a, b) => (a.id < b.id ? -1 : 1)),
  );
}

function checkRevision(request: ListRequest, current: number): number | undefined {
  const { resourceVersion, resourceVersionMatch } = request;
  if (!resourceVersion) return undefined;
  if (request.continue && resourceVersion !== '0') {
    throw badRequest('specifying resource version is not allowed when using continue');
  }
  if (!/^\d+$/.test(resourceVersion)) {
    throw badRequest(
      `resourceVersion: Invalid value: "${resourceVersion}": strconv.ParseUint: parsing "${resourceVersion}": invalid syntax`,
    );
  }
  const revision = Number(resourceVersion);
  if (revision > current) throw tooLargeResourceVersion(revision, current);
  return resourceVersionMatch === 'Exact' || (request.limit > 0 && revision > 0 && !resourceVersionMatch)
    ? revision
    : undefined;
}

function* after(records: Iterable<StoredRecord>, start: string): Iterable<StoredRecord> {
  for (const record of records) if (record.id > start) yield record;
}

/** Revisions of the whole state. */
export interface Present {
  readonly revision: number;
  /** Nobody is shown what was before. */
  readonly compacted: number;
}

function source(state: ResourceState, request: ListRequest, { revision: current, compacted }: Present) {
  const { namespace } = request.selection;
  const exact = checkRevision(request, current);
  const at = (revision: number) => (revision < compacted ? undefined : snapshotAt(state, revision, namespace));
  if (request.continue) {
    const token = decodeToken(request.continue);
    if (token.rv === -1) return { records: state.objects.list(namespace, token.start), revision: current };
    const snapshot = at(token.rv);
    if (!snapshot) throw tooOldToContinue(token);
    return { records: after(snapshot, token.start), revision: token.rv };
  }
  if (exact === undefined) return { records: state.objects.list(namespace), revision: current };
  const snapshot = at(exact);
  if (!snapshot) throw expired(`The resourceVersion for the provided list is too old.`);
  return { records: snapshot, revision: exact };
}

/** Those of the list that can be matched at once. */
async function matchable(selection: Selection, records: Iterable<StoredRecord>): Promise<Iterable<StoredRecord>> {
  if (!selection.converts) return records;
  const all = [...records];
  await selection.prepare(all);
  return all;
}

/** What is there when it is called; looked through in turns. */
export async function list(
  state: ResourceState,
  request: ListRequest,
  present: Present,
  turns: Turns,
): Promise<ListResult> {
  const { selection, limit } = request;
  const { records, revision } = source(state, request, present);
  const found: StoredRecord[] = [];
  // Where nothing is matched, a record takes less time than to ask for it.
  const lookEvery = selection.everything ? 1024 : 1;
  let [seen, more] = [0, 0];
  for (const record of await matchable(selection, records)) {
    if (seen % lookEvery === 0 && turns.isOver()) await turns.pause();
    seen += 1;
    if (!selection.matches(record)) continue;
    if (limit <= 0 || found.length < limit) found.push(record);
    else {
      more += 1;
      // Upstream counts what remains only where no selector has to be evaluated.
      if (!selection.everything) break;
    }
  }
  const last = found.at(-1);
  if (more === 0 || !last) return { records: found, resourceVersion: revision };
  return {
    records: found,
    resourceVersion: revision,
    continue: encodeToken({ rv: revision, start: last.id }),
    ...(selection.everything ? { remainingItemCount: more } : {}),
  };
}
