// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// What a push is about, by its first element.
public enum RESPPushKind: Sendable, Hashable {
  /// A message on a channel: channel, payload.
  case message
  /// A message on a channel that matches a pattern: pattern, channel, payload.
  case patternMessage
  /// A message on a shard channel: channel, payload.
  case shardMessage
  /// Keys that were read here and have changed since; null means all keys.
  case invalidate
  /// The server confirms a change of subscriptions: channel, number of subscriptions.
  case confirmation(RESPSubscriptionVerb)
  /// The answer to `PING` on a RESP2 connection with subscriptions.
  case pong
  /// Anything else; servers may add kinds at any time, and listeners ignore what they do not know.
  case other
}

extension RESPFrame {
  /// What a push, or an array that RESP2 uses as one, is about.
  public var pushKind: RESPPushKind {
    withElements { $0.next { $0.ownPushKind } } ?? .other
  }

  private var ownPushKind: RESPPushKind {
    withUnsafeBytes { name in
      switch name.count {
      case 4 where name.spells("pong"): .pong
      case 7 where name.spells("message"): .message
      case 8 where name.spells("pmessage"): .patternMessage
      case 8 where name.spells("smessage"): .shardMessage
      case 10 where name.spells("invalidate"): .invalidate
      default: name.subscriptionVerb.map { .confirmation($0) } ?? .other
      }
    }
  }
}
