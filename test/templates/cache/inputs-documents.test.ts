import { IncomingMessage, ServerResponse } from 'node:http';
import { inspect, types } from 'node:util';
import express from 'express';
import { describe, expect, it } from 'vitest';
import { evaluateInput, observeRequest } from '../../../templates/cache/src/cache/observe-request.js';
import { tinyCache } from './support/inputs-cache.js';
import { adding, answering } from './support/inputs-cases.js';
import { compare, serve } from './support/inputs-compare.js';
import { MONGOOSE, type Mongoose } from './support/inputs-mongoose.js';

const ID = '64b000000000000000000001';

// biome-ignore lint/suspicious/noExplicitAny: operations of every version, some of which newer types do not know
type Document = any;

function models(mongoose: Mongoose) {
  const { ObjectId } = mongoose.Schema.Types;
  const schema = new mongoose.Schema(
    {
      name: { type: String, minlength: 2 },
      role: String,
      tags: [String],
      address: { city: String, geo: { lat: Number } },
      born: Date,
      friends: [{ nick: String }],
      boss: { type: ObjectId, ref: 'ObservedUser' },
      prefs: { type: Map, of: String },
      mixed: {},
      sub: new mongoose.Schema({ a: Number }),
      lastSeen: Date,
    },
    { timestamps: true },
  );
  schema.methods.isAdmin = function isAdmin() {
    return this.role === 'admin';
  };
  schema.virtual('label').get(function label() {
    return `${this.name}!`;
  });
  schema.set('toJSON', { virtuals: true });
  const User = mongoose.model('ObservedUser', schema);
  const post = new mongoose.Schema({ author: { type: ObjectId, ref: 'ObservedUser' }, by: String });
  const Post = mongoose.model('ObservedPost', post);
  const id = () => new mongoose.Types.ObjectId(ID);
  const make = (lastSeen = 1): Document =>
    User.hydrate({
      ...{ _id: id(), name: 'ann', role: 'admin', tags: ['x'], born: new Date(1), boss: id(), __v: 0 },
      ...{
        address: { city: 'Bern', geo: { lat: 1 } },
        friends: [{ _id: id(), nick: 'n' }],
        prefs: { a: 'b' },
      },
      ...{ mixed: { z: [1] }, sub: { _id: id(), a: 1 }, lastSeen: new Date(lastSeen) },
    });
  return { User, Post, make };
}

const withoutNewIds = (text: string) => text.replace(/"_id":"[^"]+"/g, '');

