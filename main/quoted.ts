/** A path as one types it into a shell: in a command that is proposed, a space in it must not make two of it. */
export const quoted = (path: string): string =>
  /^[\w@%+=:,./-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`;
