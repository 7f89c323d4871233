// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// A member of a sorted set with its score.
public struct RESPRanked: Sendable, Hashable {
  /// The member.
  public let member: [UInt8]
  /// What it is sorted by.
  public let score: Double
}
