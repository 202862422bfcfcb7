/**
 * Asks the API server what the user of a context may do, since only the server knows. Answers are kept for a moment, so
 * that opening a menu again asks nothing.
 * https://kubernetes.io/docs/reference/access-authn-authz/authorization/#checking-api-access
 */
import { ApiError } from '../../agent/api/errors.ts';
import type { AccessAnswer, AccessQuestion } from '../contract/resources.ts';
import type { KubeConnection } from '../kube/connection.ts';
import { requestJson } from '../kube/requests.ts';

interface Kept {
  until: number;
  answer: Promise<AccessAnswer>;
}

const keptMilliseconds = 15_000;
const maxKept = 2_000;
const known = new WeakMap<KubeConnection, Map<string, Kept>>();
const users = new WeakMap<KubeConnection, Promise<string | undefined>>();

const reviewPath = '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews';
const whoPath = '/apis/authentication.k8s.io/v1/selfsubjectreviews';

/**
 * Answers in the order of the questions. If the server has no such review, the answer is yes: the server still decides
 * when the action is tried.
 */
export function askAccess(
  connection: KubeConnection,
  questions: readonly AccessQuestion[],
  now: () => number,
): Promise<AccessAnswer[]> {
  const kept = known.get(connection) ?? new Map<string, Kept>();
  known.set(connection, kept);
  if (kept.size > maxKept) kept.clear();
  return Promise.all(
    questions.map((question) => {
      const key = JSON.stringify(question);
      const found = kept.get(key);
      if (found && found.until > now()) return found.answer;
      const answer = ask(connection, question);
      kept.set(key, { until: now() + keptMilliseconds, answer });
      answer.catch(() => kept.delete(key));
      return answer;
    }),
  );
}

async function ask(connection: KubeConnection, question: AccessQuestion): Promise<AccessAnswer> {
  const { resource, verb, subresource, namespace, name } = question;
  const resourceAttributes = { verb, group: resource.group, resource: resource.plural, subresource, namespace, name };
  const json = {
    apiVersion: 'authorization.k8s.io/v1',
    kind: 'SelfSubjectAccessReview',
    spec: { resourceAttributes },
  };
  const review = await requestJson<{ status?: { allowed?: boolean; reason?: string } }>(connection, {
    method: 'POST',
    path: reviewPath,
    json,
  }).catch(ifNotServed);
  const { allowed = true, reason } = review?.value.status ?? {};
  return allowed ? { allowed } : { allowed, reason: sentence(question, await userOf(connection), reason) };
}

function ifNotServed(error: unknown): undefined {
  if (error instanceof ApiError && (error.code === 404 || error.code === 403)) return undefined;
  throw error;
}

/** Undefined if the server does not say (before 1.28). */
function userOf(connection: KubeConnection): Promise<string | undefined> {
  const found = users.get(connection) ?? askWho(connection);
  users.set(connection, found);
  return found;
}

async function askWho(connection: KubeConnection): Promise<string | undefined> {
  const json = { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' };
  const request = { method: 'POST', path: whoPath, json } as const;
  const answer = await requestJson<{ status?: { userInfo?: { username?: string } } }>(connection, request).catch(
    (error: unknown) => {
      users.delete(connection);
      return ifNotServed(error);
    },
  );
  return answer?.value.status?.userInfo?.username;
}

function sentence({ resource, verb, subresource, namespace }: AccessQuestion, user?: string, reason?: string): string {
  const { group, plural } = resource;
  const what = `${plural}${subresource ? `/${subresource}` : ''}${group ? `.${group}` : ''}`;
  const where = namespace ? ` in namespace “${namespace}”` : '';
  return `${user ?? 'The user of this context'} may not ${verb} ${what}${where}${reason ? `: ${reason}` : ''}`;
}
