// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

public import StrataCore

/// Why an entry left a memory store.
public enum RemovalCause: String, Sendable, Hashable, CaseIterable {
  /// Its time was over.
  case expired
  /// The policy gave it up for others.
  case evicted
  /// A write put another value in its place.
  case replaced
  /// It was removed by its key.
  case removed
  /// It was removed with its namespace.
  case invalidated
  /// It was never let in: heavier than the whole bound, or no room could be made.
  case refused
}

/// One entry that left, or was not let in.
public struct RemovalEvent: Sendable {
  /// The encoded key.
  public let key: [UInt8]
  /// The value; `nil` for "not found".
  public let payload: Payload?
  /// Why it left.
  public let cause: RemovalCause
  /// What it weighed.
  public let weight: Int
}
