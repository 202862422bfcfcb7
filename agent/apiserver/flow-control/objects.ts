/** The flow schemas and priority levels that are stored. */
import { flowSchemas } from '../../api/flowcontrol/flow-schema.ts';
import { priorityLevelConfigurations } from '../../api/flowcontrol/priority-level.ts';
import { type Kind, resourceOf } from '../../api/kind.ts';
import type { KindSource } from '../../api/registry.ts';
import type { AnyObject, FlowSchema, PriorityLevelConfiguration } from '../../api/types.ts';
import type { State } from '../state/state.ts';

export interface FlowObjects {
  schemas(): readonly FlowSchema[];
  levels(): readonly PriorityLevelConfiguration[];
  /** `changed` must not throw. */
  onChange(changed: () => void): void;
}

/** Only objects of the kind are in its state, which decodes them by their schemas. */
function objectsOf<Stored>(state: State, kinds: KindSource, kind: Kind): (AnyObject & Stored)[] {
  const served = kinds.list().find((each) => resourceOf(each) === resourceOf(kind));
  return served ? [...state.of(served).objects.list('')].map(({ object }) => object as AnyObject & Stored) : [];
}

const followed: readonly Kind[] = [flowSchemas, priorityLevelConfigurations];

/** Follows them for as long as the state lives. There are none where their kinds are not served. */
export const flowObjects = (state: State, kinds: KindSource): FlowObjects => ({
  schemas: () => objectsOf<FlowSchema>(state, kinds, flowSchemas),
  levels: () => objectsOf<PriorityLevelConfiguration>(state, kinds, priorityLevelConfigurations),
  onChange: (changed) => {
    const start = (kind: Kind) => {
      if (followed.some((each) => resourceOf(each) === resourceOf(kind))) state.of(kind).followers.add(changed);
    };
    kinds.list().forEach(start);
    kinds.onChange(({ added }) => added && start(added));
  },
});
