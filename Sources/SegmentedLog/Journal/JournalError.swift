// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

public import StrataCore

/// Why a journal could not be opened or did not take an entry.
public enum JournalError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The disk failed. An entry that was being appended may or may not be there after a restart.
  case disk(DiskError)
  /// Too much waits to be delivered; nothing was appended.
  case full
  /// The entry is longer than a journal takes; nothing was appended.
  case tooLarge
  /// A segment was written by a newer release. It is left as it is, and so is everything else.
  case unknownVersion(UInt16, path: String)
  /// The journal has been closed.
  case closed

  /// What happened.
  public var description: String {
    switch self {
    case .disk(let error): "the journal's disk failed: \(error)"
    case .full: "the journal is full"
    case .tooLarge: "the entry is too large for the journal"
    case .unknownVersion(let version, let path):
      "'\(path)' has format \(version), which this release cannot read"
    case .closed: "the journal is closed"
    }
  }
}
