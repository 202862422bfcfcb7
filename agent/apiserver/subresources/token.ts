/** TokenRequest. https://kubernetes.io/docs/reference/kubernetes-api/authentication-resources/token-request-v1/ */
import { nodes } from '../../api/core/node.ts';
import { pods } from '../../api/core/pod.ts';
import { secrets } from '../../api/core/secret.ts';
import { serviceAccounts } from '../../api/core/service-account.ts';
import { invalid } from '../../api/field-errors.ts';
import type { AnyObject } from '../../api/types.ts';
import { timestamp } from '../../clock.ts';
import type { ObjectReference, TokenSubject } from '../authentication/service-account-tokens.ts';
import type { Core } from '../core.ts';
import { badRequest, conflict, invalidNamed } from '../errors.ts';
import { attributesOf, type Call } from '../verbs/call.ts';
import { decodePosted, postedType } from '../verbs/decode.ts';
import { admit } from '../verbs/pipeline.ts';

interface TokenRequestSpec {
  audiences?: string[];
  expirationSeconds?: number;
  boundObjectRef?: { kind?: string; name?: string; uid?: string };
}

const tenMinutes = 600;
const hour = 3600;
const longest = 2 ** 32;

const referenceTo = ({ metadata }: AnyObject): ObjectReference => ({ name: metadata.name, uid: metadata.uid });

function boundTo(core: Core, namespace: string, account: string, spec: TokenRequestSpec): Partial<TokenSubject> {
  const reference = spec.boundObjectRef;
  if (!reference) return {};
  const { kind: kindName, name = '', uid } = reference;
  const kind = kindName === 'Pod' ? pods : kindName === 'Secret' ? secrets : kindName === 'Node' ? nodes : undefined;
  if (!kind) throw badRequest(`cannot bind token for serviceaccount ${account} to object of type ${kindName}`);
  const { object } = core.storage.get(kind, kind.namespaced ? namespace : '', name);
  if (uid && uid !== object.metadata.uid) {
    throw conflict(
      kind,
      name,
      `the UID in the bound object reference (${uid}) does not match the UID in record. The object might have been deleted and then recreated`,
    );
  }
  if (kind === secrets) return { secret: referenceTo(object) };
  if (kind === nodes) return { node: referenceTo(object) };
  if (object.spec?.serviceAccountName !== account) {
    throw badRequest(
      `cannot bind token to a pod running as service account ${String(object.spec?.serviceAccountName)}`,
    );
  }
  const nodeName = object.spec.nodeName;
  const node = typeof nodeName === 'string' ? core.storage.find(nodes, '', nodeName) : undefined;
  return { pod: referenceTo(object), ...(node ? { node: referenceTo(node.object) } : {}) };
}

const reviewed = postedType('authentication.k8s.io', 'v1', 'TokenRequest');

/** https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/registry/core/serviceaccount/storage/token.go */
function checkNamed({ metadata: given }: AnyObject, namespace: string, name: string): void {
  const mismatch = (field: string, value: string) =>
    invalidNamed(reviewed, name, [
      invalid(`metadata.${field}`, value, `must match the service account ${field} if specified`),
    ]);
  if (given.name && given.name !== name) throw mismatch('name', given.name);
  if (given.namespace && given.namespace !== namespace) throw mismatch('namespace', given.namespace);
}

function lifetime(spec: TokenRequestSpec): number {
  const seconds = spec.expirationSeconds ?? hour;
  const complain = (detail: string) => invalidNamed(reviewed, '', [invalid('spec.expirationSeconds', seconds, detail)]);
  if (seconds < tenMinutes) throw complain('may not specify a duration less than 10 minutes');
  if (seconds > longest) throw complain('may not specify a duration larger than 2^32 seconds');
  return seconds;
}

export async function requestToken(call: Call) {
  const { core, path } = call;
  const { namespace, name } = path;
  const posted = decodePosted(call, reviewed, call.body ?? {});
  const attributes = attributesOf(call, { operation: 'create', object: posted });
  await admit(core, attributes);
  const request: { spec?: TokenRequestSpec } = attributes.object ?? posted;
  const spec = request.spec ?? {};
  checkNamed(posted, namespace, name);
  const { object: account } = core.storage.get(serviceAccounts, namespace, name);
  const audiences = spec.audiences?.length ? spec.audiences : [core.tokens.issuer];
  const seconds = lifetime(spec);
  const subject = { namespace, serviceaccount: referenceTo(account), ...boundTo(core, namespace, name, spec) };
  const now = Math.floor(core.clock.now() / 1000);
  return {
    kind: 'TokenRequest',
    apiVersion: 'authentication.k8s.io/v1',
    metadata: { name, namespace, creationTimestamp: timestamp(now * 1000) },
    spec: { ...spec, audiences, expirationSeconds: seconds },
    status: {
      token: core.tokens.issue(subject, audiences, now, seconds),
      expirationTimestamp: timestamp((now + seconds) * 1000),
    },
  };
}
