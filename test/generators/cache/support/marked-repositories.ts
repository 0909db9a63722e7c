/**
 * Repositories that nobody prepared, each in the form `⟦…⟧` marks what a retrofit is to insert: what is outside of the
 * marks is the file before, and has to be there to the byte afterwards.
 */
export interface MarkedRepository {
  readonly name: string;
  readonly files: Readonly<Record<string, string>>;
  /** Why routes are left alone, by file and path. */
  readonly leftAlone: Readonly<Record<string, RegExp>>;
}

export function beforeRetrofit(marked: string): string {
  return marked.replace(/⟦[^⟧]*⟧/g, '');
}

export function afterRetrofit(marked: string): string {
  return marked.replace(/[⟦⟧]/g, '');
}

function packageJson(fields: object): string {
  return `${JSON.stringify({ name: 'shop', private: true, ...fields }, null, 2)}\n`;
}

/** Windows line endings, as in `lines.join('\r\n')` without the noise. */
function crlf(text: string): string {
  return text.replaceAll('\n', '\r\n');
}

const BOM = '\uFEFF';

const commonJs: MarkedRepository = {
  name: 'JavaScript, CommonJS',
  leftAlone: {
    'routes/auth.js /logout': /sets a cookie/,
    'routes/auth.js /confirm': /writes to the database/,
    'routes/wrapped.js /sealed': /decides who may pass where it reads: jsonwebtoken\.verify\(\)/,
    'routes/wrapped.js /listed': /decides who may pass where it reads: jsonwebtoken\.verify\(\)/,
    'routes/wrapped.js /health': /no read of the database/,
  },
  files: {
    'package.json': packageJson({
      scripts: { start: 'node server.js' },
      dependencies: { express: '^4.22.0', mongoose: '^5.13.0', jsonwebtoken: '^9.0.0' },
    }),
    'server.js': crlf(
      `#!/usr/bin/env node\n"use strict"\nrequire("./tracing") // first of all\n⟦require("./scalable/cache")\n⟧const app = require("./app")\nconst mongoose = require("mongoose")\nmongoose.connect(process.env.MONGODB_URI)\napp.listen(3000)`,
    ),
    'tracing.js': "console.log('traced');\n",
    'app.js': `const express = require('express'), path = require('path');
const app = express();
app.use('/items', require('./routes/items'));
app.use('/api', require('./routes/wrapped'));
app.use('/auth', require('./routes/auth'));
for (const prefix of ['/tabs', '/also-tabs']) app.use(prefix, require('./routes/tabs'));
app.use('/v1/marked', require('./routes/marked'));
app.use('/v2/marked', require('./routes/marked'));
require('./routes/late')(app);
module.exports = app;
`,
    'models/item.js':
      "const mongoose = require('mongoose');\nmodule.exports = mongoose.model('Item', new mongoose.Schema({ name: String, owner: String }));\n",
    'controllers/items.js': `const Item = require('../models/item');
exports.list = async (req, res) => res.json(await Item.find());
exports.show = async (req, res) => res.json(await Item.findById(req.params.id));
exports.create = async (req, res) => res.status(201).json(await Item.create(req.body));
`,
    'middleware/auth.js': `const jwt = require('jsonwebtoken');
exports.protect = (req, res, next) => {
  try {
    req.user = jwt.verify(req.headers.authorization, process.env.SECRET);
    next();
  } catch {
    res.status(401).end();
  }
};
exports.authorize = (...roles) => (req, res, next) =>
  roles.includes(req.user.role) ? next() : res.status(403).end();
exports.sealed = (handler) => (req, res) => {
  try {
    jwt.verify(req.headers.authorization, process.env.SECRET);
  } catch {
    return res.status(401).end();
  }
  return handler(req, res);
};
`,
    'middleware/paged.js': `module.exports = (Model, populate) => async (req, res, next) => {
  res.paged = await Model.find().populate(populate);
  next();
};
`,
    'middleware/wrap.js':
      'module.exports = (handler) => (req, res, next) => Promise.resolve(handler(req, res, next)).catch(next);\n',
    'routes/items.js': `const express = require('express');
const items = require('../controllers/items');
const { protect, authorize } = require('../middleware/auth'); // who may pass⟦
const { cache } = require('../scalable/cache');⟧

const router = express.Router();

router.route('/').get(⟦cache(), ⟧items.list).post(protect, items.create); // both
router.route('/:id')
  .get(
    protect, /* signed in */
    // and a publisher
    authorize('publisher', "admin"),
    ⟦cache(),
    ⟧items.show,
  )
  .put(protect, items.create);
router.get('/mine' , protect , ⟦cache(), ⟧items.list) ;

module.exports = router;
`,
    'routes/wrapped.js': `var router = require('express').Router();
var wrap = require('../middleware/wrap');
var paged = require('../middleware/paged');
var auth = require('../middleware/auth');
var items = require('../controllers/items');
var Item = require('../models/item');⟦
const { cache } = require('../scalable/cache');⟧
var guarded = [auth.protect, items.list];
router.get('/wrapped', ⟦cache(), ⟧wrap(items.list));
router.get('/factory', [auth.protect, ⟦cache(), ⟧paged(Item, 'owner')], function (req, res) { res.json(res.paged); });
router.get('/sealed', auth.sealed(items.list));
router.get('/listed', guarded);
router.get('/health', function (req, res) { res.json({ ok: true }); });
module.exports = router;
`,
    'routes/auth.js': `const router = require('express').Router();
const User = require('../models/item');

router.get('/logout', (req, res) => res.clearCookie('token').json({}));
router.get('/confirm', async (req, res) => {
  const user = await User.findOne({ name: req.query.token });
  user.name = undefined;
  await user.save();
  res.json(user);
});

module.exports = router;
`,
    'routes/tabs.js': crlf(
      `const { Router } = require("express") // four\nconst Item = require("../models/item")\t/* the model */⟦\nconst { cache } = require("../scalable/cache")⟧\n\nconst router = Router()\nrouter.use(require("../middleware/auth").protect)\n\nrouter.get(\n\t"/",\n\n\t⟦cache(),\n\t⟧async (req, res) => {\n\t\tres.json(await Item.find())\t\n\t}\n)\n\nmodule.exports = router`,
    ),
    'routes/marked.js': `${BOM}'use strict';
const express = require('express');
const Item = require('../models/item');⟦
const { cache: responseCache } = require('../scalable/cache');⟧
const cache = new Map();
const router = module.exports = express.Router();
router.get('/', ⟦responseCache(), ⟧(req, res, next) => Item.find().then((found) => res.json(found)).catch(next));
`,
    'routes/late.js': `⟦const { cache } = require('../scalable/cache');
⟧module.exports = (app) => {
  const items = require('../controllers/items');
  app.get('/late', ⟦cache(), ⟧items.list);
};
const unused = require('path');
`,
    'routes/modern.mjs': `import express from "express";
import Item from "../models/item.js";⟦
import { cache } from "../scalable/cache/index.js";⟧
export const router = express.Router();
router.get("/", ⟦cache(), ⟧async (req, res) => res.json(await Item.find()));
`,
  },
};

