// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// What a command's reply looks like, read from the bytes that were written for it.
///
/// Slots and replies are matched by order alone. A command that gets no reply, or several, would
/// make every later caller receive someone else's; so the connection looks at the name of each
/// command itself, instead of trusting its senders to know.
enum RESPCommandRule: Equatable {
  /// Exactly one reply, whatever it is.
  case oneReply
  /// One reply, which a subscribed RESP2 connection spells in its own way.
  case pong
  /// One confirmation for each channel.
  case confirmations(RESPSubscriptionVerb, count: Int32)
  /// Not to be sent.
  case unsupported

  /// The rule for the command in `bytes`, which was written by a `RESPWriter`.
  init(_ bytes: UnsafeRawBufferPointer) {
    guard let base = bytes.baseAddress else { self = .unsupported; return }
    let reader = RESPReader(base: base, end: bytes.count)
    guard let count = reader.token(at: 0), let name = reader.token(at: count.next) else {
      self = .unsupported
      return
    }
    let letters = UnsafeRawBufferPointer(start: base + name.start, count: name.length)
    self = Self.rule(letters, channels: count.length - 1) {
      guard let argument = reader.token(at: name.next) else { return false }
      return UnsafeRawBufferPointer(start: base + argument.start, count: argument.length).spells(
        "reply")
    }
  }

  private static func rule(
    _ name: UnsafeRawBufferPointer, channels: Int, isReply: () -> Bool
  ) -> RESPCommandRule {
    switch name.count {
    case 4 where name.spells("ping"): .pong
    case 4 where name.spells("sync"): .unsupported
    case 5 where name.spells("hello") || name.spells("reset") || name.spells("psync"): .unsupported
    case 6 where name.spells("client") && isReply(): .unsupported
    case 7 where name.spells("monitor"): .unsupported
    case 8 where name.spells("replconf"): .unsupported
    case 9...12: subscription(name, channels)
    default: .oneReply
    }
  }

  private static func subscription(
    _ name: UnsafeRawBufferPointer, _ channels: Int
  ) -> RESPCommandRule {
    guard let verb = name.subscriptionVerb else { return .oneReply }
    guard let count = Int32(exactly: channels), count > 0 else { return .unsupported }
    return .confirmations(verb, count: count)
  }
}
