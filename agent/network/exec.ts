/** Runs the kernel's network tools. This folder reaches the kernel only through this file. */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';

export type Tool = 'ip' | 'nft' | 'nsenter' | 'mount' | 'conntrack';

export interface Exec {
  /** Resolves with the tool's standard output; rejects with `ToolError` if it exits with anything but 0. */
  run(tool: Tool, args: string[], options?: { input?: string; signal?: AbortSignal }): Promise<string>;
  /** The full path of a tool that another tool starts. Throws if the node image lacks it. */
  pathOf(tool: Tool): string;
  has(tool: Tool): boolean;
}

export class ToolError extends Error {
  readonly exitCode: number | null;
  constructor(command: string, exitCode: number | null, stderr: string) {
    super(`${command}: exit ${exitCode}: ${stderr.trim() || 'no message'}`);
    this.name = 'ToolError';
    this.exitCode = exitCode;
  }
}

/** Searched for full paths, because busybox's shell would run its own applets of the same names. */
const folders = ['/usr/sbin', '/sbin', '/usr/bin', '/bin'];

export function createExec(): Exec {
  const paths = new Map<Tool, string | undefined>();
  const findTool = (tool: Tool): string | undefined => {
    if (!paths.has(tool)) {
      paths.set(
        tool,
        folders.map((folder) => `${folder}/${tool}`).find((path) => existsSync(path)),
      );
    }
    return paths.get(tool);
  };
  const pathOf = (tool: Tool): string => {
    const path = findTool(tool);
    if (!path) throw new Error(`${tool} is not in ${folders.join(', ')}: the node image must carry it`);
    return path;
  };
  return {
    pathOf,
    has: (tool) => findTool(tool) !== undefined,
    run: (tool, args, options = {}) => runProgram(pathOf(tool), args, options),
  };
}

function runProgram(file: string, args: string[], options: { input?: string; signal?: AbortSignal }): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, { stdio: ['pipe', 'pipe', 'pipe'], signal: options.signal });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    child.on('error', reject);
    child.on('close', (code) =>
      code === 0 ? resolve(stdout) : reject(new ToolError([file, ...args].join(' '), code, stderr)),
    );
    // A tool may exit before it has read its input; its exit code tells why.
    child.stdin.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') reject(error);
    });
    child.stdin.end(options.input ?? '');
  });
}
