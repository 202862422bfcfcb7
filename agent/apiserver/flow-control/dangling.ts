/**
 * Says in the status of each flow schema whether the level that it names is there.
 * https://github.com/kubernetes/apiserver/blob/release-1.36/pkg/util/flowcontrol/apf_controller.go
 * (presyncFlowSchemaStatus)
 */
import { flowSchemas } from '../../api/flowcontrol/flow-schema.ts';
import { apiVersionOf } from '../../api/kind.ts';
import { mediaType } from '../../api/media-types.ts';
import type { FlowSchema } from '../../api/types.ts';
import type { Transport } from '../../client/transport.ts';
import { type Clock, timestamp } from '../../clock.ts';
import { Refused } from '../until-done.ts';
import type { FlowObjects } from './objects.ts';

const manager = 'api-priority-and-fairness-config-consumer-v1';
const type = 'Dangling';

interface Condition {
  type: string;
  status: string;
  reason: string;
  message: string;
}

function conditionOf({ spec }: FlowSchema, levels: ReadonlySet<string>): Condition {
  const name = spec.priorityLevelConfiguration?.name ?? '';
  const names = `This FlowSchema references the PriorityLevelConfiguration object named ${JSON.stringify(name)}`;
  return levels.has(name)
    ? { type, status: 'False', reason: 'Found', message: `${names} and it exists` }
    : { type, status: 'True', reason: 'NotFound', message: `${names} but there is no such object` };
}

function isTold({ status }: FlowSchema, wanted: Condition): boolean {
  const told = status?.conditions?.find((each) => each.type === type);
  return told?.status === wanted.status && told?.reason === wanted.reason && told?.message === wanted.message;
}

/** Writes where the status says something else. Throws where the server refuses. */
export async function reportDangling(objects: FlowObjects, clock: Clock, transport: Transport): Promise<void> {
  const levels = new Set(objects.levels().map(({ metadata }) => metadata.name));
  const apiVersion = apiVersionOf(flowSchemas.representations[0]);
  const report = async ({ metadata: { name } }: FlowSchema, condition: Condition): Promise<void> => {
    const conditions = [{ ...condition, lastTransitionTime: timestamp(clock.now()) }];
    const { status, body } = await transport.request({
      method: 'PATCH',
      path: `/apis/${apiVersion}/flowschemas/${name}/status?fieldManager=${manager}&force=true`,
      headers: { 'content-type': mediaType.applyPatch },
      body: { apiVersion, kind: flowSchemas.kind, metadata: { name }, status: { conditions } },
    });
    // One that is gone has no status.
    if (status >= 300 && status !== 404) {
      throw new Refused(`cannot write the status of FlowSchema ${name}: ${JSON.stringify(body)}`);
    }
  };
  await Promise.all(
    objects.schemas().map((schema) => {
      const wanted = conditionOf(schema, levels);
      return isTold(schema, wanted) ? undefined : report(schema, wanted);
    }),
  );
}
