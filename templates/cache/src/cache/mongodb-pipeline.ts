/** A collection; `db` is undefined where it is the database of the pipeline itself. */
export interface Named {
  readonly db?: string | undefined;
  readonly name: string;
}

export interface PipelineEffects {
  readonly reads: Named[];
  readonly writes: Named[];
  /** A stage whose input cannot be observed or understood. */
  opaque: string | undefined;
}

type Visit = (argument: unknown, effects: PipelineEffects) => void;

const derives: Visit = () => {};

const STAGES: Readonly<Record<string, Visit>> = {
  ...Object.fromEntries(
    [
      ...[
        '$match',
        '$project',
        '$addFields',
        '$set',
        '$unset',
        '$group',
        '$sort',
        '$limit',
        '$skip',
        '$unwind',
      ],
      ...['$count', '$bucket', '$bucketAuto', '$replaceRoot', '$replaceWith', '$sortByCount', '$redact'],
      ...['$geoNear', '$densify', '$fill', '$setWindowFields', '$documents'],
    ].map((stage) => [stage, derives]),
  ),
  $lookup: joined('from'),
  $graphLookup: joined('from'),
  $unionWith: joined('coll'),
  $facet: (argument, effects) => {
    for (const pipeline of Object.values(argument as object)) visitStages(pipeline, effects);
  },
  $out: (argument, effects) => void effects.writes.push(named(argument, 'coll')),
  $merge: (argument, effects) => {
    const into = typeof argument === 'string' ? argument : (argument as { into: unknown }).into;
    effects.writes.push(named(into, 'coll'));
  },
};

/** The collections that an aggregation reads besides its own, and those that it writes. Never throws. */
export function pipelineEffects(pipeline: unknown): PipelineEffects {
  const effects: PipelineEffects = { reads: [], writes: [], opaque: undefined };
  visitStages(pipeline, effects);
  return effects;
}

function visitStages(pipeline: unknown, effects: PipelineEffects): void {
  if (!Array.isArray(pipeline)) {
    effects.opaque ??= 'a pipeline that is not an array';
    return;
  }
  for (const stage of pipeline) visitStage(stage, effects);
}

function visitStage(stage: unknown, effects: PipelineEffects): void {
  const [name, argument] = Object.entries(stage ?? {})[0] ?? ['an empty stage', undefined];
  const visit = Object.hasOwn(STAGES, name) ? STAGES[name] : undefined;
  try {
    if (visit) visit(argument, effects);
    else effects.opaque ??= name;
  } catch {
    // Not the shape that the server accepts.
    effects.opaque ??= name;
  }
}

function joined(field: 'from' | 'coll'): Visit {
  return (argument, effects) => {
    const { pipeline, ...join } = typeof argument === 'string' ? { [field]: argument } : (argument as Join);
    // Without a collection the pipeline starts with `$documents`.
    if (join[field] !== undefined) effects.reads.push(named(join[field], 'coll', join.db));
    if (pipeline !== undefined) visitStages(pipeline, effects);
  };
}

interface Join {
  readonly pipeline?: unknown;
  readonly [field: string]: unknown;
}

function named(value: unknown, field: string, database?: unknown): Named {
  const { db, name } =
    typeof value === 'string'
      ? { db: database, name: value }
      : { db: (value as Join).db, name: (value as Join)[field] };
  if (typeof name !== 'string' || (db !== undefined && typeof db !== 'string'))
    throw new TypeError('no name');
  return { db, name };
}