const esModules: MarkedRepository = {
  name: 'JavaScript, ES modules',
  leftAlone: { 'src/routes/legacy.cjs /': /a CommonJS file cannot load the cache/ },
  files: {
    'package.json': packageJson({
      type: 'module',
      scripts: { start: 'node src/server.js' },
      dependencies: { express: '^5.0.0', mongoose: '^8.0.0' },
    }),
    'src/server.js': `// Starts the shop.
import 'reflect-metadata';
⟦import './scalable/cache/index.js';
⟧import mongoose from 'mongoose';
import { app } from './app.js';

await mongoose.connect(process.env.MONGODB_URI);
app.listen(3000);
`,
    'src/app.js': `import express from 'express'
import items, { reviews } from './routes/items.js'
import { requireUser } from './guards.js'
import { Item } from './model.js'⟦
import { cache } from './scalable/cache/index.js'⟧

export const app = express()
app.use('/items', items)
app.use('/items/:id/reviews', requireUser, reviews)
app.get('/everything', ⟦cache(), ⟧async (_req, res) => res.json(await Item.find().lean()))
;[1, 2].forEach((n) => console.log(n))
`,
    'src/model.js':
      "import mongoose from 'mongoose';\nexport const Item = mongoose.model('Item', new mongoose.Schema({ name: String }));\n",
    'src/guards.js': `export function requireUser(req, res, next) {
  if (!req.headers.authorization) return res.sendStatus(401);
  next();
}
`,
    'src/routes/items.js': crlf(`import { Router } from 'express';
import * as controller from '../controller.js';
import {
  requireUser, // by token
} from '../guards.js';⟦
import { cache } from '../scalable/cache/index.js';⟧ export const reviews = Router();
const items = Router();
items.get('/', ⟦cache(), ⟧controller.list);
items.get('/:id', [requireUser], [⟦cache(), ⟧controller.show]);
reviews.use(requireUser).get('/', ⟦cache(), ⟧controller.list)
export default items;
`),
    'src/controller.js': `import { Item } from './model.js';
export const list = async (req, res) => res.json(await Item.find());
export async function show(req, res) {
  res.json(await Item.findById(req.params.id));
}
`,
    'src/routes/legacy.cjs': `const { Router } = require('express');
const mongoose = require('mongoose');
const Old = mongoose.model('Old', new mongoose.Schema({ name: String }));
const router = Router();
router.get('/', async (req, res) => res.json(await Old.find()));
module.exports = router;
`,
  },
};

