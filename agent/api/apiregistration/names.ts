/** What an API service is called: its version, a dot and its group, which may be ''. */
import type { APIService } from '../types.ts';
import type { GroupVersion } from '../version-order.ts';

export const apiServiceName = ({ group, version }: GroupVersion): string => `${version}.${group}`;

export const groupVersionOf = ({ spec: { group = '', version = '' } }: APIService): GroupVersion => ({
  group,
  version,
});
