/** https://github.com/kubernetes/apiserver/blob/master/pkg/endpoints/handlers/create.go */

import { randomUUID } from 'node:crypto';
import { isAlreadyExists } from '../../api/errors.ts';
import { workingCopyOf } from '../../api/json/value.ts';
import type { AnyObject } from '../../api/types.ts';
import { timestamp } from '../../clock.ts';
import { type Attributes, objectIn, writtenAs } from '../admission/attributes.ts';
import type { Core } from '../core.ts';
import { badRequest } from '../errors.ts';
import { generatedName } from '../names.ts';
import { ClaimTaken } from '../state/claim-guard.ts';
import type { StoredRecord } from '../state/record.ts';
import { attributesOf, type Call } from './call.ts';
import { nameAsInPath, toStored } from './decode.ts';
import { accept, mutate, type Track } from './pipeline.ts';

const generateAttempts = 8;

/** The strategy: what only the server sets, and what creation resets whoever set it. */
function prepare(core: Core, attributes: Attributes, object: AnyObject): void {
  const { kind, user, subresource, warnings } = attributes;
  const { metadata } = object;
  const now = timestamp(core.clock.now());
  metadata.uid = randomUUID();
  metadata.creationTimestamp = now;
  delete metadata.deletionTimestamp;
  delete metadata.deletionGracePeriodSeconds;
  delete metadata.selfLink;
  if (kind.hasGeneration) metadata.generation = 1;
  writtenAs(attributes).prepareForCreate?.(object);
  kind.prepareForCreate?.(object, warnings);
  kind.stamp?.(object, { user, now, subresource, old: undefined });
}

async function store(core: Core, attributes: Attributes): Promise<StoredRecord> {
  const { kind, dryRun } = attributes;
  const object = objectIn(attributes);
  await core.turns.pause();
  prepare(core, attributes, object);
  const release = await accept(core, attributes);
  try {
    await core.turns.pause();
    return await core.storage.create(kind, object, dryRun);
  } finally {
    release();
  }
}

/** Chooses again where another server was faster to give what this object claims. */
async function storeNamed(core: Core, attributes: Attributes): Promise<StoredRecord> {
  if (!attributes.kind.claims) return store(core, attributes);
  const draft = objectIn(attributes);
  for (;;) {
    try {
      return await store(core, { ...attributes, object: workingCopyOf(draft) });
    } catch (error) {
      if (!(error instanceof ClaimTaken)) throw error;
    }
  }
}

/** Tries another name where the generated one is taken. */
async function storeGenerated(core: Core, attributes: Attributes, base: string): Promise<StoredRecord> {
  const draft = objectIn(attributes);
  for (let attempt = 1; ; attempt += 1) {
    const object = workingCopyOf(draft);
    object.metadata.name = generatedName(base);
    try {
      return await storeNamed(core, { ...attributes, object });
    } catch (error) {
      if (attempt === generateAttempts || !isAlreadyExists(error)) throw error;
    }
  }
}

/** `body`, which it may modify, is in the representation of the request. */
export async function create(call: Call, body: unknown = call.body, track?: Track): Promise<StoredRecord> {
  const { core, path } = call;
  const draft = await toStored(call, body);
  if (path.name) nameAsInPath(draft, path);
  if (draft.metadata.resourceVersion) {
    throw badRequest('resourceVersion should not be set on objects to be created');
  }
  const attributes = attributesOf(call, { operation: 'create', name: draft.metadata.name ?? '', object: draft });
  const { metadata } = await mutate(core, attributes, track);
  if (metadata.name || !metadata.generateName) return storeNamed(core, attributes);
  return storeGenerated(core, attributes, metadata.generateName);
}
