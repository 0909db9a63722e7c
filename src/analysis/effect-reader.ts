import type { ts } from 'ts-morph';
import type { Finding } from './effect-finding.js';
import { EffectWalk } from './effect-walk.js';
import { callFrame } from './evaluate-call.js';
import type { Evaluator } from './evaluator.js';
import type { Effect, Unresolved } from './facts.js';
import { nodeId, placeOf, textOf } from './source-files.js';
import { type FunctionValue, UNKNOWN, type Value } from './values.js';

/** What a function does, itself and through what it calls. */
export interface Summary {
  readonly effects: readonly Effect[];
  readonly unresolved: readonly Unresolved[];
}

const MAX_CALL_DEPTH = 8;
const MAX_NESTED_WRAPPERS = 3;
const NOTHING: Summary = { effects: [], unresolved: [] };
const REQUEST: Value = { kind: 'request', path: [] };
const RESPONSE: Value = { kind: 'response', path: [] };
const NEXT: Value = { kind: 'next' };

/** Reads the effects of functions, following calls inside the repository to a bounded depth. */
export class EffectReader {
  readonly evaluator: Evaluator;
  readonly #known = new Map<string, Summary>();
  /** Calls that are being read, outermost first. */
  readonly #active: { readonly key: string; readonly node: ts.Node }[] = [];
  /** How often a call was not looked into: what was read meanwhile lacks something and is not kept. */
  #cuts = 0;

  constructor(evaluator: Evaluator) {
    this.evaluator = evaluator;
  }

  /** The effects of a middleware or handler, called by Express. */
  ofHandler(target: FunctionValue): Summary {
    const takesError = target.node.parameters.length === 4;
    const args = takesError ? [UNKNOWN, REQUEST, RESPONSE, NEXT] : [REQUEST, RESPONSE, NEXT];
    return withRefusal(this.ofCall(target, args, `>${nodeId(target.node)}`, undefined));
  }

  /** The effects of one call of a function. A recursive call adds nothing to the call that it is part of. */
  ofCall(target: FunctionValue, args: readonly Value[], site: string, call: ts.Node | undefined): Summary {
    const { body } = target.node;
    if (body === undefined) return unresolvedCall(call ?? target.node);
    const key = signature(target, args);
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    if (this.#isRecursive(target, key)) {
      this.#cuts += 1;
      return NOTHING;
    }
    if (this.#active.length >= MAX_CALL_DEPTH) {
      this.#cuts += 1;
      return unresolvedCall(call ?? target.node);
    }
    return this.#read(target, args, site, key);
  }

  /** The same call again; or a function inside itself more often than wrappers nest. */
  #isRecursive({ node }: FunctionValue, key: string): boolean {
    const within = this.#active.filter((active) => active.node === node);
    return within.length >= MAX_NESTED_WRAPPERS || within.some((active) => active.key === key);
  }

  #read(target: FunctionValue, args: readonly Value[], site: string, key: string): Summary {
    const cutsBefore = this.#cuts;
    this.#active.push({ key, node: target.node });
    try {
      const walk = new EffectWalk(this, callFrame(target, args, site));
      for (const parameter of target.node.parameters) walk.visit(parameter);
      if (target.node.body !== undefined) walk.visit(target.node.body);
      const summary = walk.summary();
      if (this.#cuts === cutsBefore) this.#known.set(key, summary);
      return summary;
    } finally {
      this.#active.pop();
    }
  }
}

/** A middleware that lets some pass and sends the others to another page decides who may pass. */
function withRefusal(summary: Summary): Summary {
  const redirect = summary.effects.find(({ kind }) => kind === 'redirect');
  if (redirect === undefined || !summary.effects.some(({ kind }) => kind === 'calls-next')) return summary;
  const refusal: Effect = { ...redirect, kind: 'denies' };
  return { ...summary, effects: [...summary.effects, refusal] };
}

export function effectAt(finding: Finding, node: ts.Node): Effect {
  return { ...finding, at: placeOf(node) };
}

function unresolvedCall(node: ts.Node): Summary {
  return {
    effects: [],
    unresolved: [{ what: textOf(node).slice(0, 80), external: false, at: placeOf(node) }],
  };
}

/** Two calls with the same signature do the same, as far as the analysis sees. */
function signature(target: FunctionValue, args: readonly Value[]): string {
  const self = target.self === undefined ? '' : valueSignature(target.self);
  return [nodeId(target.node), target.frame?.site ?? '', self, ...args.map(valueSignature)].join('|');
}

function valueSignature(value: Value): string {
  switch (value.kind) {
    case 'function':
    case 'object':
    case 'class':
      return `${nodeId(value.node)}@${value.frame?.site ?? ''}`;
    case 'instance':
      return `${nodeId(value.of.node)}@${value.construction?.site ?? ''}`;
    case 'model':
      return `model ${value.name}`;
    case 'document':
      return `document ${value.model.name}`;
    case 'string':
      return `'${value.text}'`;
    case 'request':
    case 'response':
    case 'global':
      return [value.kind, ...value.path].join('.');
    case 'external':
      return [value.module, ...value.path].join('.');
    case 'array':
      return `[${value.items.map(valueSignature).join()}]`;
    case 'choice':
      return `(${value.options.map(valueSignature).join()})`;
    default:
      return value.kind;
  }
}
