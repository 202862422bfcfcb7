/** Words a connection error as Go's net package does. */
export function dialError(error: NodeJS.ErrnoException, host: string, port: number): string {
  if (error.code === 'ECONNREFUSED') return `dial tcp ${host}:${port}: connect: connection refused`;
  if (error.code === 'EHOSTUNREACH') return `dial tcp ${host}:${port}: connect: no route to host`;
  return error.message;
}
