// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// The decisions of ``RESPRateLimiter``. Each answers with 1 or 0, how many more may pass, and
/// after how many microseconds to ask again. ARGV: the limit, the time in microseconds, the cost.
enum RESPLimitScripts {
  private static let beginning = """
    local limit, span, cost = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
    local clock = redis.call('TIME')
    local now = clock[1] * 1000000 + clock[2]
    local function whole(number) return string.format('%.0f', number) end

    """

  static let fixedWindow = RESPScript(
    beginning + """
      -- KEYS: a counter that lives to the end of its window.
      local used = tonumber(redis.call('GET', KEYS[1])) or 0
      local left = redis.call('PTTL', KEYS[1]) * 1000
      if left <= 0 then used, left = 0, span end
      if used + cost > limit then return {0, limit - used, whole(left)} end
      redis.call('SET', KEYS[1], whole(used + cost), 'PX', whole(math.ceil(left / 1000)))
      return {1, limit - used - cost, 0}
      """)

  static let slidingLog = RESPScript(
    beginning + """
      -- KEYS: a sorted set of moments; each has a number so that two at once are two.
      redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', whole(now - span))
      local used = redis.call('ZCARD', KEYS[1])
      if used + cost > limit then
        local place = used + cost - limit - 1
        local moment = redis.call('ZRANGE', KEYS[1], place, place, 'WITHSCORES')
        local wait = moment[2] and tonumber(moment[2]) + span - now or span
        return {0, limit - used, whole(wait)}
      end
      for number = 1, cost do
        redis.call('ZADD', KEYS[1], whole(now), whole(now) .. '-' .. used + number)
      end
      redis.call('PEXPIRE', KEYS[1], whole(math.ceil(span / 1000)))
      return {1, limit - used - cost, 0}
      """)

  static let tokenBucket = RESPScript(
    beginning + """
      -- KEYS: a hash with the tokens at a moment.
      local state = redis.call('HMGET', KEYS[1], 'tokens', 'moment')
      local tokens, moment = tonumber(state[1]) or limit, tonumber(state[2]) or now
      local periods = math.max(0, math.floor((now - moment) / span))
      tokens = math.min(limit, tokens + periods)
      moment = tokens == limit and now or moment + periods * span
      if tokens < cost then
        return {0, tokens, whole((cost - tokens) * span - (now - moment))}
      end
      redis.call('HSET', KEYS[1], 'tokens', whole(tokens - cost), 'moment', whole(moment))
      redis.call('PEXPIRE', KEYS[1], whole(math.ceil(limit * span / 1000)))
      return {1, tokens - cost, 0}
      """)
}
