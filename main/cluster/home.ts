/** Where Skiff keeps its own files: `SKIFF_HOME`, else the platform's folder for application data. */
import { rm, rmdir } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { EngineError } from '../engine/errors.ts';
import { codeOf } from '../lock-file.ts';
import { quoted } from '../quoted.ts';

export interface Home {
  root: string;
  profile(name: string): string;
  profiles: string;
  locks: string;
  cache: string;
  backups: string;
  preferences: string;
}

function platformFolder(env: NodeJS.ProcessEnv, platform: NodeJS.Platform, home: string): string {
  if (platform === 'win32') return join(env.APPDATA ?? join(home, 'AppData/Roaming'), 'Skiff');
  if (platform === 'darwin') return join(home, 'Library/Application Support/Skiff');
  return join(env.XDG_DATA_HOME || join(home, '.local/share'), 'skiff');
}

export function skiffHome(
  env: NodeJS.ProcessEnv = process.env,
  platform: NodeJS.Platform = process.platform,
  home: string = homedir(),
): Home {
  const root = env.SKIFF_HOME || platformFolder(env, platform, home);
  const profiles = join(root, 'profiles');
  return {
    root,
    profiles,
    profile: (name) => join(profiles, name),
    locks: join(root, 'locks'),
    cache: join(root, 'cache'),
    backups: join(root, 'kubeconfig-backups'),
    preferences: join(root, 'preferences.json'),
  };
}

const elsewhere = 'or set SKIFF_HOME to a folder where that is possible';

/** Adds the next step to an error about writing one of Skiff's own files; other errors stay as they are. */
export function homeError(file: string, cause: unknown): unknown {
  const code = codeOf(cause);
  if (['EACCES', 'EPERM', 'EROFS'].includes(code)) {
    // The path that could not be made, which may be a folder above the file.
    const made = cause instanceof Error && 'path' in cause ? String(cause.path) : file;
    const hint = `Check who owns it (\`ls -ld ${quoted(dirname(made))}\`) and make it writable, ${elsewhere}.`;
    return new EngineError('HomeReadOnly', `${file} cannot be written: its folder is read-only for you`, {
      hint,
      cause,
    });
  }
  if (['ENOSPC', 'EDQUOT'].includes(code)) {
    const message = `${file} cannot be written: the disk is full`;
    return new EngineError('HomeFull', message, { hint: `Free some space, ${elsewhere}.`, cause });
  }
  return cause;
}

/** After the last profile is gone: removes what Skiff only cached, and all folders that are empty then. */
export async function tidyHome(home: Home): Promise<void> {
  await rm(home.cache, { recursive: true, force: true });
  for (const folder of [home.profiles, home.backups, home.locks, home.root]) {
    await rmdir(folder).catch((error: NodeJS.ErrnoException) => {
      if (!['ENOENT', 'ENOTEMPTY', 'EEXIST'].includes(error.code ?? '')) throw error;
    });
  }
}
