/**
 * Keeps the levels and schemas that every cluster has: mandatory ones as they are, suggestions as long as nobody says
 * that they are his own.
 * https://github.com/kubernetes/apiserver/blob/release-1.36/pkg/util/apihelpers (and
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/registry/flowcontrol/ensurer/strategy.go)
 */
import {
  autoUpdateAnnotation,
  mandatoryLevels,
  mandatorySchemas,
  suggestedLevels,
  suggestedSchemas,
} from '../../api/flowcontrol/built-in.ts';
import { flowSchemas } from '../../api/flowcontrol/flow-schema.ts';
import { priorityLevelConfigurations } from '../../api/flowcontrol/priority-level.ts';
import { apiVersionOf, type Kind } from '../../api/kind.ts';
import type { AnyObject, flowcontrol } from '../../api/types.ts';
import { isSame } from '../../api/validation/same.ts';
import type { Transport } from '../../client/transport.ts';
import { Refused } from '../until-done.ts';

interface Wanted {
  kind: Kind;
  name: string;
  spec: object;
  isMandatory: boolean;
}

const wanted: readonly Wanted[] = [
  ...mandatoryLevels.map((level) => ({ ...level, kind: priorityLevelConfigurations, isMandatory: true })),
  ...suggestedLevels.map((level) => ({ ...level, kind: priorityLevelConfigurations, isMandatory: false })),
  ...mandatorySchemas.map((schema) => ({ ...schema, kind: flowSchemas, isMandatory: true })),
  ...suggestedSchemas.map((schema) => ({ ...schema, kind: flowSchemas, isMandatory: false })),
];

/** As Go's strconv.ParseBool; undefined where it is neither. */
function booleanOf(text: string | undefined): boolean | undefined {
  if (['1', 't', 'T', 'true', 'TRUE', 'True'].includes(text ?? '')) return true;
  return ['0', 'f', 'F', 'false', 'FALSE', 'False'].includes(text ?? '') ? false : undefined;
}

/** What the administrator may change in a mandatory level stays. */
function specFor({ spec }: Wanted, present: AnyObject): object {
  const { exempt } = (present.spec ?? {}) as flowcontrol.PriorityLevelConfigurationSpec;
  return 'exempt' in spec && exempt ? { ...spec, exempt } : spec;
}

/** The object as it should be; undefined where it is. */
function corrected(each: Wanted, present: AnyObject): object | undefined {
  const { annotations, generation } = present.metadata;
  const said = booleanOf(annotations?.[autoUpdateAnnotation]);
  // Who has not changed it since it was made has not made it his own.
  const isKept = each.isMandatory || (said ?? Number(generation) === 1);
  const spec = isKept ? specFor(each, present) : present.spec;
  if (said === isKept && isSame(present.spec, spec)) return undefined;
  const metadata = { ...present.metadata, annotations: { ...annotations, [autoUpdateAnnotation]: String(isKept) } };
  return { ...present, metadata, spec };
}

async function keep(transport: Transport, each: Wanted): Promise<void> {
  const { kind, name, spec } = each;
  const collection = `/apis/${apiVersionOf(kind.representations[0])}/${kind.plural}`;
  const path = `${collection}/${name}`;
  const present = await transport.request({ method: 'GET', path });
  const metadata = { name, annotations: { [autoUpdateAnnotation]: 'true' } };
  const object = present.status === 200 ? corrected(each, present.body as AnyObject) : { metadata, spec };
  if (!object) return;
  const { status, body } = await (present.status === 200
    ? transport.request({ method: 'PUT', path, body: object })
    : transport.request({ method: 'POST', path: collection, body: object }));
  // Somebody else was faster, whose write is looked at as well.
  if (status >= 300 && status !== 404 && status !== 409) {
    throw new Refused(`cannot keep ${kind.kind} ${name}: ${JSON.stringify(body)}`);
  }
}

/** Throws where the server refuses. */
export const keepFlowControl = async (transport: Transport): Promise<void> => {
  await Promise.all(wanted.map((each) => keep(transport, each)));
};
