import * as mingoStages from 'mingo/operators/pipeline';
import { ServerError } from '../errors.js';
import type { Document } from '../values/documents.js';

const WRITING = new Set(['$out', '$merge']);

/** Fails for a stage that cannot be carried out, wherever it stands in the pipeline. */
export function requireSupportedStages(pipeline: readonly Document[]): void {
  for (const stage of pipeline) {
    const names = Object.keys(stage);
    const [name = ''] = names;
    if (names.length !== 1)
      throw new ServerError(
        'Location40323',
        'A pipeline stage specification object must contain exactly one field.',
      );
    if (name === '$changeStream')
      throw new ServerError('Location40573', 'The $changeStream stage is only supported on replica sets');
    if (!(name in mingoStages) || WRITING.has(name)) throw unsupported(name);
  }
}

function unsupported(name: string): ServerError {
  return new ServerError(
    'Location40324',
    `Unrecognized pipeline stage name: '${name}' (not supported here by the development stand-in for MongoDB)`,
  );
}
