import { describe, expect, it } from 'vitest';
import {
  analyseFixture,
  definitionOf,
  effects,
  fixtureWorkspace,
  kinds,
  pathsOf,
  routeAt,
} from './fixture.js';

describe('a CommonJS repository with wrapped exports', () => {
  const facts = analyseFixture('cjs-classic');

  it('finds every GET route under every mount', () => {
    expect(pathsOf(facts).sort()).toEqual([
      '/api/v1/account/confirm',
      '/api/v1/account/me',
      '/api/v1/account/signout',
      '/api/v1/books',
      '/api/v1/books/:id',
      '/api/v1/libraries',
      '/api/v1/libraries/:id',
      '/api/v1/libraries/:libraryId/books',
      '/api/v1/libraries/:libraryId/books/:id',
      '/api/v1/members',
      '/api/v1/members/:id',
    ]);
    expect(pathsOf(facts, 'post')).toEqual(['/api/v1/account/register', '/api/v1/libraries']);
  });

  it('gives the offsets of each argument', () => {
    const { at, chain } = routeAt(facts, '/api/v1/books');
    const text = fixtureWorkspace('cjs-classic').read(at.file)?.text ?? '';
    expect(chain.map(({ start, end }) => text.slice(start, end))).toEqual([
      "listOf(Book, {\n    path: 'library',\n    select: 'name'\n  })",
      'getBooks',
    ]);
    expect(chain[0]?.text).toBe("listOf(Book, { path: 'library', select: 'name' })");
  });

  it('knows the model that a factory is called with', () => {
    const [list, handler] = routeAt(facts, '/api/v1/libraries').chain;
    expect(effects(list)).toEqual([
      'database-read Library.find()',
      'database-read Library.populate()',
      'database-read Library.countDocuments()',
      'calls-next next()',
    ]);
    expect(definitionOf(list)).toBe('middleware/listOf.js:1');
    expect(kinds(handler)).toEqual(['json']);
    expect(definitionOf(handler)).toBe('controllers/libraries.js:5');
  });

  it('sees who denies', () => {
    const [signedIn, onlyRoles, handler] = routeAt(facts, '/api/v1/libraries', 'post').chain;
    expect(kinds(signedIn)).toEqual(['calls-next', 'database-read', 'denies', 'identity']);
    expect(kinds(onlyRoles)).toEqual(['calls-next', 'denies', 'identity']);
    expect(kinds(handler)).toEqual(['database-write', 'json']);
  });

  it('follows a GET that writes and sets a cookie into the helper that it hands res to', () => {
    const [confirm] = routeAt(facts, '/api/v1/account/confirm').chain;
    expect(effects(confirm)).toEqual([
      'database-read Member.findOne()',
      'database-write Member.save()',
      'json res.json(...)',
      'sets-cookie res.cookie(...)',
    ]);
    expect(confirm?.effects.find(({ kind }) => kind === 'sets-cookie')?.at).toEqual({
      file: 'controllers/account.js',
      line: 34,
    });
    expect(confirm?.incomplete).toBe(false);
    expect(kinds(routeAt(facts, '/api/v1/account/signout').chain[0])).toContain('sets-cookie');
  });

  it('finds mail, removed documents and who asks', () => {
    expect(kinds(routeAt(facts, '/api/v1/account/register', 'post').chain[0])).toContain('mail');
    const removal = routeAt(facts, '/api/v1/libraries/:id', 'delete').chain.at(-1);
    expect(effects(removal)).toContain('database-write Library.remove()');
    expect(effects(routeAt(facts, '/api/v1/account/me').chain[1])).toContain('identity req.user');
  });

  it('reports middleware that a whole router runs', () => {
    const guards = facts.middleware.filter(({ fullPaths }) => fullPaths.includes('/api/v1/members'));
    expect(guards.map(({ steps }) => steps.map(({ text }) => text))).toEqual([
      ['signedIn'],
      ["onlyRoles('owner')"],
    ]);
    expect(guards.every(({ router }) => router.file === 'routes/members.js')).toBe(true);
    expect(routeAt(facts, '/api/v1/members').router).toEqual(guards[0]?.router);
  });

  it('finds the app, the listening and the connection', () => {
    expect(facts.app).toMatchObject({ file: 'server.js', line: 13, name: 'app' });
    expect(facts.listen).toMatchObject({ file: 'server.js', line: 26 });
    expect(facts.connect).toMatchObject({ file: 'config/database.js', line: 4 });
  });
});

describe('a CommonJS repository in layers', () => {
  const facts = analyseFixture('cjs-layered');

  it('unrolls mounts in a loop, also the conditional ones', () => {
    expect(pathsOf(facts)).toEqual([
      '/v1/docs',
      '/v1/users',
      '/v1/users/:userId',
      '/v1/users/:userId/rename',
    ]);
    expect(facts.unknownMounts).toEqual([]);
  });

  it('follows controller, service, model index and a static that a plugin adds', () => {
    const [allow, check, handler] = routeAt(facts, '/v1/users').chain;
    expect(kinds(allow)).toEqual(['calls-next', 'denies']);
    expect(allow?.incomplete).toBe(false);
    expect(kinds(check)).toEqual(['calls-next']);
    expect(effects(handler)).toEqual([
      'json res.send(...)',
      'database-read User.countDocuments()',
      'database-read User.find()',
    ]);
  });

  it('finds the write two calls away', () => {
    const [rename] = routeAt(facts, '/v1/users/:userId/rename').chain;
    expect(rename?.effects).toContainEqual({
      kind: 'database-write',
      what: 'User.save()',
      at: { file: 'src/services/user.service.js', line: 17 },
    });
  });

  it('says that a handler from a package is out of reach', () => {
    const [docs] = routeAt(facts, '/v1/docs').chain;
    expect(docs).toMatchObject({ definition: undefined, incomplete: true, unresolved: [{ external: true }] });
  });
});

