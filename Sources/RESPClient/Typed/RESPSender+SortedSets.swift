// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

public import RESP

extension RESPSender {
  /// `ZADD`: adds members or changes their scores; says how many are new.
  @discardableResult
  public func addRanked(
    _ members: [(any RESPArgument & Sendable, score: Double)], to key: RESPKey,
    timeout: Duration? = nil
  ) async throws(RESPClientError) -> Int64 {
    var arguments: [any RESPArgument & Sendable] = []
    for (member, score) in members { arguments += [score, member] }
    return try await count("ZADD", key, arguments, .once, timeout)
  }

  /// `ZINCRBY`: adds to the score of a member, and returns the sum.
  @discardableResult
  public func incrementScore(
    of member: any RESPArgument & Sendable, by amount: Double, in key: RESPKey,
    timeout: Duration? = nil
  ) async throws(RESPClientError) -> Double {
    try await ask("ZINCRBY", key, [amount, member], .once, timeout: timeout) {
      (frame) throws(RESPClientError) in try frame.readDouble()
    }
  }

  /// `ZREM`: removes members and says how many there were.
  @discardableResult
  public func removeRanked(
    _ members: [any RESPArgument & Sendable], from key: RESPKey, timeout: Duration? = nil
  ) async throws(RESPClientError) -> Int64 {
    try await count("ZREM", key, members, .once, timeout)
  }

  /// `ZSCORE`: the score of a member; `nil` where it is none.
  public func score(
    of member: any RESPArgument & Sendable, in key: RESPKey, timeout: Duration? = nil
  ) async throws(RESPClientError) -> Double? {
    try await ask("ZSCORE", key, [member], .reading, timeout: timeout) {
      (frame) throws(RESPClientError) in frame.isNull ? nil : try frame.readDouble()
    }
  }

  /// `ZRANGE`: the members from one rank to another with their scores, lowest first, or highest.
  public func ranked(
    from first: Int = 0, through last: Int = -1, highestFirst: Bool = false, of key: RESPKey,
    timeout: Duration? = nil
  ) async throws(RESPClientError) -> [RESPRanked] {
    try await ask(
      highestFirst ? "ZREVRANGE" : "ZRANGE", key,
      [first, last, "WITHSCORES" as StaticString], .reading, timeout: timeout
    ) { (frame) throws(RESPClientError) in
      try frame.value().readRanked()
    }
  }

  /// `ZRANGEBYSCORE`: the members whose scores lie in a range, lowest first, at most so many.
  public func ranked(
    scores: ClosedRange<Double>, atMost most: Int = 1_000, of key: RESPKey,
    timeout: Duration? = nil
  ) async throws(RESPClientError) -> [RESPRanked] {
    let words: [any RESPArgument & Sendable] = [
      scores.lowerBound, scores.upperBound, "WITHSCORES" as StaticString,
      "LIMIT" as StaticString, 0, most,
    ]
    return try await ask("ZRANGEBYSCORE", key, words, .reading, timeout: timeout) {
      (frame) throws(RESPClientError) in try frame.value().readRanked()
    }
  }

  /// `ZREMRANGEBYSCORE`: removes the members whose scores lie in a range.
  @discardableResult
  public func removeRanked(
    scores: ClosedRange<Double>, from key: RESPKey, timeout: Duration? = nil
  ) async throws(RESPClientError) -> Int64 {
    try await count(
      "ZREMRANGEBYSCORE", key, [scores.lowerBound, scores.upperBound], .once, timeout)
  }

  /// `ZCARD`: how many members there are.
  public func rankedCount(
    of key: RESPKey, timeout: Duration? = nil
  ) async throws(RESPClientError) -> Int64 {
    try await count("ZCARD", key, [], .reading, timeout)
  }
}

extension RESPFrame {
  /// A number with a fraction, however it is written.
  public func readDouble() throws(RESPClientError) -> Double {
    guard let double else { throw .unexpectedReply(kind) }
    return double
  }
}

extension RESPValue {
  /// RESP3 sends pairs, RESP2 one after the other.
  fileprivate func readRanked() throws(RESPClientError) -> [RESPRanked] {
    guard let elements else { throw .unexpectedReply(.array) }
    let flat = elements.flatMap { $0.elements ?? [$0] }
    guard flat.count % 2 == 0 else { throw .unexpectedReply(.array) }
    var ranked: [RESPRanked] = []
    for index in stride(from: 0, to: flat.count, by: 2) {
      guard let member = flat[index].bytes, let score = flat[index + 1].double else {
        throw .unexpectedReply(.array)
      }
      ranked.append(RESPRanked(member: member, score: score))
    }
    return ranked
  }
}
