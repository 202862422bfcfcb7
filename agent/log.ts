/** Component logs, one line each, in the shape of klog so that people who know Kubernetes can read them. */
export interface Logger {
  info(message: string, fields?: Record<string, unknown>): void;
  warn(message: string, fields?: Record<string, unknown>): void;
  error(message: string, fields?: Record<string, unknown>): void;
}

const pad = (value: number, width: number): string => String(value).padStart(width, '0');

/** `I1121 00:46:29.000000       1 kubelet] Pod started pod="default/web"` */
function formatLine(
  level: 'I' | 'W' | 'E',
  component: string,
  at: Date,
  message: string,
  fields: Record<string, unknown> = {},
): string {
  const stamp = `${level}${pad(at.getUTCMonth() + 1, 2)}${pad(at.getUTCDate(), 2)} ${pad(at.getUTCHours(), 2)}:${pad(at.getUTCMinutes(), 2)}:${pad(at.getUTCSeconds(), 2)}.${pad(at.getUTCMilliseconds(), 3)}000`;
  const rest = Object.entries(fields)
    .map(([key, value]) => ` ${key}=${JSON.stringify(value instanceof Error ? value.message : value)}`)
    .join('');
  return `${stamp}       1 ${component}] ${message}${rest}`;
}

/** `write` gets whole lines without their newline. */
export function createLogger(component: string, write: (line: string) => void): Logger {
  const at = (level: 'I' | 'W' | 'E') => (message: string, fields?: Record<string, unknown>) =>
    write(formatLine(level, component, new Date(), message, fields));
  return { info: at('I'), warn: at('W'), error: at('E') };
}
