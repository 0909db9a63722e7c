import { describe, expect, it } from 'vitest';
import { analyseFiles, definitionOf, kinds, pathsOf, routeAt } from './fixture.js';

const APP = "const express = require('express');\nconst app = express();\n";
const HANDLER = '(req, res) => res.json({})';

describe('registrations', () => {
  it.each([
    [
      'a factory of routers per resource',
      `const make = () => { const r = express.Router(); r.get('/x', ${HANDLER}); return r; };\napp.use('/a', make());\napp.use('/b', make());`,
      ['/a/x', '/b/x'],
    ],
    [
      'a table of pairs',
      `const table = [['/a', express.Router().get('/x', ${HANDLER})]];\ntable.forEach(([path, router]) => app.use(path, router));`,
      ['/a/x'],
    ],
    [
      'a for-of loop over objects',
      `const table = [{ at: '/a', router: express.Router().get('/x', ${HANDLER}) }];\nfor (const { at, router } of table) app.use(at, router);`,
      ['/a/x'],
    ],
    [
      'several routers in one call',
      `const a = express.Router();\na.get('/x', ${HANDLER});\napp.use('/p', (req, res, next) => next(), a);`,
      ['/p/x'],
    ],
    ['a sub-app', `const sub = express();\nsub.get('/x', ${HANDLER});\napp.use('/sub', sub);`, ['/sub/x']],
    [
      'a router declared before it is made',
      `let router;\nrouter = express.Router();\nrouter.get('/x', ${HANDLER});\napp.use(router);`,
      ['/x'],
    ],
    [
      'slashes at both ends',
      `const r = express.Router();\nr.get('//x/', ${HANDLER});\napp.use('/a/', r);`,
      ['/a/x'],
    ],
    [
      'a default for the prefix',
      `const prefix = process.env.PREFIX || '/api';\napp.get(prefix + '/x', ${HANDLER});`,
      ['/api/x'],
    ],
    [
      'a prefix out of a configuration object',
      `const config = { api: { prefix: '/api' } };\napp.get(\`\${config.api.prefix}/x\`, ${HANDLER});`,
      ['/api/x'],
    ],
    ['a promise in front of the routes', `connect().then(() => { app.get('/x', ${HANDLER}); });`, ['/x']],
  ])('finds %s', (_what, code, paths) => {
    expect(pathsOf(analyseFiles({ 'app.js': APP + code }))).toEqual(paths);
  });

  it('gives no path to a router that mounts itself', () => {
    const code = `const r = express.Router();\nr.use('/again', r);\nr.get('/x', ${HANDLER});`;
    expect(analyseFiles({ 'app.js': APP + code }).routes.map(({ fullPaths }) => fullPaths)).toEqual([[]]);
  });

  it('does not take clients of other services for routers', () => {
    const code =
      "const axios = require('axios');\naxios.get('/users', options);\nnew Map().get('/x', 1);\ncache.get('/x', fallback);";
    expect(analyseFiles({ 'app.js': APP + code }).routes).toEqual([]);
  });

  it('reports routes on a parameter that no call binds, without a path', () => {
    const facts = analyseFiles({
      'app.js': APP,
      'plugin.js': `const express = require('express');\nmodule.exports = (router) => { router.get('/x', ${HANDLER}); };`,
    });
    expect(facts.routes).toMatchObject([{ path: '/x', fullPaths: [], router: undefined }]);
  });

  it('leaves tests and minified files alone', () => {
    const code = `${APP}app.get('/x', ${HANDLER});`;
    expect(analyseFiles({ 'app.js': APP, 'tests/a.test.js': code, 'vendor/x.min.js': code }).routes).toEqual(
      [],
    );
  });

  it('survives functions that call each other', () => {
    const code = 'const a = (n) => b(n); const b = (n) => a(n);\napp.get(a(1), (req, res) => a(res));';
    expect(analyseFiles({ 'app.js': APP + code }).routes).toHaveLength(1);
  });
});

describe('handlers', () => {
  it.each([
    ['an object literal', 'const c = { list(req, res) { res.render("x"); } };', 'c.list'],
    ['an object that grows', 'const c = {};\nc.list = (req, res) => res.render("x");', 'c.list'],
    ['a class with static methods', 'class C { static list(req, res) { res.render("x"); } }', 'C.list'],
    [
      'an instance',
      'class C { list = (req, res) => this.show(res); show(res) { res.render("x"); } }',
      'new C().list',
    ],
    [
      'a bound method',
      'class C { list(req, res) { this.show(res); } show(res) { res.render("x"); } }\nconst c = new C();',
      'c.list.bind(c)',
    ],
    [
      'a wrapper that keeps arguments',
      'const wrap = (fn) => function (...args) { return fn(...args); };',
      'wrap((req, res) => res.render("x"))',
    ],
    [
      'a wrapper that applies',
      'const wrap = (fn) => function () { return fn.apply(this, arguments); };',
      'wrap((req, res) => res.render("x"))',
    ],
    [
      'two wrappers',
      'const wrap = (fn) => (req, res, next) => fn(req, res, next);',
      'wrap(wrap((req, res) => res.render("x")))',
    ],
    [
      'one of two',
      'const a = (req, res) => res.render("x"); const b = (req, res) => res.json(1);',
      'process.env.A ? a : b',
    ],
    [
      'a renamed response',
      'const show = (out) => out.render("x");\nconst h = (request, out) => show(out);',
      'h',
    ],
    [
      'a callback of a callback',
      'const h = (req, res) => read((error, data) => later(() => res.render("x", data)));',
      'h',
    ],
  ])('looks into %s', (_what, code, handler) => {
    const facts = analyseFiles({ 'app.js': `${APP}${code}\napp.get('/x', ${handler});` });
    expect(kinds(routeAt(facts, '/x').chain[0])).toContain('render');
  });

  it.each([
    ['require of a folder', "const c = require('./controllers');", 'c.users.list'],
    ['destructured require', "const { users: { list } } = require('./controllers');", 'list'],
    ['require in place', '', "require('./controllers').users.list"],
  ])('follows %s', (_what, code, handler) => {
    const facts = analyseFiles({
      'app.js': `${APP}${code}\napp.get('/x', ${handler});`,
      'controllers/index.js': "module.exports = { users: require('./users') };",
      'controllers/users.js': 'exports.list = async (req, res) => {\n  res.json([]);\n};',
    });
    expect(definitionOf(routeAt(facts, '/x').chain[0])).toBe('controllers/users.js:1');
  });

  it('says what it could not look into', () => {
    const facts = analyseFiles({
      'app.js': `${APP}const gone = require('./gone');\napp.get('/a', gone.list);\napp.get('/b', (req, res) => gone.send(res));`,
    });
    expect(routeAt(facts, '/a').chain[0]).toMatchObject({ definition: undefined, incomplete: true });
    expect(routeAt(facts, '/b').chain[0]?.unresolved).toMatchObject([{ what: 'gone.send', external: false }]);
  });

  it('takes a response handed to a package for unknown', () => {
    const code = "const send = require('some-sender');\napp.get('/x', (req, res) => send(res, {}));";
    expect(routeAt(analyseFiles({ 'app.js': APP + code }), '/x').chain[0]?.unresolved).toMatchObject([
      { what: 'send', external: true },
    ]);
  });
});
