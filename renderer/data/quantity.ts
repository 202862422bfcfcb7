/** Quantities as numbers, and numbers as people read them. */
const suffixes: Record<string, number> = {
  n: 1e-9,
  u: 1e-6,
  m: 1e-3,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
};

/** https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/ ; 0 for what is none. */
export function toNumber(quantity: string | number | undefined): number {
  if (typeof quantity === 'number') return quantity;
  const match = /^([+-]?[\d.]+(?:[eE][+-]?\d+)?)([numkMGT]i?|Ki)?$/.exec(quantity ?? '');
  return match ? Number(match[1]) * (suffixes[match[2] ?? ''] ?? 1) : 0;
}

export function formatBytes(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  const step = bytes < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log2(bytes) / 10));
  const value = bytes / 2 ** (10 * step);
  return `${value >= 100 || step === 0 ? Math.round(value) : value.toFixed(1)} ${units[step]}`;
}

export const formatCount = (count: number): string => count.toLocaleString('en');

/** `0.25 cores` reads better as `250m` to those who know Kubernetes. */
export const formatCpu = (cores: number): string =>
  cores >= 10 ? cores.toFixed(0) : cores >= 1 ? String(Math.round(cores * 10) / 10) : `${Math.round(cores * 1000)}m`;

const durationUnits: Readonly<Record<string, number>> = {
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  y: 31_536_000_000,
};

/** Milliseconds of an age as kubectl writes it (`3d4h`, `5m`); undefined for any other text. */
export function parseDuration(text: string): number | undefined {
  if (!/^(\d{1,9}[smhdy]){1,3}$/.test(text)) return undefined;
  const parts = [...text.matchAll(/(\d+)([smhdy])/g)];
  return parts.reduce((sum, [, count, unit = '']) => sum + Number(count) * (durationUnits[unit] ?? 0), 0);
}
