import { Aggregator } from 'mingo/aggregator';
import type { CollationSpec } from 'mingo/types';
import { ServerError } from '../errors.js';
import { mingoOptions } from '../query/engine.js';
import type { SortSpecification } from '../query/sort.js';
import type { Database } from '../store/databases.js';
import { cloneValue, type Document } from '../values/documents.js';
import { type Selection, select } from './reading.js';
import { requireSupportedStages } from './stage-names.js';

export interface Aggregation {
  readonly pipeline: readonly Document[];
  readonly collation?: CollationSpec | undefined;
  readonly variables?: Document | undefined;
}

/** The documents that a pipeline makes of a collection or view. A `$out` or `$merge` is the caller's to carry out. */
export function runPipeline(
  database: Database,
  name: string | undefined,
  aggregation: Aggregation,
): Document[] {
  const view = name === undefined ? undefined : database.views.get(name);
  if (view)
    return runPipeline(database, view.viewOn, {
      ...aggregation,
      pipeline: [...view.pipeline, ...aggregation.pipeline],
    });
  requireSupportedStages(aggregation.pipeline);
  const { selection, rest } = leadingSelection(aggregation);
  const stored = name === undefined ? [] : select(database.collections.get(name), selection);
  const documents = stored.map(({ document }) => document);
  if (rest.length === 0) return documents;
  const isolate = rest.every(isReadOnly) ? <T>(value: T) => value : cloneValue;
  const options = mingoOptions({
    collation: aggregation.collation,
    variables: aggregation.variables,
    collectionResolver: (other, filter) =>
      isolate(runPipeline(database, other, { pipeline: filter ? [{ $match: filter }] : [] })),
  });
  return new Aggregator([...rest], options).run(isolate(documents)) as Document[];
}

/** The stages that leave their input documents as they are; others may change what is stored, and get a copy. */
const READ_ONLY = new Set(
  `$match $sort $skip $limit $group $count $project $unset $addFields $set $unwind $replaceRoot $replaceWith $sample
   $sortByCount $lookup`.split(/\s+/),
);

function isReadOnly(stage: Document): boolean {
  return READ_ONLY.has(Object.keys(stage)[0] as string);
}

const SELECTION_ORDER = ['$match', '$sort', '$skip', '$limit'];

/** What a pipeline begins with, as far as it is a selection: that part can use indexes. */
function leadingSelection({ pipeline, collation, variables }: Aggregation): {
  selection: Selection;
  rest: Document[];
} {
  const found: Record<string, unknown> = {};
  let position = 0;
  let step = 0;
  for (const stage of pipeline) {
    const [name, value] = Object.entries(stage)[0] as [string, unknown];
    const at = SELECTION_ORDER.indexOf(name, step);
    if (at < 0) break;
    found[name] = value;
    step = at + 1;
    position++;
  }
  const selection = {
    filter: (found.$match ?? {}) as Document,
    sort: found.$sort as SortSpecification | undefined,
    skip: wholeNumber('$skip', found.$skip, 0),
    limit: found.$limit === undefined ? undefined : wholeNumber('$limit', found.$limit, 1),
    collation,
    variables,
  };
  return { selection, rest: pipeline.slice(position) };
}

function wholeNumber(stage: string, value: unknown, least: number): number {
  const number = Number(value ?? 0);
  if (value !== undefined && (!Number.isInteger(number) || number < least))
    throw new ServerError('BadValue', `invalid argument to ${stage} stage: ${String(value)}`);
  return number;
}
