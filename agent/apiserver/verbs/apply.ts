/**
 * PATCH with a configuration: server-side apply.
 * https://github.com/kubernetes/apiserver/blob/release-1.36/pkg/endpoints/handlers/patch.go (applyPatcher) and
 * https://github.com/kubernetes/apimachinery/blob/release-1.36/pkg/util/managedfields/internal/structuredmerge.go
 */
import { ApiError, isAlreadyExists } from '../../api/errors.ts';
import { copyOf, isObject } from '../../api/json/value.ts';
import { apiVersionOf } from '../../api/kind.ts';
import { type Applied, applied } from '../../api/managed/apply.ts';
import { configProblems } from '../../api/managed/check-config.ts';
import type { ManagerEntry } from '../../api/managed/entries.ts';
import { noFields } from '../../api/managed/field-set.ts';
import {
  fieldsLastApplied,
  lastAppliedAnnotation,
  lastAppliedManager,
  noteOf,
} from '../../api/managed/last-applied.ts';
import { annotationsFit } from '../../api/selector-validation.ts';
import type { AnyObject } from '../../api/types.ts';
import { timestamp } from '../../clock.ts';
import { forbiddenRequest } from '../authorization/forbidden.ts';
import { badRequest } from '../errors.ts';
import { isTrue } from '../request.ts';
import { scopeOf } from '../resources/subresource-scopes.ts';
import type { StoredRecord } from '../state/record.ts';
import { withVersions } from './apply-versions.ts';
import { attributesOf, type Call } from './call.ts';
import { create } from './create.ts';
import type { Track } from './pipeline.ts';
import { type Revision, update } from './update.ts';

type Type = Pick<AnyObject, 'apiVersion' | 'kind'>;

/** Go's text of a group, version and kind. */
function typeText({ apiVersion, kind }: Type): string {
  return `${apiVersion.includes('/') ? apiVersion : `/${apiVersion}`}, Kind=${kind}`;
}

const typeOf = ({ served }: Call): Type => ({
  apiVersion: apiVersionOf(served.representation),
  kind: served.kind.kind,
});

/** Throws `ApiError` where what was sent is no configuration of that type. */
export function configOf(body: unknown, expected: Type): AnyObject {
  if (!isObject(body)) {
    throw badRequest('error decoding YAML: the configuration is no object');
  }
  const { apiVersion = '', kind = '', metadata } = body;
  if (apiVersion !== expected.apiVersion || kind !== expected.kind) {
    const given = typeText({ apiVersion: String(apiVersion), kind: String(kind) });
    throw badRequest(`invalid object type: ${given}`);
  }
  const known = isObject(metadata) ? metadata : {};
  if (known.managedFields !== undefined && known.managedFields !== null) {
    throw badRequest('metadata.managedFields must be nil');
  }
  return { ...body, ...expected, metadata: known as object as AnyObject['metadata'] };
}

/** Upstream answers 500 here, with what is wrong and no reason. */
function checkConfig({ core, served }: Call, config: AnyObject): void {
  const schema = core.schemas.schemaOf(served.representation);
  const problems = schema ? configProblems(schema.definitions, schema.root, config) : [];
  if (problems.length === 0) return;
  const { namespace = '', name = '' } = config.metadata;
  const detail = problems.length === 1 ? problems[0] : ['errors:', ...problems.map((each) => `  ${each}`)].join('\n');
  throw new ApiError(
    500,
    '',
    `failed to create typed patch object (${namespace}/${name}; ${typeText(config)}): ${detail}`,
  );
}

/** Only what a write to this path may change. */
function scoped({ served, path }: Call, config: AnyObject): AnyObject {
  const { apiVersion, kind, metadata } = config;
  return scopeOf(served, path.subresource)(copyOf(config), { apiVersion, kind, metadata });
}

const withoutManagers = ({ metadata: { managedFields: _managedFields, ...metadata }, ...rest }: AnyObject) =>
  ({ ...rest, metadata }) as AnyObject;

/** `live` is in the representation of the request; undefined where there is none yet. */
async function applyConfig(call: Call, config: AnyObject, live: AnyObject | undefined): Promise<Applied> {
  const { core, served, path, request } = call;
  const { fieldManager: manager } = attributesOf(call, { operation: 'update' });
  const apiVersion = apiVersionOf(served.representation);
  const schema = core.schemas.schemaOf(served.representation);
  const isKubectl = manager === lastAppliedManager;
  const present = live && withoutManagers(live);
  const write = {
    manager,
    apiVersion,
    subresource: path.subresource,
    time: timestamp(core.clock.now()),
    force: isTrue(request.query.get('force')),
    live: present,
    entries: live?.metadata.managedFields,
    config,
    mayTake: isKubectl ? fieldsLastApplied(schema, apiVersion, present) : noFields,
  };
  const outcome = await withVersions(call, (inVersion) => core.turns.run(applied({ ...write, inVersion })));
  // It shares parts with what is stored, and the pipeline modifies it.
  await core.turns.pause();
  const object = copyOf(outcome.object) as AnyObject;
  if (isKubectl) keepNote(object, config);
  return { ...outcome, object };
}

/** Brings the annotation of a client-side apply up to date, unless it has grown too large. */
function keepNote(object: AnyObject, config: AnyObject): void {
  const note = noteOf(object, config);
  const { annotations } = object.metadata;
  if (note === undefined || !annotations) return;
  annotations[lastAppliedAnnotation] = note;
  if (!annotationsFit(annotations)) delete annotations[lastAppliedAnnotation];
}

/** The entries are those that the apply has found, not those of an update. */
const keepEntries =
  (entries: () => readonly ManagerEntry[]): Track =>
  async (_core, { object }) => {
    if (!object) return;
    const { managedFields: _managedFields, ...metadata } = object.metadata;
    const found = entries();
    object.metadata = found.length > 0 ? { ...metadata, managedFields: [...found] } : metadata;
  };

/** What the apply makes of an object, and who owns it then. */
export function revisionBy(call: Call, config: AnyObject): Required<Revision> {
  let entries: readonly ManagerEntry[] = [];
  return {
    revise: async (live) => {
      const outcome = await applyConfig(call, config, live);
      entries = outcome.entries;
      return outcome.object;
    },
    track: keepEntries(() => entries),
  };
}

/** Whoever applies an object that is not there needs the right to create it. */
function checkCreates({ core, info }: Call): void {
  const asCreate = { ...info, verb: 'create' };
  const { decision, reason } = core.authorizer.authorize(asCreate);
  if (decision !== 'allow') throw forbiddenRequest(asCreate, reason);
}

async function createApplied(call: Call, config: AnyObject): Promise<StoredRecord> {
  checkCreates(call);
  const { object, entries } = await applyConfig(call, config, undefined);
  return create(
    call,
    object,
    keepEntries(() => entries),
  );
}

export interface AppliedRecord {
  status: 200 | 201;
  record: StoredRecord;
}

/** Creates the object where there is none. */
export async function apply(call: Call): Promise<AppliedRecord> {
  const { core, served, path } = call;
  const sent = configOf(call.body, typeOf(call));
  checkConfig(call, sent);
  const config = scoped(call, sent);
  if (path.subresource === '' && !core.storage.find(served.kind, path.namespace, path.name)) {
    try {
      return { status: 201, record: await createApplied(call, config) };
    } catch (error) {
      // Somebody else has created it meanwhile.
      if (!isAlreadyExists(error)) throw error;
    }
  }
  return { status: 200, record: await update(call, revisionBy(call, config)) };
}
