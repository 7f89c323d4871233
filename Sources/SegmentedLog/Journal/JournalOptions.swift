// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// The fixed properties of a journal.
public struct JournalOptions: Sendable {
  /// The directory, which the journal has to itself.
  public var directory: String
  /// The bytes of one segment: the unit in which space comes back.
  public var segmentSize = 16 << 20
  /// The bytes of undelivered entries at which appending is refused.
  public var capacity = 1 << 30
  /// The longest entry.
  public var longestEntry = 64 << 20
  /// Whether an append is answered only when it is durable. Without, a loss of power may cost
  /// entries that were acknowledged; a killed process never does.
  public var syncs = true

  /// Creates options with the defaults.
  public init(directory: String) { self.directory = directory }
}

/// What a journal holds.
public struct JournalStatus: Sendable, Hashable {
  /// The number of the last entry appended; 0 before the first.
  public var lastSequence: UInt64 = 0
  /// The number of the last entry delivered.
  public var finishedSequence: UInt64 = 0
  /// The entries that wait to be delivered.
  public var waiting = 0
  /// Their bytes.
  public var waitingBytes = 0
  /// The segment files.
  public var segments = 0
  /// The entries and files that were found damaged when the journal was opened.
  public var damaged = 0

  /// Creates the status of an empty journal.
  public init() {}
}
