// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// What a node knows about its own hearing: for health checks and the curious.
public struct CoherenceStatus: Sendable, Equatable {
  /// Whether the node hears: its subscription stands and its own messages come back.
  public var isSure = false
  /// How many other nodes it hears.
  public var nodes = 0
  /// How many messages it has sent.
  public var sent = 0
  /// How many messages of others it has heard.
  public var heard = 0
  /// How many messages it could not read.
  public var unreadable = 0
  /// How often messages were missing.
  public var gaps = 0
  /// How often it put its local tiers in doubt.
  public var doubts = 0
  /// How many changes it has not told the others yet.
  public var waiting = 0
}
