// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// One of the commands that change what a connection is subscribed to.
public enum RESPSubscriptionVerb: UInt8, Sendable, Hashable {
  /// `SUBSCRIBE`: channels by name.
  case subscribe
  /// `PSUBSCRIBE`: channels by pattern.
  case patternSubscribe
  /// `SSUBSCRIBE`: shard channels of a cluster.
  case shardSubscribe
  /// `UNSUBSCRIBE`.
  case unsubscribe
  /// `PUNSUBSCRIBE`.
  case patternUnsubscribe
  /// `SUNSUBSCRIBE`.
  case shardUnsubscribe
}

extension UnsafeRawBufferPointer {
  /// Whether these bytes are `word`, which is in lower case, in any case.
  func spells(_ word: StaticString) -> Bool {
    guard count == word.utf8CodeUnitCount else { return false }
    let letters = word.utf8Start
    return indices.allSatisfy { self[$0] | 0x20 == letters[$0] }
  }

  var subscriptionVerb: RESPSubscriptionVerb? {
    switch count {
    case 9 where spells("subscribe"): .subscribe
    case 10 where spells("psubscribe"): .patternSubscribe
    case 10 where spells("ssubscribe"): .shardSubscribe
    case 11 where spells("unsubscribe"): .unsubscribe
    case 12 where spells("punsubscribe"): .patternUnsubscribe
    case 12 where spells("sunsubscribe"): .shardUnsubscribe
    default: nil
    }
  }
}
