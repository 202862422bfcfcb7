/** xterm in the window's own colours, which follow the theme. */
import type { ITheme } from '@xterm/xterm';

const light: ITheme = {
  background: '#ffffff',
  foreground: '#171a21',
  cursor: '#0b66d0',
  cursorAccent: '#ffffff',
  selectionBackground: '#b9d7fb',
  black: '#171a21',
  red: '#b3212b',
  green: '#12743d',
  yellow: '#8a5300',
  blue: '#0b5fc2',
  magenta: '#7a3ab5',
  cyan: '#0b7285',
  white: '#667080',
  brightBlack: '#4a5261',
  brightRed: '#d6323c',
  brightGreen: '#1d9a55',
  brightYellow: '#b36d00',
  brightBlue: '#0b66d0',
  brightMagenta: '#9352cf',
  brightCyan: '#0e8ca3',
  brightWhite: '#171a21',
};

const dark: ITheme = {
  background: '#12141a',
  foreground: '#eceef3',
  cursor: '#4c9dff',
  cursorAccent: '#12141a',
  selectionBackground: '#21497c',
  black: '#2a2f39',
  red: '#ff8a90',
  green: '#5fd092',
  yellow: '#f2be5c',
  blue: '#6db0ff',
  magenta: '#c79bf2',
  cyan: '#66d3e4',
  white: '#c7ccd6',
  brightBlack: '#8b94a4',
  brightRed: '#ffa6aa',
  brightGreen: '#86e0ad',
  brightYellow: '#f7d38a',
  brightBlue: '#94c5ff',
  brightMagenta: '#d9b8f7',
  brightCyan: '#92e3ef',
  brightWhite: '#ffffff',
};

export const terminalTheme = (isDark: boolean): ITheme => (isDark ? dark : light);
