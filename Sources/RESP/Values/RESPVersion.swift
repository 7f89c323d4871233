// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// A version of the protocol, as the server is told it.
public enum RESPVersion: Int, Sendable, Hashable, Comparable {
  /// What every server speaks: five types, and subscriptions that take over the connection.
  case resp2 = 2
  /// More types, and pushes that travel beside replies.
  case resp3 = 3

  /// Whether `left` is the older one.
  public static func < (left: RESPVersion, right: RESPVersion) -> Bool {
    left.rawValue < right.rawValue
  }
}
