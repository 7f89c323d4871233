// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

public import StrataCore

/// What waits behind a cache, and what became of the rest since the process began.
public struct WriteBehindStatus: Sendable {
  /// What the queue holds.
  public let queue: WriteQueueStatus
  /// How long the oldest write has been waiting.
  public let age: Duration
  /// Writes that the sink has carried out.
  public let delivered: UInt64
  /// Writes that were not delivered because a later one of their key took their place.
  public let superseded: UInt64
  /// Writes that were set aside.
  public let buried: UInt64
  /// Deliveries that failed.
  public let failedAttempts: UInt64
  /// Deliveries that failed since the last that did not.
  public let failures: Int
}
