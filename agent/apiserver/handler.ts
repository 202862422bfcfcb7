/** The pipeline behind both transports: authorization, routing, verbs, and errors as `Status`. */
import { pods } from '../api/core/pod.ts';
import { ApiError } from '../api/errors.ts';
import { objectLimits, questionLimits, type SizeLimits } from '../api/json/limits.ts';
import type { Kind } from '../api/kind.ts';
import { StoreUnavailableError } from '../store/store.ts';
import type { Aggregation } from './aggregation/aggregation.ts';
import { forbiddenRequest } from './authorization/forbidden.ts';
import type { Core } from './core.ts';
import type { Documents } from './documents/documents.ts';
import { internalError, methodNotAllowed, noSuchPath, serverTimeout } from './errors.ts';
import { refuseTables } from './media.ts';
import type { RequestMetrics } from './metrics.ts';
import { type Answer, json, type Reply } from './reply.ts';
import type { ServerRequest } from './request.ts';
import { patienceOf, within } from './request-deadline.ts';
import { parseRequest, type RequestInfo, type ResourcePath } from './request-info.ts';
import { answerReview, reviewFor } from './reviews.ts';
import { routeOf } from './routes.ts';
import { streamTargetOf } from './streaming.ts';
import { bind } from './subresources/binding.ts';
import { connect } from './subresources/connect.ts';
import { isUnstored } from './unstored.ts';

/** Resolves when the request may be served; undefined: at once. Rejects with `ApiError` 429. */
export type Admit = (info: RequestInfo) => Promise<void> | undefined;

/** `admit` is asked before the request is authorized; without it everything is served at once. */
export type Handler = (request: ServerRequest, admit?: Admit) => Promise<Reply>;

export interface HandlerOptions {
  core: Core;
  documents: Documents;
  aggregation: Pick<Aggregation, 'at' | 'pass'>;
  metrics: RequestMetrics;
}

export const statusReply = (error: ApiError): Answer => ({
  ...json(error.code, error.toStatus()),
  ...(error.details?.retryAfterSeconds ? { headers: { 'retry-after': String(error.details.retryAfterSeconds) } } : {}),
});

/** What is posted to a subresource is stored nowhere, nor are the options of a deletion. */
const limitsOf = ({ method }: ServerRequest, { subresource }: ResourcePath, { mostValues }: Kind): SizeLimits =>
  method === 'DELETE' || (method === 'POST' && subresource !== '') ? questionLimits : objectLimits(mostValues);

/** What the metrics are told of a request for something that is served. */
interface Seen {
  info?: RequestInfo;
}

/** What a request gets that failed without a status of its own. */
function unanswered(error: unknown, info: RequestInfo | undefined): ApiError {
  const isLost = error instanceof StoreUnavailableError && info;
  return isLost ? serverTimeout(info.verb, info.resource, info.group) : internalError(error);
}

export function createHandler({ core, documents, aggregation, metrics }: HandlerOptions): Handler {
  const bindingReply = async (path: ResourcePath, info: RequestInfo, request: ServerRequest): Promise<Reply> => {
    const ofPods = { kind: pods, representation: pods.representations[0] };
    const binding = { ...path, subresource: 'binding' };
    await bind({ core, served: ofPods, path: binding, info, request, body: await request.body(questionLimits) });
    return json(201, { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code: 201 });
  };

  /** Of what is not stored, nothing but the POST that asks for an answer is there. */
  const unstored = async (
    path: ResourcePath,
    info: RequestInfo,
    request: ServerRequest,
    seen: Seen,
  ): Promise<Reply> => {
    if (!isUnstored(path)) throw noSuchPath();
    seen.info = info;
    if (request.method !== 'POST') throw methodNotAllowed();
    refuseTables(request.header('accept'));
    const review = reviewFor(path.group, path.version, path.resource);
    if (!review) return bindingReply(path, info, request);
    const body = await request.body(questionLimits);
    return json(201, await answerReview({ core, path, info, request, body }, review));
  };

  const route = async (request: ServerRequest, seen: Seen, admit: Admit | undefined): Promise<Reply> => {
    const { info, path } = parseRequest(request);
    const waiting = admit?.(info);
    if (waiting) await waiting;
    const { decision, reason } = core.authorizer.authorize(info);
    if (decision !== 'allow') throw forbiddenRequest(info, reason);
    const elsewhere = aggregation.at(request.pathname);
    // What is served there is not known here: the metrics hear of no names.
    if (elsewhere) return aggregation.pass(elsewhere, request);
    if (!path) return documents.reply(request);
    const served = core.kinds.find(path.group, path.version, path.resource);
    if (!served) return unstored(path, info, request, seen);
    const stream = streamTargetOf(served.kind, path, request);
    if (stream) {
      seen.info = info;
      return connect({ core, served, path, info, request, body: undefined }, stream);
    }
    const respond = routeOf(served, path, request);
    seen.info = info;
    if (served.representation.warning) request.warnings.push(served.representation.warning);
    // Of a kind that was registered a moment ago, the objects may still be on their way from the store.
    const reading = core.state.ready(served.kind);
    if (reading) await reading;
    const body = request.method === 'GET' ? undefined : await request.body(limitsOf(request, path, served.kind));
    return respond({ core, served, path, info, request, body });
  };

  const answered = async (request: ServerRequest, seen: Seen, admit: Admit | undefined): Promise<Reply> => {
    const patience = patienceOf(request);
    const reply = route(request, seen, admit);
    return patience === undefined ? reply : within(patience, reply, core.clock);
  };

  return async (request, admit) => {
    const started = performance.now();
    const seen: Seen = {};
    const answer = await answered(request, seen, admit).catch((error: unknown) => {
      if (error instanceof ApiError) return statusReply(error);
      core.log.error('Request failed', {
        method: request.method,
        path: request.pathname,
        error,
        stack: error instanceof Error ? error.stack : undefined,
      });
      return statusReply(unanswered(error, seen.info));
    });
    metrics.request(request, seen.info, answer, (performance.now() - started) / 1000);
    return answer;
  };
}
