/** The answers to requests for a resource that is stored, by verb; `routes.ts` chooses among them. */
import { isNotFound } from '../api/errors.ts';
import { copyOf, isObject } from '../api/json/value.ts';
import { mediaType } from '../api/media-types.ts';
import type { AnyObject, meta } from '../api/types.ts';
import { computedState } from './computed/computed.ts';
import { badRequest, notComputed } from './errors.ts';
import { listBody, recordBody } from './forms.ts';
import { negotiate, negotiateStream } from './media.ts';
import { patcher } from './patches.ts';
import { json, type Reply } from './reply.ts';
import { isTrue, mediaTypeOf } from './request.ts';
import { createSelection, type Selection } from './selection.ts';
import type { StoredRecord } from './state/record.ts';
import type { ResourceState } from './state/resource-state.ts';
import type { LetOthersGo, Outcome } from './storage.ts';
import type { PostedSubresource } from './subresources/posted.ts';
import { applyScale, rescale, scaleOf } from './subresources/scale.ts';
import type { Target } from './target.ts';
import { apply } from './verbs/apply.ts';
import { attributesOf, type Call } from './verbs/call.ts';
import { create } from './verbs/create.ts';
import { askedPropagation, remove } from './verbs/delete.ts';
import { type ListResult, list } from './verbs/list.ts';
import { checkDeleteOptions, checkListOptions, deleteOptionsOf, numberOf } from './verbs/options.ts';
import { admit } from './verbs/pipeline.ts';
import { update } from './verbs/update.ts';
import { type WatchLimits, watch } from './verbs/watch.ts';

const watchLimits: WatchLimits = { pendingBytes: 16 << 20, pendingEvents: 100_000 };
/** Milliseconds; upstream's --min-request-timeout, up to twice of which a watch lasts. */
const minimalWatch = 1800_000;

/** Throws where the answer is asked for in a form that is not served: call it before anything is written. */
function targetOf({ core, served, request }: Call, choose = negotiate): Target {
  const includeObject = request.query.get('includeObject') ?? 'Metadata';
  if (!['None', 'Metadata', 'Object'].includes(includeObject)) {
    throw badRequest(`unrecognized includeObject value: "${includeObject}"`);
  }
  const media = choose(request.header('accept'), served.representation);
  return { ...served, media, includeObject, now: () => core.clock.now() };
}

function selectionOf({ core, served, path, request }: Call): Selection {
  const { namespace, name } = path;
  const labelSelector = request.query.get('labelSelector') ?? '';
  const fieldSelector = request.query.get('fieldSelector') ?? '';
  return createSelection(served, { namespace, name, labelSelector, fieldSelector }, core.converter);
}

async function listedReply({ core }: Call, target: Target, result: ListResult): Promise<Reply> {
  const { kind, representation, media } = target;
  await core.converter.prepare(kind, representation, result.records);
  return { status: 200, encoding: media.encoding, body: listBody(target, result) };
}

/** What the query of a list, or of the deletion of one, asks for. */
async function resultOf(call: Call): Promise<ListResult> {
  const { core, served, request } = call;
  const { query } = request;
  const wanted = {
    selection: selectionOf(call),
    limit: numberOf(query, 'limit'),
    continue: query.get('continue') ?? '',
    resourceVersion: query.get('resourceVersion') ?? '',
    resourceVersionMatch: query.get('resourceVersionMatch') ?? '',
  };
  const computed = computedState(core, served.kind);
  const present = computed ? await computed : core.state.of(served.kind);
  return list(present, wanted, core.state, core.readTurns);
}

export async function listReply(call: Call): Promise<Reply> {
  checkListOptions(call.request.query, false);
  const target = targetOf(call);
  return listedReply(call, target, await resultOf(call));
}

export async function watchReply(call: Call): Promise<Reply> {
  const { core, served, request } = call;
  const { query } = request;
  checkListOptions(query, true);
  const target = targetOf(call, negotiateStream);
  const resourceVersion = query.get('resourceVersion') ?? '';
  if (!/^\d*$/.test(resourceVersion))
    throw badRequest(
      `resourceVersion: Invalid value: "${resourceVersion}": strconv.ParseUint: parsing "${resourceVersion}": invalid syntax`,
    );
  const sendInitialEvents = isTrue(query.get('sendInitialEvents'));
  const seconds = numberOf(query, 'timeoutSeconds');
  const wanted = {
    target,
    selection: selectionOf(call),
    resourceVersion,
    bookmarks: isTrue(query.get('allowWatchBookmarks')),
    sendInitialEvents,
    timeout: seconds > 0 ? seconds * 1000 : minimalWatch * (1 + Math.random()),
  };
  const { state, clock, readTurns: turns, converter } = core;
  const watching = { revision: () => state.revision, limits: watchLimits, clock, turns, converter };
  // Over a WebSocket each event is a message in JSON.
  const encoding = request.header('upgrade')?.toLowerCase() === 'websocket' ? 'json' : target.media.encoding;
  const encoder = encoding === 'protobuf' ? (await import('./protobuf/encode.ts')).protobufEncoder : undefined;
  return { status: 200, encoding, watch: watch(state.of(served.kind), { ...wanted, encoder }, watching) };
}

