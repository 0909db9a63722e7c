import type { Request } from 'express';
import { describe, expect, it } from 'vitest';
import { compare, VERSIONS } from './support/inputs-compare.js';
import { MONGOOSE, type Mongoose } from './support/inputs-mongoose.js';

const ANN = '64b000000000000000000001';
const BOB = '64b000000000000000000002';

interface Caller {
  [name: string]: unknown;
}

function fieldsOf(id: string) {
  const isAnn = id === ANN;
  return {
    name: isAnn ? 'ann' : 'bob',
    role: isAnn ? 'admin' : 'user',
    email: isAnn ? 'a@x.io' : 'b@x.io',
    tags: isAnn ? ['x'] : ['y', 'z'],
    address: { city: isAnn ? 'Bern' : 'Rome' },
    born: new Date(isAnn ? 1e12 : 2e12),
  };
}

class Person {
  readonly _id: string;
  readonly name: string;
  readonly role: string;

  constructor(id: string) {
    this._id = id;
    const fields = fieldsOf(id);
    this.name = fields.name;
    this.role = fields.role;
    Object.assign(this, fields);
  }

  isAdmin() {
    return this.role === 'admin';
  }

  toObject() {
    return { ...this };
  }

  get label() {
    return `${this.name}!`;
  }
}

class Secretive {
  readonly #fields: Caller;

  constructor(id: string) {
    this.#fields = { ...fieldsOf(id), _id: id };
  }

  isAdmin() {
    return this.#fields.role === 'admin';
  }

  get name() {
    return this.#fields.name;
  }

  toJSON() {
    return this.#fields;
  }
}

function documents(mongoose: Mongoose) {
  const schema = new mongoose.Schema({
    name: String,
    role: String,
    email: String,
    tags: [String],
    address: { city: String },
    born: Date,
    friends: [{ nick: String }],
  });
  schema.methods.isAdmin = function isAdmin() {
    return this.role === 'admin';
  };
  schema.virtual('label').get(function label() {
    return `${this.name}!`;
  });
  const User = mongoose.model('SoundnessUser', schema);
  return (id: string) => {
    const friends = [{ _id: new mongoose.Types.ObjectId(id), nick: `n${id.at(-1)}` }];
    return User.hydrate({ _id: new mongoose.Types.ObjectId(id), friends, __v: 0, ...fieldsOf(id) });
  };
}

const longLived: Record<string, Secretive> = { [ANN]: new Secretive(ANN), [BOB]: new Secretive(BOB) };

const KINDS: Record<string, (id: string) => unknown> = {
  'plain object': (id) => ({ _id: id, id, iat: 1, ...fieldsOf(id) }),
  'frozen object': (id) => Object.freeze({ _id: id, id, ...fieldsOf(id) }),
  'object without prototype': (id) => Object.assign(Object.create(null), { _id: id, id, ...fieldsOf(id) }),
  'class instance': (id) => new Person(id),
  'instance with private state': (id) => new Secretive(id),
  'long-lived instance with private state': (id) => longLived[id],
  map: (id) => new Map<string, unknown>(Object.entries({ _id: id, ...fieldsOf(id) })),
  ...Object.fromEntries(Object.entries(MONGOOSE).map(([name, mongoose]) => [name, documents(mongoose)])),
};

// biome-ignore lint/suspicious/noExplicitAny: styles read users of every kind, as untyped handlers do
type User = any;
const userOf = (req: Request): User => (req as { user?: User }).user;

