import { scriptOf, type Script } from '../redis-connection.ts';

/**
 * `ARGV[1]` is what keys begin with, `ARGV[2]` how long what a node said lives, in milliseconds.
 *
 * `nodes` are the ids of nodes, `n:<node>` its start and the one before. What a start of a node says is in two keys of its own that end
 * with it: `r:<node>:<boot>` has the connections of each user, a line each, `i:<node>:<boot>` the topics. So a node that dies
 * takes all of it along, and nothing has to be tidied up.
 */
const shared = `
local prefix, ttl = ARGV[1], ARGV[2]
local function key(kind, node, boot) return prefix .. kind .. ':' .. node .. ':' .. boot end

-- The node lives. False: this comes from an earlier start of it.
local function hear(node, boot)
  local name = prefix .. 'n:' .. node
  local known = redis.call('HMGET', name, 'boot', 'previous')
  if known[2] == boot then return false end
  if known[1] ~= boot then
    if known[1] then redis.call('UNLINK', key('r', node, known[1]), key('i', node, known[1])) end
    redis.call('DEL', name)
    redis.call('HSET', name, 'boot', boot, 'previous', known[1] or '')
    redis.call('SADD', prefix .. 'nodes', node)
  end
  redis.call('PEXPIRE', name, ttl)
  redis.call('PEXPIRE', key('r', node, boot), ttl)
  redis.call('PEXPIRE', key('i', node, boot), ttl)
  return true
end

local function live()
  local found = {}
  for _, node in ipairs(redis.call('SMEMBERS', prefix .. 'nodes')) do
    local boot = redis.call('HGET', prefix .. 'n:' .. node, 'boot')
    if boot then found[#found + 1] = {node, boot} else redis.call('SREM', prefix .. 'nodes', node) end
  end
  return found
end

local function isOnline(user)
  for _, each in ipairs(live()) do
    if redis.call('HEXISTS', key('r', each[1], each[2]), user) == 1 then return true end
  end
  return false
end

-- The arguments from the given one on, so many at a time that the stack of Lua holds them.
local function some(from) return math.min(from + 3999, #ARGV) end
`;

export const scripts = {
  /** node, boot → whether all it said is held */
  beat: script(`
local node, boot = ARGV[3], ARGV[4]
if not hear(node, boot) then return 0 end
return redis.call('HINCRBY', prefix .. 'n:' .. node, 'beats', 1) > 1 and 1 or 0`),

  /** node, boot, user, device and connection → whether it is the user's first */
  addRoute: script(`
local node, boot, user, entry = ARGV[3], ARGV[4], ARGV[5], ARGV[6]
if not hear(node, boot) then return 0 end
local isFirst = not isOnline(user)
local routes = key('r', node, boot)
local lines = redis.call('HGET', routes, user)
if not lines then redis.call('HSET', routes, user, entry)
elseif not string.find('\\n' .. lines .. '\\n', '\\n' .. entry .. '\\n', 1, true) then
  redis.call('HSET', routes, user, lines .. '\\n' .. entry)
end
redis.call('PEXPIRE', routes, ttl)
return isFirst and 1 or 0`),

  /** node, boot, user, device and connection → whether it was there and the user's last */
  removeRoute: script(`
local node, boot, user, entry = ARGV[3], ARGV[4], ARGV[5], ARGV[6]
local routes = key('r', node, boot)
local left, isFound = {}, false
for line in string.gmatch(redis.call('HGET', routes, user) or '', '[^\\n]+') do
  if line == entry then isFound = true else left[#left + 1] = line end
end
if not isFound then return 0 end
if #left > 0 then redis.call('HSET', routes, user, table.concat(left, '\\n')) else redis.call('HDEL', routes, user) end
return isOnline(user) and 0 or 1`),

  /** users → node, boot and the lines of each, for every node */
  routesOf: script(`
local found = {}
for _, each in ipairs(live()) do
  local lines = {}
  for from = 3, #ARGV, 4000 do
    for _, line in ipairs(redis.call('HMGET', key('r', each[1], each[2]), unpack(ARGV, from, some(from)))) do
      lines[#lines + 1] = line
    end
  end
  found[#found + 1] = {each[1], each[2], lines}
end
return found`),

  /** node, boot, from where → from where on, users and their lines */
  routesAt: script(`
return redis.call('HSCAN', key('r', ARGV[3], ARGV[4]), ARGV[5], 'COUNT', 1000)`),

  /** node, boot, how many topics it listens to, these, those it does not */
  setInterest: script(`
local node, boot, added = ARGV[3], ARGV[4], tonumber(ARGV[5])
if not hear(node, boot) then return 0 end
local interest = key('i', node, boot)
local function each(command, from, to)
  for first = from, to, 4000 do
    redis.call(command, interest, unpack(ARGV, first, math.min(first + 3999, to)))
  end
end
each('SADD', 6, 5 + added)
each('SREM', 6 + added, #ARGV)
redis.call('PEXPIRE', interest, ttl)
return 1`),

  /** topics → node, for each topic whether it listens, and how often it has beaten, for every node */
  nodesOf: script(`
local found = {}
for _, each in ipairs(live()) do
  local isIn = {}
  for from = 3, #ARGV, 4000 do
    for _, one in ipairs(redis.call('SMISMEMBER', key('i', each[1], each[2]), unpack(ARGV, from, some(from)))) do
      isIn[#isIn + 1] = one
    end
  end
  found[#found + 1] = {each[1], isIn, tonumber(redis.call('HGET', prefix .. 'n:' .. each[1], 'beats') or 0)}
end
return found`),

  /** hash, device, session, its time */
  keepSession: script(`
local hash, device, session, time = ARGV[3], ARGV[4], ARGV[5], ARGV[6]
local before = redis.call('GET', prefix .. 'd:' .. device)
if before then redis.call('DEL', prefix .. 's:' .. before) end
redis.call('SET', prefix .. 's:' .. hash, session, 'PX', time)
redis.call('SET', prefix .. 'd:' .. device, hash, 'PX', time)
return 1`),

  /** hash → its session */
  findSession: script(`return redis.call('GET', prefix .. 's:' .. ARGV[3])`),

  /** devices */
  forgetSessions: script(`
for index = 3, #ARGV do
  local device = prefix .. 'd:' .. ARGV[index]
  local hash = redis.call('GET', device)
  if hash then redis.call('DEL', prefix .. 's:' .. hash, device) end
end
return 1`),

  /** key, limit, window, a name for this hit → how long until the next one is allowed, and how many are left */
  hit: script(`
local hits, limit, window = prefix .. 'h:' .. ARGV[3], tonumber(ARGV[4]), tonumber(ARGV[5])
local time = redis.call('TIME')
local now = time[1] * 1000 + time[2] / 1000
redis.call('ZREMRANGEBYSCORE', hits, '-inf', now - window)
local count = redis.call('ZCARD', hits)
if count >= limit then
  local oldest = redis.call('ZRANGE', hits, count - limit, count - limit, 'WITHSCORES')[2] or now
  return {math.max(1, math.ceil(oldest + window - now)), 0}
end
redis.call('ZADD', hits, string.format('%.3f', now), ARGV[6])
redis.call('PEXPIRE', hits, ARGV[5])
return {0, limit - count - 1}`),
} as const;

function script(body: string): Script {
  return scriptOf(`${shared}${body}`);
}