async function recordReply({ core }: Call, target: Target, status: number, record: StoredRecord): Promise<Reply> {
  const { kind, representation, media } = target;
  const converting = core.converter.prepare(kind, representation, [record]);
  if (converting) await converting;
  return { status, encoding: media.encoding, body: recordBody(target, record) };
}

const success = (status: number, details?: object): Reply =>
  json(status, {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Success',
    ...(details ? { details } : {}),
    ...(status === 200 ? {} : { code: status }),
  });

function deletionReply(call: Call, target: Target, { action, record }: Outcome): Reply | Promise<Reply> {
  const { kind, representation } = target;
  if (action !== 'remove' || kind.deletionAnswer === 'object') return recordReply(call, target, 200, record);
  return success(200, {
    name: record.name,
    ...(representation.group ? { group: representation.group } : {}),
    kind: kind.plural,
    uid: record.object.metadata.uid,
  });
}

/** A client that says nothing of dependents may not expect that they stay. */
function warnOfOrphans({ served, request }: Call, options: meta.DeleteOptions): void {
  const { kind, representation } = served;
  if (!kind.warnOfOrphans || !representation.orphansByDefault) return;
  if (askedPropagation(options) === undefined) request.warnings.push(kind.warnOfOrphans);
}

function removeObject(call: Call, namespace: string, name: string, options: meta.DeleteOptions): Promise<Outcome> {
  const { core, served } = call;
  const { orphansByDefault } = served.representation;
  const admitDeletion = (old: AnyObject, letOthersGo: LetOthersGo) =>
    admit(core, attributesOf(call, { operation: 'delete', namespace, name, old, options, letOthersGo }));
  return remove(core, served.kind, { namespace, name, options, orphansByDefault, admit: admitDeletion });
}

/** So many share a commit of the store, and the rest wait outside. */
const deletionsAtOnce = 100;

function unlessNotFound(error: unknown): void {
  if (!isNotFound(error)) throw error;
}

export async function deleteCollectionReply(call: Call): Promise<Reply> {
  const { core, request } = call;
  checkListOptions(request.query, false);
  const target = targetOf(call);
  const options = deleteOptionsOf(request, call.body);
  checkDeleteOptions(options);
  warnOfOrphans(call, options);
  const result = await resultOf(call);
  const left = result.records.values();
  const removeAll = async () => {
    for (const { namespace, name } of left) {
      await core.turns.pause();
      // Somebody else was faster, which is what was asked for.
      await removeObject(call, namespace, name, options).catch(unlessNotFound);
    }
  };
  const outcomes = await Promise.allSettled(Array.from({ length: deletionsAtOnce }, removeAll));
  for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
  return listedReply(call, target, result);
}

function revisionOf({ core, served, request, body }: Call): (current: AnyObject) => unknown {
  if (request.method === 'PUT') return () => copyOf(body);
  return patcher(core, served, mediaTypeOf(request), body);
}

const isApply = ({ request }: Call): boolean =>
  request.method === 'PATCH' && mediaTypeOf(request) === mediaType.applyPatch;

export async function readScale({ core, served, path }: Call): Promise<Reply> {
  return json(200, await scaleOf(core, served, core.storage.get(served.kind, path.namespace, path.name)));
}

export async function writeScale(call: Call): Promise<Reply> {
  const record = await (isApply(call) ? applyScale(call) : rescale(call, revisionOf(call)));
  return json(200, await scaleOf(call.core, call.served, record));
}

export const postReply =
  (post: PostedSubresource) =>
  async (call: Call): Promise<Reply> => {
    const answer = await post(call);
    return answer ? json(201, answer) : success(201);
  };

export async function createReply(call: Call): Promise<Reply> {
  const target = targetOf(call);
  return recordReply(call, target, 201, await create(call));
}

async function computedReply(call: Call, computed: Promise<ResourceState>): Promise<Reply> {
  const { served, path } = call;
  const id = path.namespace ? `${path.namespace}/${path.name}` : path.name;
  const found = (await computed).objects.get(id);
  if (!found) throw notComputed(served.kind, id);
  return recordReply(call, targetOf(call), 200, found);
}

export function getReply(call: Call): Reply | Promise<Reply> {
  const { core, served, path } = call;
  const computed = computedState(core, served.kind);
  if (computed) return computedReply(call, computed);
  return recordReply(call, targetOf(call), 200, core.storage.get(served.kind, path.namespace, path.name));
}

/** A PUT that expects a present object, by its revision, is not one. */
function createsOnUpdate({ core, served: { kind }, path, body }: Call): boolean {
  if (!kind.createOnUpdate || path.subresource !== '') return false;
  if (core.storage.find(kind, path.namespace, path.name)) return false;
  return !(isObject(body) && isObject(body.metadata) && body.metadata.resourceVersion);
}

export async function patchReply(call: Call): Promise<Reply> {
  const target = targetOf(call);
  if (isApply(call)) {
    const { status, record } = await apply(call);
    return recordReply(call, target, status, record);
  }
  return recordReply(call, target, 200, await update(call, { revise: revisionOf(call) }));
}

export const putReply = (call: Call): Promise<Reply> => (createsOnUpdate(call) ? createReply(call) : patchReply(call));

export async function deleteReply(call: Call): Promise<Reply> {
  const { path, request, body } = call;
  const target = targetOf(call);
  const options = deleteOptionsOf(request, body);
  warnOfOrphans(call, options);
  return deletionReply(call, target, await removeObject(call, path.namespace, path.name, options));
}