const STYLES: Record<string, (req: Request) => unknown> = {
  'nothing read': () => 'hi',
  truthiness: (req) => (userOf(req) ? 'in' : 'out'),
  'in operator': (req) => 'user' in req,
  'optional chain': (req) => userOf(req)?.name ?? 'anonymous',
  role: (req) => userOf(req)?.role,
  destructuring: (req) => {
    const { name, ...rest } = userOf(req) ?? {};
    return { name, count: Object.keys(rest).length };
  },
  spread: (req) => ({ ...userOf(req) }),
  keys: (req) => Object.keys(userOf(req) ?? {}),
  'for in': (req) => {
    const found = [];
    for (const key in userOf(req)) {
      const value = userOf(req)[key];
      if (typeof value !== 'function' && !key.startsWith('$') && key !== '_doc')
        found.push(key, String(value));
    }
    return found;
  },
  json: (req) => JSON.stringify(userOf(req) ?? null),
  template: (req) => `${userOf(req)?.name}-${userOf(req)?._id}`,
  equals: (req) =>
    userOf(req)?._id?.equals ? userOf(req)._id.equals(ANN) : String(userOf(req)?._id) === ANN,
  toObject: (req) => userOf(req)?.toObject?.() ?? 'no',
  method: (req) => userOf(req)?.isAdmin?.() ?? userOf(req)?.role === 'admin',
  virtual: (req) => userOf(req)?.label ?? 'no',
  nested: (req) => userOf(req)?.address?.city ?? 'no',
  array: (req) => userOf(req)?.tags?.map((tag: string) => `${tag}1`) ?? [],
  length: (req) => userOf(req)?.tags?.length,
  date: (req) => userOf(req)?.born?.getTime?.(),
  'own property': (req) => {
    const user = userOf(req);
    return [user && 'role' in user, user && Object.hasOwn(user, 'name'), user && Object.hasOwn(user, 'zzz')];
  },
  entries: (req) =>
    userOf(req) instanceof Map ? [...userOf(req)] : Object.entries(userOf(req) ?? {}).length,
  'get method': (req) => (typeof userOf(req)?.get === 'function' ? userOf(req).get('name') : 0),
  assign: (req) => Object.assign({}, userOf(req)).name ?? 'x',
  'after await': async (req) => {
    const user = userOf(req);
    await new Promise((resolve) => setImmediate(resolve));
    return user?.email ?? null;
  },
  'passed on': (req) => ((user) => ({ owner: user?._id }))(userOf(req)),
  subdocument: (req) => userOf(req)?.friends?.[0]?.nick ?? 0,
  'owner of a subdocument': (req) => userOf(req)?.friends?.[0]?.ownerDocument?.().name ?? 0,
  instanceof: (req) => userOf(req) instanceof Map || userOf(req) instanceof Person,
  identity: (req) => [[userOf(req)].indexOf(userOf(req)), new Set([userOf(req), userOf(req)]).size],
  structuredClone: (req) => {
    try {
      return structuredClone(userOf(req) ?? null)?.name ?? null;
    } catch (error) {
      return (error as Error).name;
    }
  },
};

const CALLERS = [ANN, ANN, BOB, ''];

/** All styles in one app, a route each, so that a kind needs two servers and not sixty. */
async function answersFor(version: 4 | 5, make: (id: string) => unknown) {
  const names = Object.keys(STYLES);
  const steps = names.flatMap((_, index) =>
    CALLERS.map((id) => ({ path: `/${index}`, headers: id ? { 'x-user': id } : {} })),
  );
  return compare(
    version,
    (app, cache) => {
      app.use((req, _res, next) => {
        const id = req.get('x-user');
        if (id) Object.assign(req, { user: make(id) });
        next();
      });
      for (const [index, name] of names.entries()) {
        app.get(`/${index}`, cache, async (req, res) => {
          const read = async () => STYLES[name]?.(req);
          res.json((await read().catch((error: Error) => `error ${error.message}`)) ?? null);
        });
      }
    },
    steps,
  );
}

describe.each(VERSIONS)('express %i', (version) => {
  it.each(Object.keys(KINDS))('answers every reading style like the uncached app: %s', async (kind) => {
    const { plain, cached, served } = await answersFor(version, KINDS[kind] as (id: string) => unknown);
    const wrong = cached.flatMap((answer, step) => {
      if (answer === plain[step]) return [];
      return [
        `${Object.keys(STYLES)[Math.floor(step / CALLERS.length)]}: ${answer} instead of ${plain[step]}`,
      ];
    });
    expect(wrong).toEqual([]);
    expect(served.slice(0, CALLERS.length)).toBe('MHHM');
  });
});
