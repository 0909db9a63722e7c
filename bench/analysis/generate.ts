import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const ROUTERS = 100;

/** Writes an Express project of `files` files: a hundred routers with what they need, the rest code that registers nothing. */
export function generateProject(root: string, files: number): void {
  const write = (path: string, text: string): void => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  };
  write('package.json', JSON.stringify({ name: 'generated', main: 'app.js' }));
  write('app.js', appText());
  write('middleware/protect.js', PROTECT);
  for (let index = 0; index < ROUTERS; index += 1) {
    write(`routes/r${index}.js`, routerText(index));
    write(`controllers/c${index}.js`, controllerText(index));
    write(`services/s${index}.js`, serviceText(index));
    write(`models/m${index}.js`, modelText(index));
  }
  for (let index = 4 * ROUTERS + 2; index < files; index += 1) {
    write(`lib/area${index % 50}/l${index}.js`, fillerText(index));
  }
}

const PROTECT = `module.exports = (req, res, next) => {
  if (!req.headers.authorization) return res.status(401).json({ error: 'Sign in first' });
  next();
};
`;

function appText(): string {
  const mounts = Array.from(
    { length: ROUTERS },
    (_, index) => `app.use('/api/r${index}', require('./routes/r${index}'));`,
  );
  return `const express = require('express');\nconst app = express();\n${mounts.join('\n')}\napp.listen(3000);\n`;
}

function routerText(index: number): string {
  return `const express = require('express');
const controller = require('../controllers/c${index}');
const protect = require('../middleware/protect');
const router = express.Router();
router.route('/').get(protect, controller.list).post(protect, controller.create);
router.route('/:id').get(controller.one).delete(protect, controller.remove);
module.exports = router;
`;
}

function controllerText(index: number): string {
  const handler = (name: string, argument: string): string =>
    `exports.${name} = async (req, res, next) => {\n  try {\n    res.json(await service.${name}(${argument}));\n  } catch (error) {\n    next(error);\n  }\n};\n`;
  return `const service = require('../services/s${index}');\n${handler('list', 'req.query')}${handler('create', 'req.body')}${handler('one', 'req.params.id')}${handler('remove', 'req.params.id')}`;
}

function serviceText(index: number): string {
  return `const Model = require('../models/m${index}');
exports.list = (filter) => Model.find(filter).limit(20);
exports.create = (values) => new Model(values).save();
exports.one = (id) => Model.findById(id);
exports.remove = (id) => Model.findByIdAndDelete(id);
`;
}

function modelText(index: number): string {
  return `const mongoose = require('mongoose');
const schema = new mongoose.Schema({ name: String, size: Number });
module.exports = mongoose.model('M${index}', schema);
`;
}

function fillerText(index: number): string {
  const functions = Array.from(
    { length: 12 },
    (_, part) =>
      `function part${part}(values) {\n  return values.filter((value) => value.size > ${part}).map((value) => value.name + ${index});\n}\n`,
  );
  return `const helper = require('./l${index - 50}');\n${functions.join('\n')}\nmodule.exports = { part0, part1, helper };\n`;
}
