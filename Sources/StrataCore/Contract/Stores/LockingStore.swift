// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// A store that offers locks with tokens, such as a server that several nodes share.
///
/// A lock here saves work and gives no safety: it ends by itself when its lifetime is over, so a
/// holder that was paused may find another one beside it. Whatever must not go wrong is ordered by
/// versions. A store that declares `.locks` conforms.
///
/// What a store is held to:
/// - Each call is one atomic step on the server.
/// - ``extend(_:token:for:)`` and ``release(_:token:)`` do nothing to a lock that bears another
///   token, and say so.
/// - A lock is nobody's at the end of its lifetime, by the server's clock.
public protocol LockingStore: CacheStore {
  /// Takes the lock for `lifetime`; `false` where it bears another token. With the same token it is
  /// taken again, so that a call whose reply was lost can be repeated.
  func acquire(_ lock: CacheKey, token: LockToken, for lifetime: Duration) async throws -> Bool

  /// Lets the lock live for `lifetime` from now on; `false` where it does not bear this token.
  func extend(_ lock: CacheKey, token: LockToken, for lifetime: Duration) async throws -> Bool

  /// Gives the lock back; `false` where it does not bear this token.
  @discardableResult
  func release(_ lock: CacheKey, token: LockToken) async throws -> Bool
}

/// Who holds a lock: 128 random bits that nobody else has.
public struct LockToken: Hashable, Sendable, CustomStringConvertible {
  /// The first 64 bits.
  public let high: UInt64
  /// The last 64 bits.
  public let low: UInt64

  /// Creates a token from its halves.
  public init(high: UInt64, low: UInt64) {
    self.high = high
    self.low = low
  }

  /// Draws a new token.
  public init(random: any CacheRandom) { self.init(high: random.next(), low: random.next()) }

  /// The token as 32 hexadecimal digits.
  public var description: String { KeyDigest(high: high, low: low).description }
}
