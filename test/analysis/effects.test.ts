import { describe, expect, it } from 'vitest';
import type { EffectKind } from '../../src/analysis/facts.js';
import { analyseFiles, effects, kinds, routeAt } from './fixture.js';

const HEAD = `const express = require('express');
const mongoose = require('mongoose');
const app = express();
const schema = new mongoose.Schema({ name: String }, { methods: { greet() { return Math.random(); } } });
const Pet = mongoose.model('Pet', schema);
`;

function stepOf(handler: string, before = '') {
  const facts = analyseFiles({ 'app.js': `${HEAD}${before}\napp.get('/x', ${handler});` });
  return routeAt(facts, '/x').chain[0];
}

describe('effects of a handler', () => {
  it.each<[string, EffectKind]>([
    ['Pet.find()', 'database-read'],
    ['Pet.findOneAndUpdate({}, {})', 'database-write'],
    ['Pet.insertMany([])', 'database-write'],
    ['Pet.bulkWrite([])', 'database-write'],
    ['new Pet({}).save()', 'database-write'],
    ['Pet.find().then((pets) => pets.forEach((pet) => pet.save()))', 'database-write'],
    ['req.pet.remove()', 'database-write'],
    ['Pet.findOne().then(() => {}), (async () => (await Pet.findById(1)).greet())()', 'random'],
    ["res.clearCookie('a')", 'sets-cookie'],
    ["res.set('Set-Cookie', 'a=b')", 'sets-cookie'],
    ['req.logout(() => {})', 'sets-cookie'],
    ['(req.session.seen = true)', 'session-write'],
    ['delete req.session.seen', 'session-write'],
    ["req.flash('info', 'x')", 'session-write'],
    ["res.redirect('/')", 'redirect'],
    ["require('fs').createReadStream('x').pipe(res)", 'stream'],
    ["res.sendFile('x')", 'file'],
    ["res.render('x')", 'render'],
    ['res.status(200).json({})', 'json'],
    ["require('axios')('http://x.test')", 'external-call'],
    ["require('node:https').get('https://x.test')", 'external-call'],
    ['fetch("http://x.test")', 'external-call'],
    ["require('nodemailer').createTransport({}).sendMail({})", 'mail'],
    ['res.json(new Date())', 'clock'],
    ["res.json(require('moment')())", 'clock'],
    ["res.json(require('node:crypto').randomUUID())", 'random'],
    ['res.json(req.user.id)', 'identity'],
    ['res.json(req.headers.authorization)', 'identity'],
    ["res.json(req.get('Authorization'))", 'identity'],
    ['res.json(res.locals.user)', 'identity'],
    ["require('redis').createClient().get('x')", 'cache'],
    ["io.to('room').emit('seen')", 'emits'],
    ["new (require('node:async_hooks').AsyncLocalStorage)().getStore()", 'async-local-storage'],
  ])('%s is %s', (code, kind) => {
    expect(kinds(stepOf(`(req, res) => { ${code}; }`))).toContain(kind);
  });

  it.each([
    ['res.json(req.params.id)'],
    ['res.json(new Date(req.query.at))'],
    ['res.json([1].find((x) => x))'],
    ['res.json(new Map().delete(1))'],
    ["res.json(require('moment')(req.query.at))"],
    ['if (error.status === 401) return; res.json({})'],
  ])('%s only answers', (code) => {
    const step = stepOf(`(req, res) => { ${code}; }`);
    expect(kinds(step)).toEqual(['json']);
    expect(step?.incomplete).toBe(false);
  });
});

describe('middleware', () => {
  it.each([
    ['res.status(401).end()'],
    ['res.sendStatus(403)'],
    ['next(createError(401))'],
    ["next(new ApiError('no', 403))"],
    ['next(new ApiError(httpStatus.FORBIDDEN))'],
    ['next({ status: 401 })'],
    ['(error.statusCode = 403), next(error)'],
    ['reject(new UnauthorizedError())'],
    ["res.redirect('/login')"],
  ])('%s denies', (code) => {
    expect(kinds(stepOf(`(req, res, next) => { if (req.query.ok) return next(); ${code}; }`))).toContain(
      'denies',
    );
  });

  it('passing an error on is neither passing nor denying', () => {
    expect(kinds(stepOf('(req, res, next) => next(new Error("no"))'))).toEqual([]);
  });

  it.each([
    ["passport.authenticate('jwt')", "const passport = require('passport');"],
    ['limiter', "const limiter = require('express-rate-limit')({});"],
    ['requireAuth()', "const { requireAuth } = require('@acme/auth');"],
    ['guards.isAdmin', "const guards = require('./generated/guards');"],
  ])('%s out of a package denies', (text, before) => {
    expect(kinds(stepOf(text, before))).toEqual(['denies']);
  });

  it('out of a package is otherwise unknown', () => {
    const step = stepOf('parse()', "const parse = require('some-parser');");
    expect(step).toMatchObject({ effects: [], incomplete: true });
  });
});

describe('state of the module', () => {
  it.each([
    ['a counter', 'let hits = 0;', 'hits += 1; res.json(hits)'],
    [
      'a list that a function fills',
      'const seen = [];\nfunction note(x) { seen.push(x); }',
      'res.json(seen)',
    ],
    ['a memo', 'const memo = {};', 'memo[req.params.id] ??= 1; res.json(memo)'],
  ])('%s counts', (_what, before, code) => {
    expect(kinds(stepOf(`(req, res) => { ${code}; }`, before))).toContain('module-state');
  });

  it.each([
    ['a constant table', 'const table = { a: 1 };', 'res.json(table.a)'],
    ['a list that only the start fills', 'const seen = [];\nseen.push(1);', 'res.json(seen)'],
    [
      'a local of the same name',
      'let hits = 0;\nsetInterval(() => { hits += 1; }, 1);',
      'const hits = 1; res.json(hits)',
    ],
    [
      'a property of the same name',
      'let hits = 0;\nsetInterval(() => { hits += 1; }, 1);',
      'res.json(req.query.hits)',
    ],
  ])('%s does not', (_what, before, code) => {
    expect(kinds(stepOf(`(req, res) => { ${code}; }`, before))).toEqual(['json']);
  });
});

describe('SQL', () => {
  const pool =
    "const { Pool } = require('pg');\nconst pool = new Pool();\nconst query = (text, values) => pool.query(text, values);";

  it.each([
    ["query('SELECT * FROM pets WHERE id = $1', [1])", 'database-read'],
    ["query('UPDATE pets SET seen = true')", 'database-write'],
    ['query(statement)', 'database-write'],
  ])('%s is %s', (code, kind) => {
    expect(kinds(stepOf(`async (req, res) => { res.json(await ${code}); }`, pool))).toContain(kind);
  });

  it('tells two calls of one helper apart', () => {
    const step = stepOf(
      "async (req, res) => { await query('SELECT 1'); await query('DELETE FROM pets'); }",
      pool,
    );
    expect(effects(step)).toEqual(['database-read pool.query()', 'database-write pool.query()']);
  });
});
