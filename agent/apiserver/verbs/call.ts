/** A request for a resource that is served, on its way through the verbs. */
import { managerName } from '../../api/managed/manager-name.ts';
import type { AnyObject } from '../../api/types.ts';
import type { Attributes, Operation } from '../admission/attributes.ts';
import type { Core, Served } from '../core.ts';
import type { ServerRequest } from '../request.ts';
import type { RequestInfo, ResourcePath } from '../request-info.ts';
import { isDryRun, writeOptionsOf } from './options.ts';

export interface Call {
  core: Core;
  served: Served;
  path: ResourcePath;
  info: RequestInfo;
  request: ServerRequest;
  /** Parsed; undefined where there is none. */
  body: unknown;
}

/** What differs between the writes that one call may consist of. */
export type Subject = Partial<Pick<Attributes, 'namespace' | 'name' | 'options' | 'letOthersGo'>> & {
  operation: Operation;
  object?: AnyObject | undefined;
  old?: AnyObject | undefined;
};

/** The write as admission sees it. Throws `ApiError` 422 where the options of the request are wrong. */
export function attributesOf({ served, path, info, request }: Call, subject: Subject): Attributes {
  const options = subject.options ?? writeOptionsOf(request);
  return {
    operation: subject.operation,
    kind: served.kind,
    subresource: path.subresource,
    namespace: subject.namespace ?? path.namespace,
    name: subject.name ?? path.name,
    object: subject.object,
    old: subject.old,
    user: request.user,
    options,
    dryRun: isDryRun(options),
    fieldManager: managerName(options.fieldManager, request.header('user-agent')),
    info,
    warnings: request.warnings,
    letOthersGo: subject.letOthersGo,
  };
}
