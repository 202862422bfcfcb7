/**
 * What container engines answer, where they differ: pure, for both sides that talk to one. Podman speaks Docker's API
 * with words of its own.
 */

export interface EngineKind {
  podman: boolean;
  /** Of the engine: `20.10.24`, `4.3.1`; empty where it does not tell. */
  version: string;
  /** `1.41`. */
  apiVersion: string;
}

type Headers = Readonly<Record<string, string | string[] | undefined>>;

/**
 * Who answers, by the headers of `/_ping`, which costs nothing: at `/version` Podman asks its helpers and the package
 * manager, for seconds where the machine is busy.
 * https://docs.docker.com/reference/api/engine/version/v1.41/#tag/System/operation/SystemPing
 * https://github.com/containers/podman/blob/v4.3.1/pkg/api/server/handler_api.go
 */
export function engineKind(headers: Headers): EngineKind {
  const libpod = headers['libpod-api-version'];
  const [, server = ''] = /^\w+\/(\d[^+~\s-]*)/.exec(String(headers.server ?? '')) ?? [];
  return {
    podman: libpod !== undefined,
    version: libpod === undefined ? server : String(libpod),
    apiVersion: String(headers['api-version'] ?? ''),
  };
}

/**
 * What a container of a rootless Podman is given at least: lowering the value takes CAP_SYS_RESOURCE, older Podman asks
 * for 0 where nothing is said, and systemd starts a user's services, Podman among them, with 100 or 200.
 * https://github.com/containers/podman/issues/19829
 */
export const rootlessOomScore = 300;

/** Minor versions are numbers of their own: 1.9 is older than 1.41. */
export function isOlder(version: string, than: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const [thanMajor = 0, thanMinor = 0] = than.split('.').map(Number);
  return major < thanMajor || (major === thanMajor && minor < thanMinor);
}

/**
 * Podman answers 500 to much of what Docker has a code of its own for; the cause is the same text whatever the
 * container.
 * https://github.com/containers/podman/blob/v4.3.1/libpod/define/errors.go
 */
const codes: Readonly<Record<string, number>> = {
  'no such container': 404,
  'container state improper': 409,
  'that name is already in use': 409,
};

interface Refusal {
  statusCode?: unknown;
  json?: { cause?: unknown; message?: unknown } | null;
}

const refusalOf = (error: unknown): Refusal => (typeof error === 'object' && error !== null ? error : {});

/** The status of an engine's refusal, as Docker would have it. */
export function statusOf(error: unknown): number | undefined {
  const { statusCode, json } = refusalOf(error);
  if (typeof statusCode !== 'number') return undefined;
  return (statusCode === 500 ? codes[String(json?.cause)] : undefined) ?? statusCode;
}

/** Ids of the containers that live in the one that was to be removed: Podman wants them removed before it. */
export function dependentsIn(error: unknown): string[] {
  const [, ids] = /has dependent containers which must be removed before it: ([^:]*)/.exec(messageOf(error)) ?? [];
  return ids?.match(/[0-9a-f]{64}/g) ?? [];
}

const messageOf = (error: unknown): string => {
  const { json } = refusalOf(error);
  return typeof json?.message === 'string' ? json.message : '';
};

/** Its success has a code that dockerode does not expect: 201 where Docker says 200. */
export async function resized(request: Promise<unknown>): Promise<void> {
  try {
    await request;
  } catch (error) {
    if (statusOf(error) !== 201) throw error;
  }
}
