// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

internal import RESPClient

/// What runs on the server, each script one atomic step.
///
/// A record is a string: 16 digits of version, 16 digits of the moment at which it expires, and the
/// envelope. A tombstone is the 16 digits of version alone. Versions are the server's clock in
/// microseconds, moved on by two where it has not moved enough: a fill is given the odd place in
/// between, so that it is older than whatever is written after it was given. Numbers in Lua are
/// exact up to 2^53, which microseconds reach in 2255. Why so:
/// `Documentation/Decisions/0026-resp-versions-by-server-clock.md`.
enum RESPScripts {
  /// What scripts that compare versions begin with: what counts as one, and the server's clock.
  private static let moment = """
    local function number(text)
      if text and #text == 16 and not string.find(text, '%D') then
        local value = tonumber(text)
        if value < 9e15 then return value end
      end
      return 0
    end
    local time = redis.call('TIME')
    local now = time[1] * 1000000 + time[2]

    """

  static let set = RESPScript(
    moment + """
      -- KEYS: record, mark of the last clear. ARGV: version or '', milliseconds to live, lease in
      -- milliseconds, first moment of the connection, version that is replaced or '', envelope.
      local head = redis.call('GETRANGE', KEYS[1], 0, 31)
      local stored = number(string.sub(head, 1, 16))
      local known = math.max(stored, number(redis.call('GET', KEYS[2])))
      local life, lease = tonumber(ARGV[2]), tonumber(ARGV[3])
      local version, keep = 0, life
      if ARGV[1] == '' then
        version = math.max(now, known + 2)
        keep = math.max(life, lease)
      else
        version = tonumber(ARGV[1])
        if version < known or version > math.max(now, known + 1) then return false end
        if version ~= stored and (version < tonumber(ARGV[4]) or now - version > lease * 1000) then
          return false
        end
      end
      if ARGV[5] ~= '' then
        if stored ~= tonumber(ARGV[5]) or number(string.sub(head, 17, 32)) <= now then
          return false
        end
      end
      local text = string.format('%016.0f', version)
      if life > 0 then
        local expiry = string.format('%016.0f', now + life * 1000)
        redis.call('SET', KEYS[1], text .. expiry .. ARGV[6], 'PX', string.format('%.0f', keep))
      else
        redis.call('SET', KEYS[1], text, 'PX', ARGV[3])
      end
      return text .. string.format('%016.0f', now)
      """)

  static let remove = RESPScript(
    moment + """
      -- KEYS: record, mark of the last clear. ARGV: lease in milliseconds.
      local stored = number(redis.call('GETRANGE', KEYS[1], 0, 15))
      local known = math.max(stored, number(redis.call('GET', KEYS[2])))
      local text = string.format('%016.0f', math.max(now, known + 2))
      redis.call('SET', KEYS[1], text, 'PX', ARGV[1])
      return text .. string.format('%016.0f', now)
      """)

  static let mark = RESPScript(
    moment + """
      -- KEYS: marks. ARGV: milliseconds to live, the latest moment of other servers.
      local version = math.max(now, tonumber(ARGV[2]))
      for _, key in ipairs(KEYS) do
        version = math.max(version, number(redis.call('GET', key)) + 2)
      end
      local text = string.format('%016.0f', version)
      for _, key in ipairs(KEYS) do redis.call('SET', key, text, 'PX', ARGV[1]) end
      return text .. string.format('%016.0f', now)
      """)

  static let purge = RESPScript(
    """
    -- KEYS: records. ARGV: the version of the clear. What is newer stays.
    for _, key in ipairs(KEYS) do
      local head = redis.pcall('GETRANGE', key, 0, 15)
      if type(head) == 'string' and not (#head == 16 and head > ARGV[1]) then
        redis.call('UNLINK', key)
      end
    end
    return #KEYS
    """)

  static let acquire = RESPScript(
    """
    -- KEYS: lock. ARGV: token, milliseconds to live.
    local held = redis.call('GET', KEYS[1])
    if held and held ~= ARGV[1] then return 0 end
    redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
    return 1
    """)

  static let extend = RESPScript(
    """
    -- KEYS: lock. ARGV: token, milliseconds to live.
    if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
    return redis.call('PEXPIRE', KEYS[1], ARGV[2])
    """)

  static let release = RESPScript(
    """
    -- KEYS: lock. ARGV: token.
    if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
    return redis.call('UNLINK', KEYS[1])
    """)

  static let all = [set, remove, mark, purge, acquire, extend, release]
}
