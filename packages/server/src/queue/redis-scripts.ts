import { scriptOf, type Script } from '../redis-connection.ts';
import { queueLimits } from './queue.ts';

/**
 * `ARGV[1]` is what keys begin with. Of each partition: `s:<p>` is its stream, which holds what nobody is done with and nothing else,
 * `e:<p>` the ids of the ephemeral entries that wait in it, `o:<p>` the lease of who takes from it, `<consumer>/<fence>`. `fence` numbers
 * the leases, `consumers` are the live ones with the end of their time, `b:<consumer>` is the bell of one: the partitions with something
 * new. `dead` are the dead letters.
 *
 * The group of a stream has one consumer, `owner`: whoever has the lease. What the last one left behind is the next one's by that, and
 * no name of a dead process stays.
 */
const shared = `
local prefix, partitions, group = ARGV[1], ${queueLimits.partitions}, 'task'
local function stream(p) return prefix .. 's:' .. p end

-- What is with a consumer. There is no group before the first one.
local function taken(p)
  local pending = redis.pcall('XPENDING', stream(p), group)
  return pending.err and 0 or pending[1]
end

local function waiting()
  local sum = 0
  for p = 0, partitions - 1 do sum = sum + math.max(0, redis.call('XLEN', stream(p)) - taken(p)) end
  return sum
end

-- A beat goes first, whatever is new.
local function ring(consumer, what, ttl)
  local bell = prefix .. 'b:' .. consumer
  redis.call('ZADD', bell, what == 'beat' and 0 or 1, what)
  redis.call('PEXPIRE', bell, ttl)
end

local function ringOthers(consumer, ttl)
  for _, other in ipairs(redis.call('ZRANGE', prefix .. 'consumers', 0, -1)) do
    if other ~= consumer then ring(other, 'beat', ttl) end
  end
end

local function isHeld(p, lease) return redis.call('GET', prefix .. 'o:' .. p) == lease end

-- The ids that are arguments, so many at a time that the stack of Lua holds them.
local function forget(p, from, to)
  for first = from, to, 4000 do
    local last = math.min(first + 3999, to)
    redis.call('XACK', stream(p), group, unpack(ARGV, first, last))
    redis.call('XDEL', stream(p), unpack(ARGV, first, last))
  end
end
`;