/** What code does with documents; each must give the same on an observed document as on an untouched one. */
function operations({
  User,
  Post,
  make,
}: ReturnType<typeof models>): Record<string, (user: Document) => unknown> {
  return {
    json: (user) => JSON.stringify(user),
    toObject: (user) => JSON.stringify(user.toObject({ virtuals: true, getters: true })),
    inspect: (user) => inspect(user, { depth: 5 }),
    paths: (user) => [
      user.get('address.city'),
      user.address.geo.lat,
      String(user.boss),
      user.sub.a,
      user.mixed.z[0],
    ],
    map: (user) => [user.prefs.get('a'), [...user.prefs.keys()]],
    ids: (user) => [user.id, String(user._id), user._id.equals(ID), user.equals(make()), make().equals(user)],
    set: (user) => {
      user.name = 'bob';
      user.set('address.city', 'Rome');
      user.tags.push('y');
      user.friends.push({ _id: ID, nick: 'q' });
      user.sub.a = 5;
      user.prefs.set('c', 'd');
      user.mixed.z.push(2);
      user.markModified('mixed');
      const delta = user.$__delta ? user.$__delta() : 0;
      return [user.isModified(), user.modifiedPaths().sort(), JSON.stringify(user), JSON.stringify(delta)];
    },
    unset: (user) => {
      user.role = undefined;
      user.set('born', null);
      return [JSON.stringify(user), user.modifiedPaths().sort()];
    },
    validateSync: (user) => {
      user.name = 'b';
      return Object.keys(user.validateSync().errors);
    },
    validate: async (user) => {
      user.name = 'b';
      return user.validate().catch((error: Error) => error.name);
    },
    methods: (user) => [
      user.isAdmin(),
      user.label,
      user instanceof User,
      user.constructor === User,
      user.isNew,
    ],
    selection: (user) => [user.isSelected('name'), user.populated('boss'), user.schema === User.schema],
    'in a filter': (user) => [
      JSON.stringify((Post.find({ author: user }) as Document).cast(Post)),
      JSON.stringify((Post.find({ author: user._id, by: user.name }) as Document).cast(Post)),
      JSON.stringify((User.find({ _id: user }) as Document).cast(User)),
    ],
    'as a reference': (user) => {
      const post: Document = new Post({ author: user, by: user.name });
      return [
        String(post.author?._id ?? post.author),
        post.by,
        withoutNewIds(JSON.stringify(post.toObject({ depopulate: true }))),
      ];
    },
    toBSON: (user) => JSON.stringify(user.toBSON ? user.toBSON() : 0),
    'for in': (user) => {
      let count = 0;
      for (const key in user) if (typeof user[key] !== 'function') count += 1;
      return count;
    },
    clone: (user) => (user.$clone ? JSON.stringify(user.$clone()) : 0),
    subdocuments: (user) => [
      user.$getAllSubdocs?.().length,
      user.friends[0].parent?.() === user,
      user.friends.id(ID)?.nick,
    ],
    arrays: (user) => [
      user.tags.includes('x'),
      user.tags.indexOf('x'),
      [...user.tags],
      user.friends[0].ownerDocument?.() === user,
    ],
    'hung on': (user) => {
      user.$locals.z = 1;
      user.foo = 7;
      return [user.foo, user.$locals.z];
    },
    depopulate: (user) => JSON.stringify(user.depopulate ? user.depopulate() : 0),
    overwrite: (user) => withoutNewIds(JSON.stringify(user.overwrite ? user.overwrite({ name: 'zoe' }) : 0)),
    spread: (user) => Object.keys({ ...user }).sort(),
    'raw fields': (user) => {
      const { role, ...rest } = user._doc;
      return [role, Object.keys(rest), JSON.stringify({ ...user._doc })];
    },
  };
}

