/** Bodies as they come over the wire, without a socket: what the decoder of the API server makes of bytes. */
import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { objectLimits } from '../../../../agent/api/json/limits.ts';
import { createBodies } from '../../../../agent/apiserver/http/body.ts';
import { createYamlThread } from '../../../../agent/apiserver/http/yaml-thread.ts';
import { createTurns } from '../../../../agent/apiserver/turns.ts';
import type { Clock } from '../../../../agent/clock.ts';

export interface WireBodies {
  /** Rejects with the `ApiError` that the client would get. */
  read(method: string, bytes: Buffer, headers?: Record<string, string>): Promise<unknown>;
  close(): void;
}

export function createWireBodies(clock: Clock): WireBodies {
  const yaml = createYamlThread(clock);
  const bodies = createBodies({ clock, turns: createTurns(), yaml });
  return {
    read: (method, bytes, headers = {}) => {
      const incoming = new IncomingMessage(new Socket());
      Object.assign(incoming, { method, headers });
      incoming.push(bytes);
      incoming.push(null);
      return bodies.read(incoming, { limits: objectLimits(), user: 'ann' });
    },
    close: () => yaml.close(),
  };
}
