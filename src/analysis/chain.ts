import { ts } from 'ts-morph';
import type { EffectReader, Summary } from './effect-reader.js';
import { effectAt } from './effect-reader.js';
import { guardByName } from './effects-denial.js';
import { externalEffect } from './effects-external.js';
import type { ChainStep } from './facts.js';
import { placeOf, textOf } from './source-files.js';
import { type Frame, type FunctionValue, functionsIn, type Value } from './values.js';

/** The steps of a registration's arguments, in order; an array literal counts as its elements. */
export function chainSteps(
  reader: EffectReader,
  args: readonly ts.Expression[],
  frame: Frame | undefined,
): ChainStep[] {
  return args.flatMap((argument) =>
    ts.isArrayLiteralExpression(argument)
      ? chainSteps(reader, argument.elements, frame)
      : [chainStep(reader, argument, frame)],
  );
}

function chainStep(reader: EffectReader, node: ts.Expression, frame: Frame | undefined): ChainStep {
  const value = reader.evaluator.settled(ts.isSpreadElement(node) ? node.expression : node, frame);
  const targets = functionsIn(value);
  const summaries = targets.map((target) => reader.ofHandler(target));
  if (targets.length === 0 || hasOpaquePart(value)) summaries.push(outOfReach(node, value));
  const unresolved = summaries.flatMap((summary) => summary.unresolved);
  const [definition] = targets;
  return {
    text: textOf(node),
    start: node.getStart(),
    end: node.getEnd(),
    definition: definition === undefined ? undefined : placeOf(wrappedBy(definition).node),
    effects: summaries.flatMap(({ effects }) => effects),
    incomplete: unresolved.length > 0,
    unresolved,
  };
}

/** `asyncHandler(list)` gives a function that calls `list`: its definition is where `list` is. */
function wrappedBy(target: FunctionValue): FunctionValue {
  const { frame } = target;
  const isMadeByCall =
    frame !== undefined && ts.isFunctionLike(frame.owner) && !ts.isConstructorDeclaration(frame.owner);
  const inner = isMadeByCall ? frame.args.find((argument) => argument.kind === 'function') : undefined;
  return inner === undefined ? target : wrappedBy(inner);
}

function hasOpaquePart(value: Value): boolean {
  if (value.kind === 'array') return value.items.some(hasOpaquePart);
  return value.kind !== 'function' && value.kind !== 'choice';
}

/** What can still be said of a step whose function is in a package or was not found: by its package, or by its name. */
function outOfReach(node: ts.Expression, value: Value): Summary {
  const known = value.kind === 'external' ? externalEffect(value, 1) : undefined;
  if (known !== undefined) return { effects: [effectAt(known, node)], unresolved: [] };
  const guard = guardByName(textOf(node));
  const unresolved = {
    what: textOf(node).slice(0, 80),
    external: value.kind === 'external',
    at: placeOf(node),
  };
  return { effects: guard === undefined ? [] : [effectAt(guard, node)], unresolved: [unresolved] };
}