describe.each(Object.keys(MONGOOSE))('%s', (version) => {
  const all = models(MONGOOSE[version] as Mongoose);
  const { make } = all;

  it.each(Object.entries(operations(all)))(
    'leaves an observed document as it is: %s',
    async (_name, operation) => {
      const attempt = async (user: Document) => {
        try {
          return await operation(user);
        } catch (error) {
          return `throws ${(error as Error).message}`;
        }
      };
      const expected = await attempt(make());
      const user = make();
      const req = Object.assign(new IncomingMessage(null as never), { user });
      const observation = observeRequest(req, new ServerResponse(req));
      const actual = await attempt(req.user);
      const { inputs } = observation.stop();
      expect(actual).toEqual(expected);
      expect(req.user).toBe(user);
      expect(inputs.length).toBeGreaterThan(0);
      expect(types.isProxy(user._doc)).toBe(false);
    },
  );

  it('reads fields, so that a changing lastSeen costs no hits and processes share entries', async () => {
    let seen = 0;
    const build = answering(
      (req) => [req.user.name, req.user._id, req.user.isAdmin(), req.user.friends[0].nick],
      adding(() => {
        seen += 1;
        return { user: make(seen) };
      }),
    );
    const { served, cached, plain, events } = await compare(5, build, [{}, {}, {}]);
    expect(cached).toEqual(plain);
    expect(served).toBe('MHH');
    expect(events[0]?.shareable).toBe(true);
  });

  it('sees what authentication hung on a document, and documents in res.locals', async () => {
    const build = answering(
      (req, res) => [req.user.perms, req.user.$locals.team, res.locals.owner.name],
      (req, res, next) => {
        req.user = make();
        Object.assign(req.user, { perms: [req.get('x-a')] });
        req.user.$locals.team = req.get('x-b');
        res.locals.owner = make();
        res.locals.owner.name = req.get('x-c') ?? 'ann';
        next();
      },
    );
    const steps = [{}, {}, { 'x-a': '2' }, { 'x-b': '1' }, { 'x-c': 'zoe' }, {}].map((headers) => ({
      headers: headers as Record<string, string>,
    }));
    const { served, cached, plain } = await compare(4, build, steps);
    expect(cached).toEqual(plain);
    expect(served).toBe('MHMMMH');
  });

  it('reads a subdocument together with the document that it leads to', async () => {
    const build = answering(
      (req) => [req.friend.nick, req.friend.ownerDocument().name],
      adding((req) => {
        const user = make();
        user.name = req.get('x-a') ?? 'ann';
        return { friend: user.friends[0] };
      }),
    );
    const steps = [{}, {}, { 'x-a': 'bob' }].map((headers) => ({
      headers: headers as Record<string, string>,
    }));
    const { served, cached, plain } = await compare(5, build, steps);
    expect(cached).toEqual(plain);
    expect(served).toBe('MHM');
  });

  it('reads a document as a whole while another request observes it', () => {
    const user = make();
    const observe = () => {
      const req = Object.assign(new IncomingMessage(null as never), { user });
      return { req, observation: observeRequest(req, new ServerResponse(req)) };
    };
    const first = observe();
    const second = observe();
    expect([first.req.user.name, second.req.user.name]).toEqual(['ann', 'ann']);
    const ofFirst = first.observation.stop().inputs;
    const ofSecond = second.observation.stop().inputs;
    expect(ofFirst.map(({ read }) => read.path.join('.'))).toEqual(
      expect.arrayContaining(['user', 'user._doc.name']),
    );
    expect(ofSecond.map(({ read }) => `${read.op} ${read.path.join('.')}`)).toContain('get user');
    expect(types.isProxy(user._doc)).toBe(false);
  });

  it('does not take the comparisons of one request for reads of another', () => {
    const user = make();
    const [observed, other] = [1, 2].map(() => Object.assign(new IncomingMessage(null as never), { user }));
    if (observed === undefined || other === undefined) throw new Error('two requests were made');
    const observation = observeRequest(observed, new ServerResponse(observed));
    expect(observed.user).toBe(user);
    const read = { op: 'get', on: 'req', path: ['user', '_doc', 'name'] } as const;
    expect(evaluateInput(read, other, new ServerResponse(other))).toBe('s3:ann');
    const { inputs } = observation.stop();
    expect(inputs.map(({ read: { op, path } }) => [op, ...path])).toEqual([['kind', 'user']]);
  });

  it('counts what a cache behind another one compares', async () => {
    const mongoose = MONGOOSE[version] as Mongoose;
    const Named = mongoose.model('ObservedName', new mongoose.Schema({ name: String }));
    const [outer, inner] = [tinyCache(), tinyCache()];
    const app = express();
    app.use((req, _res, next) => {
      Object.assign(req, { user: Named.hydrate({ _id: ID, name: req.get('x-user') }) });
      next();
    });
    app.use((req, res, next) => (req.get('x-outer') ? outer(req, res, next) : next()));
    app.get('/x', inner, (req, res) => res.json((req as Document).user));
    const server = await serve(app);
    try {
      const names: string[] = [];
      for (const headers of [
        { 'x-user': 'ann' },
        { 'x-user': 'ann', 'x-outer': '1' },
        { 'x-user': 'bob', 'x-outer': '1' },
      ]) {
        names.push(JSON.parse((await server.send({ headers })).text).name);
      }
      expect(names).toEqual(['ann', 'ann', 'bob']);
    } finally {
      await server.close();
    }
  });
});
