export interface TerminalSize {
  width: number;
  height: number;
}

/** Parses `{"Width":80,"Height":24}` (remotecommand.TerminalSize). Undefined for anything else. */
export function parseSize(text: string): TerminalSize | undefined {
  const width = /"Width"\s*:\s*(\d+)/i.exec(text)?.[1];
  const height = /"Height"\s*:\s*(\d+)/i.exec(text)?.[1];
  return width && height ? { width: Number(width), height: Number(height) } : undefined;
}
