/** Upstream's sample conversion: `hostPort` in v1 is `host` and `port` in v2. */
import type { AnyObject } from '../../../agent/api/types.ts';
import type { AnswerReview } from '../../fakes/webhook-server.ts';

export const convertHostPort: AnswerReview = ({ review }) => {
  const { uid, desiredAPIVersion, objects } = review.request as object as {
    uid: string;
    desiredAPIVersion: string;
    objects: AnyObject[];
  };
  const convertedObjects = objects.map(({ apiVersion: _before, hostPort, host, port, ...rest }) => {
    const [name = '', number = ''] = String(hostPort ?? '').split(':');
    const first = host === undefined && port === undefined ? {} : { hostPort: `${host ?? ''}:${port ?? ''}` };
    const second = hostPort === undefined ? {} : { host: name, port: number };
    return { apiVersion: desiredAPIVersion, ...rest, ...(desiredAPIVersion.endsWith('/v1') ? first : second) };
  });
  const response = { uid, result: { status: 'Success' }, convertedObjects };
  return { apiVersion: review.apiVersion, kind: 'ConversionReview', response };
};
