// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

public import StrataCore

/// What a journal's directory holds at one moment, also while a service has it.
public struct JournalContents: Sendable {
  /// The numbers.
  public let status: WriteQueueStatus
  /// When the oldest write that waits was taken.
  public let oldest: Timestamp?
  /// The writes that could not be delivered, oldest first.
  public let letters: [DeadLetter]
}
