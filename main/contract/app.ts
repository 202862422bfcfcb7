/** The application itself: what the user prefers, and what it uses. */

export interface Preferences {
  theme: 'system' | 'light' | 'dark';
  /** Boot the default profile when the app opens. */
  startOnOpen: boolean;
  defaultProfile: string;
  [key: `table.${string}`]: unknown;
  /** Per context: namespaces that the user typed because the server does not list them. */
  [key: `namespaces.${string}`]: unknown;
}

export interface Usage {
  /** Cores. */
  cpu: number;
  /** Bytes (PSS where the platform reports it). */
  memory: number;
}
