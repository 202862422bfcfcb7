/**
 * Compiles the expressions of one policy: later ones may name the variables that earlier ones have declared.
 * https://github.com/kubernetes/apiserver/blob/release-1.36/pkg/admission/plugin/cel/composition.go
 */
import { dyn, objectOf, type Type } from '../cel/types.ts';
import type { admissionregistration } from '../types.ts';
import {
  appliedType,
  type Compiled,
  compiled,
  patchAdditions,
  patchesType,
  policyTypes,
  type Types,
  text,
  textOrNull,
  truth,
} from './compiled.ts';

type Mutation = NonNullable<NonNullable<admissionregistration.MutatingAdmissionPolicy['spec']>['mutations']>[number];

/** What of a policy says which variables its expressions see. */
export interface Scope {
  readonly paramKind?: admissionregistration.ParamKind;
  readonly variables?: readonly { readonly name: string; readonly expression: string }[];
}

export class PolicyCompiler {
  readonly #types: Types;
  readonly #hasVariables: boolean;
  readonly #fields: Record<string, Type> = {};

  /** `types`: of the objects, where they are known. */
  constructor({ paramKind, variables = [] }: Scope, types: Types = {}) {
    this.#types = { ...policyTypes(paramKind && dyn), ...types };
    this.#hasVariables = variables.length > 0;
  }

  #seen(): Types {
    if (!this.#hasVariables) return this.#types;
    return { ...this.#types, variables: objectOf('kubernetes.variables', this.#fields) };
  }

  /** Call it in the order in which they are declared, before all others. */
  variable(name: string, expression: string): Compiled {
    const variable = compiled(expression, this.#seen(), []);
    this.#fields[name] = variable.problem === undefined ? variable.program.type : dyn;
    return variable;
  }

  /** Sees no variables. */
  condition(expression: string): Compiled {
    return compiled(expression, this.#types, truth);
  }

  test(expression: string): Compiled {
    return compiled(expression, this.#seen(), truth);
  }

  /** May not ask who may do what. */
  message(expression: string): Compiled {
    const { authorizer: _authorizer, 'authorizer.requestResource': _resource, ...types } = this.#seen();
    return compiled(expression, types, text);
  }

  annotation(expression: string): Compiled {
    return compiled(expression, this.#seen(), textOrNull);
  }

  /** Undefined where the mutation has no expression. */
  mutation({ patchType, applyConfiguration, jsonPatch }: Mutation): Compiled | undefined {
    const isPatch = patchType === 'JSONPatch';
    const expression = (isPatch ? jsonPatch : applyConfiguration)?.expression;
    if (!expression) return undefined;
    return compiled(expression, this.#seen(), [isPatch ? patchesType : appliedType], patchAdditions);
  }

  /** Of any type: only what is wrong with it is asked. */
  problemOf(expression: string): string | undefined {
    return compiled(expression, this.#seen(), []).problem;
  }
}
