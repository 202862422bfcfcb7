/** All fields of an object whose kind has no overview of its own, with the documentation that the server publishes. */
import type { AnyObject } from '../../../agent/api/types.ts';
import type { ResourceRef } from '../../../main/contract/resources.ts';
import { useSchema } from '../../data/schemas.ts';
import { type Condition, Conditions, Section } from './facts.tsx';
import { FieldTree } from './field-tree.tsx';

const isConditions = (value: unknown): value is Condition[] =>
  Array.isArray(value) &&
  value.every((each) => typeof each === 'object' && each !== null && 'type' in each && 'status' in each);

const isEmpty = (value: unknown): boolean =>
  value === undefined || value === null || (typeof value === 'object' && Object.keys(value).length === 0);

const titleOf = (field: string): string => field.charAt(0).toUpperCase() + field.slice(1);

interface ObjectFieldsProps {
  context: string;
  resource: ResourceRef;
  object: AnyObject;
}

export function ObjectFields({ context, resource, object }: ObjectFieldsProps) {
  const schema = useSchema(context, resource);
  const { apiVersion: _, kind: __, metadata: ___, spec, status, ...others } = object;
  const { conditions, ...rest } = status ?? {};
  const known = isConditions(conditions) ? conditions : undefined;
  const sections = Object.entries({ status: known ? rest : status, spec, ...others });
  return (
    <>
      <Conditions conditions={known} />
      {sections.map(([field, value]) =>
        isEmpty(value) ? null : (
          <Section key={field} title={titleOf(field)}>
            <FieldTree value={value} schema={schema} path={[field]} />
          </Section>
        ),
      )}
    </>
  );
}
