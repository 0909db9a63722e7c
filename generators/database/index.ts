import { defineCapability } from '../../src/capability/capability.js';

const readme = `## Database

While \`MONGODB_URI\` is not set, the server runs a development database of its own, filled with sample products, and
\`npm run seed\` reaches it as long as the server runs. In production \`MONGODB_URI\` must be set.

\`\`\`sh
curl 'http://localhost:3000/products?category=home&sort=-price&limit=5'
curl -X POST http://localhost:3000/products -H 'Content-Type: application/json' \\
  -d '{ "name": "Lamp", "price": 4900, "category": "home" }'
\`\`\`

A list takes \`category\`, \`tag\`, \`minPrice\`, \`maxPrice\`, \`inStock\`, \`sort\` (\`createdAt\`, \`price\`, \`name\`, each
with \`-\` for descending), \`limit\`, and \`cursor\`: the \`nextCursor\` of the page before. Prices are whole numbers in the
smallest unit of the currency.`;

export const database = defineCapability({
  id: 'database',
  title: 'MongoDB',
  summary:
    'MongoDB by mongoose, with a products API as an example and a database for development that needs no server.',
  questions: [
    {
      type: 'select',
      name: 'database',
      message: 'Which database?',
      default: 'mongodb',
      choices: [
        { value: 'mongodb', title: 'MongoDB', description: 'mongoose, with an example API' },
        { value: 'none', title: 'None', description: 'an empty application' },
      ],
    },
  ],
  chosen: (answers) => answers.database === 'mongodb',
  detect: ({ dependencies }) => ({ database: 'mongoose' in dependencies ? 'mongodb' : 'none' }),
  requires: ['base'],
  after: ['base'],
  packages: ['mongoose'],
  devPackages: ['bson', 'mingo', 'mongodb-memory-server-core'],
  scripts: { seed: 'tsx src/seed.ts' },
  env: [
    {
      name: 'MONGODB_URI',
      example: '',
      help: 'Such as mongodb://localhost:27017/app. Empty: a development database runs inside the server',
    },
  ],
  templates: 'database',
  runtime: [],
  slots: () => ({
    'env.declarations': [
      "const mongodbUri = z.string().regex(/^mongodb(\\+srv)?:\\/\\/./, 'must begin with mongodb:// or mongodb+srv://');",
    ],
    'env.variables': ['MONGODB_URI: production ? mongodbUri : mongodbUri.optional(),'],
    'env.tests': [
      [
        "it('must name the database in production', () => {",
        "  expect(() => parseEnv({ NODE_ENV: 'production' })).toThrow(/MONGODB_URI: /);",
        "  const MONGODB_URI = 'mongodb://db.example.com/app';",
        "  expect(parseEnv({ NODE_ENV: 'production', MONGODB_URI })).toMatchObject({ MONGODB_URI });",
        '});',
      ].join('\n'),
    ],
    'services.imports': ["import { database } from '../database/connection.js';"],
    services: ['database'],
    'routes.imports': ["import { products } from './products/product.routes.js';"],
    routes: ["routes.use('/products', products);"],
    'readme.with': ['MongoDB'],
    'readme.commands': [
      '| `npm run seed -- --count 100000` | replaces the sample products, the same ones every time |',
    ],
    'readme.paths': [
      '| `src/products` | an example resource: routes, handlers, service, model |',
      '| `src/database` | the connection |',
      '| `src/dev/mongodb` | the development database |',
    ],
    'readme.sections': [readme],
    'compose.environment': ['MONGODB_URI: mongodb://mongodb:27017/app'],
    'compose.dependencies': ['mongodb'],
    'compose.services': [
      [
        'mongodb:',
        '  image: mongo:8',
        '  ports:',
        '    - "127.0.0.1:27017:27017"',
        '  volumes:',
        '    - mongodb:/data/db',
        '  healthcheck:',
        '    test: ["CMD", "mongosh", "--quiet", "--eval", "db.adminCommand({ ping: 1 })"]',
        '    interval: 5s',
        '    start_period: 20s',
      ].join('\n'),
    ],
    'compose.volumes': ['mongodb'],
  }),
  nextSteps: () => [],
});
