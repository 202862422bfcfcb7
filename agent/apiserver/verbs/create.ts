/** https://github.com/kubernetes/apiserver/blob/master/pkg/endpoints/handlers/create.go */
import { randomUUID } from 'node:crypto';
import { isAlreadyExists } from '../../api/errors.ts';
import type { AnyObject } from '../../api/types.ts';
import { timestamp } from '../../clock.ts';
import type { Core, Served } from '../core.ts';
import { badRequest } from '../errors.ts';
import { generatedName } from '../names.ts';
import type { ServerRequest } from '../request.ts';
import type { StoredRecord } from '../state/record.ts';
import { nameAsInPath, toStored } from './decode.ts';
import { enter } from './enter.ts';
import type { Call } from './resources.ts';

const generateAttempts = 8;

function stamp(core: Core, { kind }: Served, object: AnyObject): void {
  const { metadata } = object;
  metadata.uid = randomUUID();
  metadata.creationTimestamp = timestamp(core.clock.now());
  delete metadata.deletionTimestamp;
  delete metadata.deletionGracePeriodSeconds;
  delete metadata.managedFields;
  delete metadata.selfLink;
  if (kind.hasGeneration) metadata.generation = 1;
  else delete metadata.generation;
}

async function store(core: Core, served: Served, object: AnyObject, request: ServerRequest, dryRun: boolean) {
  const { kind } = served;
  kind.default?.(object);
  stamp(core, served, object);
  kind.prepareForCreate?.(object);
  const settle = enter(core, served, request, { object, old: undefined, subresource: '', dryRun });
  try {
    return await core.storage.create(kind, object, dryRun);
  } finally {
    settle();
  }
}

export async function create({ core, served, path, request, body }: Call, dryRun: boolean): Promise<StoredRecord> {
  const draft = toStored(core, served, path, body, request);
  const { metadata } = draft;
  if (path.name) nameAsInPath(draft, path);
  if (metadata.resourceVersion) throw badRequest('resourceVersion should not be set on objects to be created');
  const base = metadata.name ? undefined : metadata.generateName;
  for (let attempt = 1; ; attempt += 1) {
    const name = base === undefined ? metadata.name : generatedName(base);
    const object = base === undefined ? draft : structuredClone(draft);
    object.metadata.name = name;
    try {
      return await store(core, served, object, request, dryRun);
    } catch (error) {
      if (base === undefined || attempt === generateAttempts || !isAlreadyExists(error)) throw error;
    }
  }
}
