/**
 * Who a container runs as. The engine reads `/etc/passwd` and `/etc/group` of the image itself; where its rule for
 * groups is not the pod's, and for the pod's status, the accounts of each image are read once.
 */
import { constants } from 'node:fs';
import { open, readlink } from 'node:fs/promises';
import type Docker from 'dockerode';
import type { ContainerInspectInfo } from 'dockerode';
import { extract } from 'tar-stream';
import {
  type Accounts,
  type IdentityRequest,
  identityOf,
  parseAccounts,
  requestOfEngine,
  suitsEngine,
} from '../identity.ts';
import type { ContainerConfig, ContainerUser } from '../runtime.ts';
import { ask, openStream, RuntimeError } from './engine.ts';

export interface Identities {
  /**
   * What a created container must have instead, for the groups that its pod asks for; undefined if it has them already.
   */
  changed(id: string, config: ContainerConfig, signal: AbortSignal): Promise<ContainerConfig | undefined>;
  /** Undefined if the accounts of the image are not known, and the container does not run. */
  of(info: ContainerInspectInfo): Promise<ContainerUser | undefined>;
}

/** In bytes; a larger file counts as empty. */
const largestFile = 1 << 20;

/**
 * Empty for what is not a plain file. A container may make any of its files a link to, or a pipe of, something else.
 */
async function readPlain(path: string): Promise<string> {
  const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    const about = await file.stat();
    return about.isFile() && about.size <= largestFile ? await file.readFile('utf8') : '';
  } finally {
    await file.close();
  }
}

/** Empty for a file that is missing, or is a link. */
const readIfPlain = (path: string): Promise<string> =>
  readPlain(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ELOOP') return '';
    throw error;
  });

/** Undefined if the process has ended meanwhile, or the engine hides its files. */
async function accountsIn(pid: number): Promise<Accounts | undefined> {
  const root = `/proc/${pid}/root`;
  try {
    const [passwd, group] = [await readIfPlain(`${root}/etc/passwd`), await readIfPlain(`${root}/etc/group`)];
    await readlink(root);
    return parseAccounts(passwd, group);
  } catch {
    return undefined;
  }
}

/** Reads a file out of a container that need not run. */
async function readFrom(docker: Docker, id: string, path: string, signal: AbortSignal): Promise<string> {
  const files = extract();
  try {
    const archive = await openStream(docker, `/containers/${id}/archive`, { path }, signal);
    archive.pipe(files);
    let text = '';
    for await (const entry of files) {
      for await (const chunk of entry) if (text.length <= largestFile) text += chunk;
    }
    return text.length <= largestFile ? text : '';
  } catch (error) {
    if (error instanceof RuntimeError && error.statusCode === 404) return '';
    throw error;
  }
}

const requestOf = ({ security: { user = '', groups, imageGroups } }: ContainerConfig): IdentityRequest => ({
  user,
  groups,
  imageGroups: imageGroups ?? 'merged',
});

export function createIdentities(docker: Docker): Identities {
  const known = new Map<string, Accounts>();

  const accountsOf = async (id: string, signal: AbortSignal): Promise<Accounts> => {
    const info = await ask(docker.getContainer(id).inspect({ abortSignal: signal }));
    const image = info?.Image ?? '';
    const before = known.get(image);
    if (before) return before;
    const [passwd, group] = [
      await readFrom(docker, id, '/etc/passwd', signal),
      await readFrom(docker, id, '/etc/group', signal),
    ];
    const accounts = parseAccounts(passwd, group);
    known.set(image, accounts);
    return accounts;
  };

  return {
    async changed(id, config, signal) {
      const request = requestOf(config);
      if (suitsEngine(request)) return undefined;
      const accounts = await accountsOf(id, signal);
      const wanted = identityOf(accounts, request);
      const given = identityOf(accounts, requestOfEngine(request.user, request.groups));
      if (!wanted || String(wanted.groups) === String(given?.groups)) return undefined;
      const groups = wanted.groups.filter((gid) => gid !== wanted.gid).map(String);
      return { ...config, security: { ...config.security, user: `${wanted.uid}:${wanted.gid}`, groups } };
    },
    async of({ Image, State, Config, HostConfig }) {
      let accounts = known.get(Image);
      if (!accounts && State.Pid > 0) {
        accounts = await accountsIn(State.Pid);
        if (accounts) known.set(Image, accounts);
      }
      return accounts && identityOf(accounts, requestOfEngine(Config.User, HostConfig.GroupAdd ?? []));
    },
  };
}
