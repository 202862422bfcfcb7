/**
 * The user and the groups that a container's first process has. Pure.
 * https://kubernetes.io/docs/tasks/configure-pod-container/security-context/#supplementalgroupspolicy
 */
import type { ContainerUser } from './runtime.ts';

/** What `/etc/passwd` and `/etc/group` of an image say. */
export interface Accounts {
  users: readonly { name: string; uid: number; gid: number }[];
  groups: readonly { name: string; gid: number; members: readonly string[] }[];
}

export const noAccounts: Accounts = { users: [], groups: [] };

const rowsOf = (text: string): string[][] =>
  text
    .split('\n')
    .filter((line) => line.includes(':') && !line.startsWith('#'))
    .map((line) => line.split(':'));

const numberOf = (text = ''): number => (/^\d+$/.test(text) ? Number(text) : Number.NaN);

/** Lines that are no accounts are left out. */
export const parseAccounts = (passwd: string, group: string): Accounts => ({
  users: rowsOf(passwd)
    .map(([name = '', , uid, gid]) => ({ name, uid: numberOf(uid), gid: numberOf(gid) }))
    .filter(({ uid, gid }) => Number.isInteger(uid) && Number.isInteger(gid)),
  groups: rowsOf(group)
    .map(([name = '', , gid, members = '']) => ({ name, gid: numberOf(gid), members: members.split(',') }))
    .filter(({ gid }) => Number.isInteger(gid)),
});

export interface IdentityRequest {
  /** `USER` or `USER:GROUP`, each a name or a number, as engines take it; '' is root. */
  user: string;
  /** Numbers of further groups. */
  groups: readonly string[];
  /** Whether the groups that the image's `/etc/group` gives the user count. */
  imageGroups: 'merged' | 'ignored';
}

const inOrder = (groups: readonly number[]): number[] => [...new Set(groups)].sort((a, b) => a - b);

/**
 * Undefined if the image does not know the name of the user or the group: the engine does not start such a container.
 */
export function identityOf(accounts: Accounts, request: IdentityRequest): ContainerUser | undefined {
  const [user = '', group = ''] = request.user.split(':');
  const entry =
    accounts.users.find(({ name }) => name === user) ?? accounts.users.find(({ uid }) => uid === Number(user));
  const uid = entry?.uid ?? Number(user);
  const gid =
    group === '' ? (entry?.gid ?? 0) : (accounts.groups.find(({ name }) => name === group)?.gid ?? Number(group));
  if (!Number.isInteger(uid) || !Number.isInteger(gid)) return undefined;
  const own =
    request.imageGroups === 'merged' && entry
      ? accounts.groups.filter((each) => each.members.includes(entry.name))
      : [];
  return { uid, gid, groups: inOrder([gid, ...own.map((each) => each.gid), ...request.groups.map(Number)]) };
}

/** An engine adds the groups of the image if, and only if, the user names no group. */
export const requestOfEngine = (user: string, groups: readonly string[]): IdentityRequest => ({
  user,
  groups,
  imageGroups: user.includes(':') ? 'ignored' : 'merged',
});

/** True if the engine would give the container the groups that it should have. */
export const suitsEngine = ({ user, groups, imageGroups }: IdentityRequest): boolean =>
  requestOfEngine(user, groups).imageGroups === imageGroups;