describe('an ES module repository with odd formatting', () => {
  const facts = analyseFixture('esm');

  it('resolves constants, templates, arrays of paths, barrels and functions that take the app', () => {
    expect(pathsOf(facts)).toEqual([
      '/live',
      '/chained/one',
      '/chained/two',
      '/api/v2/admin/report',
      '/backoffice/report',
      '/',
      '/about',
      '/api/v2/products',
      '/api/v2/products/:id',
      '/api/v2/products/:id/price',
      '/api/v2/orders',
    ]);
  });

  it('does not take the settings getter for a route', () => {
    expect(facts.routes.filter(({ at }) => at.line === 11 && at.file === 'main.js')).toEqual([]);
  });

  it('names mounts that only running would tell, and leaves their routers without a path', () => {
    expect(facts.unknownMounts).toEqual([
      { at: { file: 'main.js', line: 20 }, text: "(await import('./features/' + file)).default" },
    ]);
    expect(facts.routes.find(({ path }) => path === '/beta')?.fullPaths).toEqual([]);
    expect(facts.routes.find(({ at }) => at.line === 22)?.fullPaths).toEqual([]);
  });

  it('reports the file with a syntax error and reads the others', () => {
    expect(facts.problems).toEqual([{ at: { file: 'routes/broken.js', line: 7 }, message: "'}' expected." }]);
  });

  it('takes an array literal apart, and a spread or named array as one step', () => {
    expect(
      routeAt(facts, '/api/v2/products/:id/price')
        .chain.map(({ text }) => text)
        .slice(0, 2),
    ).toEqual(['seesOnlyOwn', 'products.touch']);
    const [guards] = routeAt(facts, '/api/v2/products/:id').chain;
    expect(guards?.text).toBe('...guards');
    expect(kinds(guards)).toEqual(['calls-next', 'denies', 'identity', 'json']);
  });

  it('finds what makes a response unfit for a cache', () => {
    expect(kinds(routeAt(facts, '/live').chain[0])).toEqual(['stream']);
    expect(kinds(routeAt(facts, '/backoffice/report').chain[0])).toEqual(['file', 'sets-cookie']);
    expect(kinds(routeAt(facts, '/').chain[0])).toEqual(['clock', 'render']);
    expect(kinds(routeAt(facts, '/api/v2/products/:id/price').chain.at(-1))).toEqual([
      'external-call',
      'json',
    ]);
    expect(kinds(routeAt(facts, '/api/v2/products/:id').chain.at(-1))).toEqual([
      'database-read',
      'database-write',
      'json',
      'module-state',
    ]);
  });

  it('follows a function that is only named', () => {
    const [, orders] = routeAt(facts, '/api/v2/orders').chain;
    expect(effects(orders)).toContain('random Math.random()');
    expect(effects(orders)).toContain('database-write order.save()');
  });
});

describe('a TypeScript repository of classes, compiled to CommonJS', () => {
  const facts = analyseFixture('ts-cjs');

  it('follows constructors, fields, bound methods and path aliases', () => {
    expect(pathsOf(facts)).toEqual([
      '/api/tickets',
      '/api/tickets/:id',
      '/api/tickets/:id/seen',
      '/api/notifications',
    ]);
    expect(facts.app).toMatchObject({ file: 'src/app.ts', name: 'this.app' });
    expect(effects(routeAt(facts, '/api/tickets').chain[0])).toContain('database-read this.tickets.find()');
    expect(kinds(routeAt(facts, '/api/tickets/:id/seen').chain[0])).toContain('database-write');
    expect(kinds(routeAt(facts, '/api/tickets/:id').chain[0])).toContain('denies');
  });

  it('follows an inherited method with what the subclass gave it', () => {
    expect(effects(routeAt(facts, '/api/notifications').chain[0])).toContain('external-call fetch()');
  });
});

describe('a TypeScript repository of functions, as ES modules', () => {
  const facts = analyseFixture('ts-esm');

  it('passes what the start-up code builds through to the routes', () => {
    expect(pathsOf(facts)).toEqual(['/health', '/v1/notes', '/v1/raw-users', '/v1/users', '/v1/users/me']);
    expect(definitionOf(routeAt(facts, '/v1/users').chain[0])).toBe('src/users/user-controller.ts:11');
    expect(effects(routeAt(facts, '/v1/users').chain[0])).toContain('database-read User.find()');
  });

  it('reports a registration that makes several routes once, with the effects of all', () => {
    const { fullPaths, chain } = routeAt(facts, '/v1/notes');
    expect(fullPaths).toEqual(['/v1/notes', '/v1/raw-users']);
    expect(effects(chain[0])).toEqual([
      'json res.json(...)',
      'database-read Note.find()',
      'database-read User.find()',
    ]);
  });

  it('finds a server that Node makes', () => {
    expect(facts.listen).toMatchObject({ file: 'src/main.ts', line: 10 });
    expect(facts.connect).toMatchObject({ file: 'src/main.ts', line: 7 });
  });
});
