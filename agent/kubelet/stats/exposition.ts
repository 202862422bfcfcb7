/** Figures with the time of their measurement, in the text format that Prometheus reads. Pure. */

export interface Row {
  labels: Readonly<Record<string, string>>;
  value: number;
  /** Milliseconds since the epoch; absent for what was not measured. */
  at?: number;
}

export interface Family {
  name: string;
  type: 'counter' | 'gauge';
  help: string;
  rows: readonly Row[];
}

/** With the version of the format. */
export const expositionType = 'text/plain; version=0.0.4; charset=utf-8';

const escaped = (text: string): string => text.replace(/[\\\n"]/g, (sign) => (sign === '\n' ? '\\n' : `\\${sign}`));

/** '' for a family without rows. */
export function familyText({ name, type, help, rows }: Family): string {
  if (rows.length === 0) return '';
  const lines = rows.map(({ labels, value, at }) => {
    const pairs = Object.entries(labels).map(([key, text]) => `${key}="${escaped(text)}"`);
    return `${name}${pairs.length > 0 ? `{${pairs.join(',')}}` : ''} ${value}${at === undefined ? '' : ` ${at}`}\n`;
  });
  return `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${lines.join('')}`;
}