const typeScriptCommonJs: MarkedRepository = {
  name: 'TypeScript, CommonJS',
  leftAlone: {},
  files: {
    'package.json': packageJson({
      scripts: { start: 'node dist/server.js', build: 'tsc' },
      dependencies: { express: '^4.22.0', mongoose: '^8.0.0' },
      devDependencies: { typescript: '^5.0.0' },
    }),
    'tsconfig.json':
      '{ "compilerOptions": { "module": "commonjs", "target": "es2022", "outDir": "dist", "rootDir": "src", "esModuleInterop": true } }\n',
    'src/server.ts': `⟦import './scalable/cache';
⟧import mongoose from 'mongoose';
import app from './app';

(async () => {
  await mongoose.connect(String(process.env.MONGODB_URI));
  app.listen(3000);
})();
`,
    'src/app.ts': `import express, { type Application } from 'express';
import { ItemRoutes } from './item.routes';
import old from './old.routes';

const app: Application = express();
app.use('/items', new ItemRoutes().router);
app.use('/old', old);
export default app;
`,
    'src/item.model.ts':
      "import { Schema, model } from 'mongoose';\nexport const Item = model('Item', new Schema({ name: String }));\n",
    'src/item.controller.ts': `import type { Request, Response } from 'express';
import { Item } from './item.model';

export class ItemController {
  public list = async (_req: Request, res: Response): Promise<void> => {
    res.json(await Item.find());
  };
}
`,
    'src/item.routes.ts': `import { Router } from 'express';
import type { RequestHandler } from 'express';
import { ItemController } from './item.controller';⟦
import { cache } from './scalable/cache';⟧

export class ItemRoutes {
    public readonly router: Router = Router();
    private readonly controller = new ItemController();

    constructor() {
        this.router.get('/', ⟦cache(), ⟧this.controller.list as RequestHandler);
    }
}
`,
    'src/old.routes.ts': `import express = require("express")
import models = require("./item.model")⟦
import { cache } from "./scalable/cache"⟧
const router = express.Router()
router.get("/", ⟦cache(), ⟧async (_req, res) => { res.json(await models.Item.find()) })
export = router
`,
  },
};

const typeScriptEsModules: MarkedRepository = {
  name: 'TypeScript, ES modules',
  leftAlone: {},
  files: {
    'package.json': packageJson({
      type: 'module',
      scripts: { dev: 'tsx watch src/main.ts' },
      dependencies: { express: '^5.0.0', mongoose: '^9.0.0' },
      devDependencies: { typescript: '^5.0.0', tsx: '^4.0.0' },
    }),
    'tsconfig.json': '{ "compilerOptions": { "module": "nodenext", "strict": true } }\n',
    'src/main.ts': `⟦import "./scalable/cache/index.js";
⟧import express from "express";
import { items } from "./items.js"; /* all
of them */

express().use("/items", items).listen(3000);
`,
    'src/items.ts': `import type { Request, Response } from "express";
import { Router } from "express";
import mongoose from "mongoose";⟦
import { cache } from "./scalable/cache/index.js";⟧
interface Item { name: string }
const Item = mongoose.model<Item>("Item", new mongoose.Schema<Item>({ name: String }));
const list = async (_req: Request, res: Response) => { res.json(await Item.find().lean<Item[]>()); };
const methods = { list } satisfies Record<string, unknown>;
export const items: Router = Router()
  .get("/", ⟦cache(), ⟧list)
  .get("/first", ⟦cache(), ⟧(_req, res, next) => { Item.findOne().then((item) => res.json(item), next); })
  .get("/methods", ⟦cache(), ⟧methods.list);
`,
  },
};

export const markedRepositories: readonly MarkedRepository[] = [
  commonJs,
  esModules,
  typeScriptCommonJs,
  typeScriptEsModules,
];
