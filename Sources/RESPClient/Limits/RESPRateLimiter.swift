// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

internal import RESP

/// A limit on how often something happens, kept on a server for all nodes together.
///
/// ```swift
/// let limiter = RESPRateLimiter(.tokenBucket(capacity: 20, each: .milliseconds(100)))
/// let answer = try await limiter.take(from: fleet, "limit:user:42")
/// if !answer.isAllowed { throw TooMany(retryAfter: answer.retryAfter) }
/// ```
///
/// Each decision is one script on the server that holds the key, by that server's clock.
public struct RESPRateLimiter: Sendable, Hashable {
  /// How it is counted.
  public enum Rule: Sendable, Hashable {
    /// So many in each window of time. Cheap, one counter; around the end of a window twice as many
    /// may pass.
    case fixedWindow(limit: Int, window: Duration)
    /// So many in any stretch of time of that length. Exact, and keeps every moment: memory grows
    /// with the limit.
    case slidingLog(limit: Int, window: Duration)
    /// A store of tokens that fills up by one in each period: bursts up to its capacity, and the
    /// rate of the periods in the long run. Two numbers.
    case tokenBucket(capacity: Int, each: Duration)
  }

  /// What was decided.
  public struct Answer: Sendable, Hashable {
    /// Whether it may happen.
    public let isAllowed: Bool
    /// How many more may happen right away.
    public let remaining: Int
    /// After how long it makes sense to ask again; zero where it may happen.
    public let retryAfter: Duration
  }

  /// How it is counted.
  public let rule: Rule

  /// A limiter.
  public init(_ rule: Rule) { self.rule = rule }

  /// Asks whether `cost` more may happen, and counts them if so.
  public func take(
    _ cost: Int = 1, from servers: some RESPSender, _ key: RESPKey, timeout: Duration? = nil
  ) async throws(RESPClientError) -> Answer {
    let arguments = [Int64(limit), microseconds, Int64(max(0, cost))]
    return try await servers.run(script, on: key, arguments, timeout: timeout) {
      (frame) throws(RESPClientError) in
      let numbers = try frame.readArray { (part) throws(RESPClientError) in try part.readInteger() }
      guard numbers.count == 3 else { throw .unexpectedReply(frame.kind) }
      return Answer(
        isAllowed: numbers[0] == 1, remaining: Int(clamping: max(0, numbers[1])),
        retryAfter: .microseconds(max(0, numbers[2])))
    }
  }

  private var limit: Int {
    switch rule {
    case .fixedWindow(let limit, _), .slidingLog(let limit, _): max(1, limit)
    case .tokenBucket(let capacity, _): max(1, capacity)
    }
  }

  private var microseconds: Int64 {
    let time =
      switch rule {
      case .fixedWindow(_, let window), .slidingLog(_, let window): window
      case .tokenBucket(_, let each): each
      }
    let (whole, overflow) = max(1, time.wholeMilliseconds).multipliedReportingOverflow(by: 1_000)
    return overflow ? .max : whole
  }

  private var script: RESPScript {
    switch rule {
    case .fixedWindow: RESPLimitScripts.fixedWindow
    case .slidingLog: RESPLimitScripts.slidingLog
    case .tokenBucket: RESPLimitScripts.tokenBucket
    }
  }
}

extension RESPSender {
  /// Runs a script on one key; where the server does not know it, sends it whole.
  func run<Value: Sendable>(
    _ script: RESPScript, on key: RESPKey, _ arguments: [Int64], timeout: Duration?,
    read: @escaping RESPReading<Value>
  ) async throws(RESPClientError) -> Value {
    do throws(RESPClientError) {
      return try await send(
        about: key, .once, timeout: timeout,
        { writer in
          script.write(&writer, keys: 1, arguments: arguments.count)
          key.write(to: &writer)
          for argument in arguments { writer.argument(argument) }
        }, read: read)
    } catch  where error.isUnknownScript {
      return try await send(
        about: key, .once, timeout: timeout,
        { writer in
          writer.command("EVAL", arguments: 3 + arguments.count)
          writer.argument(script.source)
          writer.argument(1 as Int64)
          key.write(to: &writer)
          for argument in arguments { writer.argument(argument) }
        }, read: read)
    }
  }
}
