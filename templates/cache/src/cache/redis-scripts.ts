import type { Redis } from 'ioredis';

/**
 * The layout in Redis. All keys share one hash tag, so that a script may touch them in a cluster, too.
 *
 *     {namespace}:clock                   hash: epoch, and the number of the last invalidation
 *     {namespace}:<epoch>:tag:<tag>       number of the tag's last invalidation
 *     {namespace}:<epoch>:vary:<route>    set: the signatures of the route's variants
 *     {namespace}:<epoch>:entry:<variant> hash: number, tags, data
 *
 * A clock that is missing (Redis was restarted empty, or evicted it) begins a new epoch, and with it new keys: nothing
 * older is found again. A tag that is missing may have been invalidated: its entries are not valid.
 */
const PRELUDE = `
local function clock()
  local now = redis.call('HMGET', KEYS[1], 'epoch', 'number')
  if now[1] then return now[1], tonumber(now[2]) end
  redis.call('HSET', KEYS[1], 'epoch', ARGV[1], 'number', 0)
  return ARGV[1], 0
end
local epoch, number = clock()
local prefix = string.sub(KEYS[1], 1, -6) .. epoch .. ':'
`;

/** ARGV: spare epoch. Returns epoch, number. */
const CLOCK = `${PRELUDE}
return { epoch, number }
`;

/** ARGV: spare epoch, route, variant key... Returns epoch, number, index and data of a hit, or signatures on a miss. */
const LOOKUP = `${PRELUDE}
local function unchanged(tags, since)
  local keys = {}
  for i, tag in ipairs(tags) do keys[i] = prefix .. 'tag:' .. tag end
  for _, last in ipairs(redis.call('MGET', unpack(keys))) do
    if not last or tonumber(last) > since then return false end
  end
  return true
end
for i = 3, #ARGV do
  local key = prefix .. 'entry:' .. ARGV[i]
  local entry = redis.call('HMGET', key, 'number', 'tags')
  if entry[1] then
    if unchanged(cjson.decode(entry[2]), tonumber(entry[1])) then
      return { epoch, number, i - 3, redis.call('HGET', key, 'data'), {} }
    end
    redis.call('DEL', key)
  end
end
return { epoch, number, -1, '', redis.call('SMEMBERS', prefix .. 'vary:' .. ARGV[2]) }
`;

/**
 * ARGV: spare epoch, epoch and number of the token, lifetime of tags (ms), most signatures, route, signature, variant key,
 * lifetime of the entry (ms), tags (JSON), data. Returns a `SaveOutcome`.
 */
const STORE = `${PRELUDE}
local since, tagLifetime = tonumber(ARGV[3]), ARGV[4]
if epoch ~= ARGV[2] then return 'invalidated meanwhile' end
local unchanged = true
for _, tag in ipairs(cjson.decode(ARGV[10])) do
  local key = prefix .. 'tag:' .. tag
  local last = redis.call('GET', key)
  if last then
    redis.call('PEXPIRE', key, tagLifetime)
  else
    last = number
    redis.call('SET', key, number, 'PX', tagLifetime)
  end
  if tonumber(last) > since then unchanged = false end
end
if not unchanged then return 'invalidated meanwhile' end
local vary = prefix .. 'vary:' .. ARGV[6]
redis.call('SADD', vary, ARGV[7])
if redis.call('SCARD', vary) > tonumber(ARGV[5]) then redis.call('SPOP', vary) end
redis.call('PEXPIRE', vary, tagLifetime)
local key = prefix .. 'entry:' .. ARGV[8]
redis.call('HSET', key, 'number', since, 'tags', ARGV[10], 'data', ARGV[11])
redis.call('PEXPIRE', key, ARGV[9])
return 'stored'
`;

/** ARGV: spare epoch, channel, lifetime of tags (ms), tag... Returns epoch, number. */
const INVALIDATE = `${PRELUDE}
number = redis.call('HINCRBY', KEYS[1], 'number', 1)
local tags = {}
for i = 4, #ARGV do
  tags[i - 3] = ARGV[i]
  redis.call('SET', prefix .. 'tag:' .. ARGV[i], number, 'PX', ARGV[3])
end
redis.call('PUBLISH', ARGV[2], cjson.encode({ epoch = epoch, number = number, tags = tags }))
return { epoch, number }
`;

type Argument = string | number | Buffer;

/** The scripts as commands; each takes the key of the clock first. */
export interface ScriptCommands {
  cacheClock(clock: string, ...values: Argument[]): Promise<unknown>;
  cacheLookupBuffer(clock: string, ...values: Argument[]): Promise<unknown>;
  cacheStore(clock: string, ...values: Argument[]): Promise<unknown>;
  cacheInvalidate(clock: string, ...values: Argument[]): Promise<unknown>;
}

export function defineScripts(redis: Redis): ScriptCommands {
  const scripts = { cacheClock: CLOCK, cacheLookup: LOOKUP, cacheStore: STORE, cacheInvalidate: INVALIDATE };
  for (const [name, lua] of Object.entries(scripts)) redis.defineCommand(name, { numberOfKeys: 1, lua });
  return redis as unknown as ScriptCommands;
}
