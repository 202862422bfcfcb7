/** OpenAPI v3 and v2. The documents are large and rarely asked for: nothing is built before somebody does. */
import { noSuchPath } from '../errors.ts';
import type { Reply } from '../reply.ts';
import type { ServerRequest } from '../request.ts';

export interface OpenApi {
  reply(request: ServerRequest): Promise<Reply>;
}

export const noOpenApi: OpenApi = {
  reply: async () => {
    throw noSuchPath();
  },
};
