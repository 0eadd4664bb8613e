import { Kind, type SelectionNode } from 'graphql';

export type Variables = Readonly<Record<string, unknown>>;

/** Whether `@skip` and `@include` let a selection stand: always, never, or depending on variables. */
export type Condition = boolean | ((variables: Variables) => boolean);

export const both = (a: Condition, b: Condition): Condition => {
  if (a === false || b === false) return false;
  if (a === true) return b;
  if (b === true) return a;
  return (variables) => a(variables) && b(variables);
};

export const either = (a: Condition, b: Condition): Condition => {
  if (a === true || b === true) return true;
  if (a === false) return b;
  if (b === false) return a;
  return (variables) => a(variables) || b(variables);
};

export const conditionOf = (selection: SelectionNode): Condition => {
  let condition: Condition = true;
  for (const { name, arguments: given } of selection.directives ?? []) {
    if (name.value !== 'skip' && name.value !== 'include') continue;
    const wanted = name.value === 'include';
    const value = given?.[0]?.value;
    if (value?.kind === Kind.BOOLEAN) condition = both(condition, value.value === wanted);
    if (value?.kind === Kind.VARIABLE) {
      const variable = value.name.value;
      condition = both(condition, (variables) => variables[variable] === wanted);
    }
  }
  return condition;
};
