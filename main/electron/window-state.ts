/** Remembers where the window was, so that it opens there again, unless that display is gone. */
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { BrowserWindow, Rectangle } from 'electron';
import { readIfExists } from '../own-files.ts';

export interface WindowState {
  bounds?: Rectangle;
  isMaximized?: boolean;
}

export const smallest = { width: 900, height: 560 };
const usual = { width: 1440, height: 900 };
/** How much of the window's upper edge must be on a display, so that the user can move the window. */
const grip = { width: 100, height: 40 };

const isNumber = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value);

function readBounds(value: unknown): Rectangle | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { x, y, width, height } = value as Record<string, unknown>;
  return isNumber(x) && isNumber(y) && isNumber(width) && isNumber(height) ? { x, y, width, height } : undefined;
}

/** A damaged or missing file counts as a window that was never open. */
export function parseState(text: string): WindowState {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null) return {};
    const bounds = 'bounds' in value ? readBounds(value.bounds) : undefined;
    return { ...(bounds ? { bounds } : {}), isMaximized: 'isMaximized' in value && value.isMaximized === true };
  } catch (error) {
    if (error instanceof SyntaxError) return {};
    throw error;
  }
}

const overlap = (from: number, length: number, otherFrom: number, otherLength: number): number =>
  Math.min(from + length, otherFrom + otherLength) - Math.max(from, otherFrom);

/** Bounds for a new window: its old place if that is visible, else the usual size in the middle. */
export function placeOn(displays: readonly { workArea: Rectangle }[], { bounds }: WindowState): Partial<Rectangle> {
  const home = bounds && displays.find(({ workArea }) => canBeGrabbed(bounds, workArea));
  const area = (home ?? displays[0])?.workArea ?? { x: 0, y: 0, ...usual };
  const size = {
    width: Math.min(area.width, Math.max(smallest.width, bounds?.width ?? usual.width)),
    height: Math.min(area.height, Math.max(smallest.height, bounds?.height ?? usual.height)),
  };
  return home && bounds ? { x: bounds.x, y: bounds.y, ...size } : size;
}

const canBeGrabbed = (bounds: Rectangle, area: Rectangle): boolean =>
  overlap(bounds.x, bounds.width, area.x, area.width) >= grip.width &&
  overlap(bounds.y, grip.height, area.y, area.height) >= grip.height;

export async function loadState(file: string): Promise<WindowState> {
  return parseState((await readIfExists(file)) ?? '{}');
}

const settleMilliseconds = 500;

/** Writes after the last of several movements, and when the window closes. */
export function rememberState(window: BrowserWindow, file: string, say: (line: string) => void): void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const save = () => {
    clearTimeout(timer);
    if (window.isDestroyed()) return;
    const state: WindowState = { bounds: window.getNormalBounds(), isMaximized: window.isMaximized() };
    mkdir(dirname(file), { recursive: true })
      .then(() => writeFile(file, JSON.stringify(state)))
      .catch((error: Error) => say(`could not save where the window is: ${error.message}`));
  };
  const later = () => {
    clearTimeout(timer);
    timer = setTimeout(save, settleMilliseconds);
  };
  window.on('resize', later);
  window.on('move', later);
  window.on('maximize', later);
  window.on('unmaximize', later);
  window.on('close', save);
}
