import { describe, expect, it } from 'vitest';
import { pipelineEffects } from '../../../templates/cache/src/cache/mongodb-pipeline.js';

describe('pipelineEffects', () => {
  it('finds joined collections at every depth', () => {
    const { reads, writes, opaque } = pipelineEffects([
      { $match: { n: 1 } },
      {
        $lookup: {
          from: 'a',
          pipeline: [{ $lookup: { from: 'b', localField: 'x', foreignField: 'y', as: 'z' } }],
          as: 'w',
        },
      },
      { $graphLookup: { from: 'c', startWith: '$x', connectFromField: 'x', connectToField: 'y', as: 'z' } },
      { $unionWith: 'd' },
      { $unionWith: { coll: 'e', pipeline: [{ $unionWith: 'f' }] } },
      { $facet: { one: [{ $lookup: { from: 'g', as: 'x' } }], two: [{ $count: 'n' }] } },
      { $lookup: { from: { db: 'other', coll: 'h' }, as: 'x' } },
      { $lookup: { pipeline: [{ $documents: [{ n: 1 }] }], as: 'x' } },
    ]);
    expect(reads.map(({ db, name }) => (db ? `${db}.${name}` : name))).toEqual([
      'a',
      'b',
      'c',
      'd',
      'e',
      'f',
      'g',
      'other.h',
    ]);
    expect(writes).toEqual([]);
    expect(opaque).toBeUndefined();
  });

  it.each([
    [{ $out: 'target' }, { name: 'target' }],
    [{ $out: { db: 'other', coll: 'target' } }, { db: 'other', name: 'target' }],
    [{ $merge: 'target' }, { name: 'target' }],
    [{ $merge: { into: 'target', on: '_id' } }, { name: 'target' }],
    [{ $merge: { into: { db: 'other', coll: 'target' } } }, { db: 'other', name: 'target' }],
  ])('finds what %j writes', (stage, target) => {
    expect(pipelineEffects([{ $match: {} }, stage]).writes).toEqual([target]);
  });

  it.each([
    [[{ $sample: { size: 3 } }], '$sample'],
    [[{ $search: { text: {} } }], '$search'],
    [[{ $stageOfTheFuture: { from: 'x' } }], '$stageOfTheFuture'],
    [[{ $constructor: 1 }], '$constructor'],
    [[{ $lookup: { from: 7 } }], '$lookup'],
    [[{ $facet: null }], '$facet'],
    [[null], 'an empty stage'],
    [{ $match: {} }, 'a pipeline that is not an array'],
    [[{ $facet: { one: [{ $indexStats: {} }] } }], '$indexStats'],
  ])('says what it does not understand in %j', (pipeline, opaque) => {
    expect(pipelineEffects(pipeline).opaque).toBe(opaque);
  });
});
