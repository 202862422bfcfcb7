/**
 * What an answer that is not 2xx means, in the words of upstream's client.
 * https://github.com/kubernetes/apimachinery/blob/release-1.36/pkg/api/errors/errors.go (NewGenericServerResponse)
 */
import { messageOf } from '../../api/errors.ts';
import type { SizeLimits } from '../../api/json/limits.ts';
import { parsingJson } from '../../api/json/parse.ts';
import { isObject } from '../../api/json/value.ts';
import type { Turns } from '../turns.ts';

export interface Answer {
  status: number;
  contentType: string;
  body: Buffer;
}

const messages: Readonly<Record<number, string>> = {
  400: 'the server rejected our request for an unknown reason',
  401: 'the server has asked for the client to provide credentials',
  404: 'the server could not find the requested resource',
  405: 'the server does not allow this method on the requested resource',
  409: 'the server reported a conflict',
  422: 'the server rejected our request due to an error in our request',
  429: 'the server has received too many requests and has asked us to try again later',
  503: 'the server is currently unable to handle the request',
  504: 'the server was unable to return a response in the time allotted, but may still be processing the request',
};

/** Characters of what the server said. */
const mostShown = 2048;

function statusText({ status, contentType, body }: Answer): string {
  const told = contentType.startsWith('text/') ? body.subarray(0, mostShown).toString('utf8').trim() : '';
  const said = told || 'unknown';
  const known = messages[status];
  if (known) return known;
  if (status === 403 || status === 406 || status === 415) return said;
  if (status >= 500)
    return `an error on the server (${JSON.stringify(said)}) has prevented the request from succeeding`;
  return `the server responded with the status code ${status} but did not return more information`;
}

const isFailure = (value: unknown): value is { message: string } =>
  isObject(value) && value.kind === 'Status' && value.status !== 'Success' && typeof value.message === 'string';

/** Decoded in turns. Throws `Error` with upstream's text. */
export async function decodeAnswer(answer: Answer, limits: SizeLimits, turns: Turns): Promise<unknown> {
  const { status, contentType, body } = answer;
  if (status < 200 || status > 299) throw new Error(statusText(answer));
  if (body.length === 0)
    throw new Error(`0-length response with status code: ${status} and content type: ${contentType}`);
  let value: unknown;
  try {
    value = await turns.run(parsingJson(body, limits));
  } catch (error) {
    throw new Error(`couldn't get version/kind; json parse error: ${messageOf(error)}`, { cause: error });
  }
  if (isFailure(value)) throw new Error(value.message);
  return value;
}