export const queueScripts = {
  /** how many may wait, how long a bell lives, then of each entry: partition, whether it can be dropped, text → whether there was room */
  enqueue: script(`
local max, ttl = tonumber(ARGV[2]), ARGV[3]
local count, durable = (#ARGV - 3) / 3, 0
for index = 5, #ARGV, 3 do if ARGV[index] == '0' then durable = durable + 1 end end

local length = 0
for p = 0, partitions - 1 do length = length + redis.call('XLEN', stream(p)) end
local hasRoom = length + count <= max
if not hasRoom then
  local now, droppable = waiting(), 0
  for p = 0, partitions - 1 do droppable = droppable + redis.call('LLEN', prefix .. 'e:' .. p) end
  hasRoom = now + count <= max
  if not hasRoom and now - droppable + durable > max then return 0 end
  if not hasRoom and now + durable > max then
    for p = 0, partitions - 1 do
      for _, id in ipairs(redis.call('LRANGE', prefix .. 'e:' .. p, 0, -1)) do redis.call('XDEL', stream(p), id) end
      redis.call('DEL', prefix .. 'e:' .. p)
    end
  end
end

local touched = {}
for index = 4, #ARGV, 3 do
  local p, canDrop = ARGV[index], ARGV[index + 1]
  if hasRoom or canDrop == '0' then
    local id = redis.call('XADD', stream(p), '*', 'e', canDrop, 'd', ARGV[index + 2])
    if canDrop == '1' then redis.call('RPUSH', prefix .. 'e:' .. p, id) end
    touched[p] = true
  end
end
for p in pairs(touched) do
  local lease = redis.call('GET', prefix .. 'o:' .. p)
  if lease then ring(string.match(lease, '^[^/]+'), p, ttl) end
end
return 1`),

  /**
   * consumer, its time → of each partition it has: number, lease, length, and whether it may keep it. It takes those that are free up to
   * its share of all.
   */
  beat: script(`
local me, ttl = ARGV[2], ARGV[3]
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('ZREMRANGEBYSCORE', prefix .. 'consumers', '-inf', now)
if redis.call('ZADD', prefix .. 'consumers', now + ttl, me) == 1 then ringOthers(me, ttl) end
redis.call('PEXPIRE', prefix .. 'consumers', ttl)
local share = math.ceil(partitions / redis.call('ZCARD', prefix .. 'consumers'))

local held, free = {}, {}
for p = 0, partitions - 1 do
  local lease = redis.call('GET', prefix .. 'o:' .. p)
  if not lease then free[#free + 1] = p
  elseif string.match(lease, '^[^/]+') == me then
    redis.call('PEXPIRE', prefix .. 'o:' .. p, ttl)
    held[#held + 1] = {p, lease}
  end
end
for _, p in ipairs(free) do
  if #held >= share then break end
  local lease = me .. '/' .. redis.call('INCR', prefix .. 'fence')
  redis.call('SET', prefix .. 'o:' .. p, lease, 'PX', ttl)
  held[#held + 1] = {p, lease}
end
local found = {}
for index, each in ipairs(held) do
  found[index] = {each[1], each[2], redis.call('XLEN', stream(each[1])), index <= share and 1 or 0}
end
return found`),

  /**
   * Of each partition: how many arguments follow, partition, lease, how many at most, the id after which nothing of this consumer is on
   * its way, ids that are done with → of each: how often these were tried with this time, then id and text of each; 0 when the lease is
   * somebody else's.
   *
   * What was taken and not finished comes first: together the second time, then one by one, so that only the poison comes to its last.
   */
  take: script(`
local function take(from, to)
  local p, lease, count, after = ARGV[from], ARGV[from + 1], tonumber(ARGV[from + 2]), ARGV[from + 3]
  if not isHeld(p, lease) then return 0 end
  forget(p, from + 4, to)
  if count == 0 then return {1} end
  -- Fails when it is there.
  redis.pcall('XGROUP', 'CREATE', stream(p), group, '0', 'MKSTREAM')

  local tries, entries = 1, {}
  local left = redis.call('XPENDING', stream(p), group, after, '+', count)
  if #left > 0 then
    local ids, before = {}, left[1][4]
    for _, each in ipairs(left) do
      if each[4] ~= before or (before > 1 and #ids == 1) then break end
      ids[#ids + 1] = each[1]
    end
    tries = before + 1
    entries = redis.call('XCLAIM', stream(p), group, 'owner', 0, unpack(ids))
  end
  if #entries == 0 then
    tries = 1
    local new = redis.call('XREADGROUP', 'GROUP', group, 'owner', 'COUNT', count, 'STREAMS', stream(p), '>')
    if new then entries = new[1][2] end
  end
  local found = {tries}
  for _, entry in ipairs(entries) do
    local id, fields = entry[1], entry[2]
    if fields[2] == '1' then redis.call('LREM', prefix .. 'e:' .. p, 1, id) end
    found[#found + 1] = id
    found[#found + 1] = fields[4]
  end
  return found
end

local answers, at = {}, 2
while at < #ARGV do
  local last = at + tonumber(ARGV[at])
  answers[#answers + 1] = take(at + 1, last)
  at = last + 1
end
return answers`),

  /** partition, lease, id, error, how many dead letters are kept → 1, or 0 when the lease is somebody else's */
  bury: script(`
local p, lease, id = ARGV[2], ARGV[3], ARGV[4]
if not isHeld(p, lease) then return 0 end
local entry = redis.call('XRANGE', stream(p), id, id)[1]
if entry then
  redis.call('XADD', prefix .. 'dead', 'MAXLEN', ARGV[6], '*', 'd', entry[2][4], 'error', ARGV[5], 'partition', p, 'id', id)
end
forget(p, 4, 4)
return 1`),

  /** consumer, its time, 1 when it takes no more at all, then partition and lease of each it gives up */
  release: script(`
local me, ttl, isLeaving = ARGV[2], ARGV[3], ARGV[4] == '1'
if isLeaving then
  redis.call('ZREM', prefix .. 'consumers', me)
  redis.call('DEL', prefix .. 'b:' .. me)
end
for index = 5, #ARGV, 2 do
  if isHeld(ARGV[index], ARGV[index + 1]) then redis.call('DEL', prefix .. 'o:' .. ARGV[index]) end
end
ringOthers(me, ttl)
return 1`),

  /** → waiting, taken, dead */
  depth: script(`
local sum = 0
for p = 0, partitions - 1 do sum = sum + taken(p) end
return {waiting(), sum, redis.call('XLEN', prefix .. 'dead')}`),
} as const;

function script(body: string): Script {
  return scriptOf(`${shared}${body}`);
}
