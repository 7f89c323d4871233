// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

public import StrataCore

/// What goes wrong with one operation of a ``SimulatedDisk``.
public enum DiskFault: Hashable, Sendable {
  /// The operation does nothing and fails. A failed sync also forgets what it should have saved.
  case error(DiskError.Code)
  /// A write or read handles only half of the bytes. Other operations are not affected.
  case short
}

/// The operations of a ``SimulatedDisk`` as they are counted.
public enum DiskOperation: String, Hashable, Sendable {
  /// Opening a file, creating it included.
  case open
  /// Writing to a file.
  case write
  /// Making a file durable.
  case sync
  /// Cutting or extending a file.
  case truncate
  /// Renaming a file.
  case rename
  /// Removing a file.
  case remove
  /// Creating a directory.
  case createDirectory
  /// Making a directory durable.
  case syncDirectory
  /// Taking a lock.
  case lock
  /// Reading from a file. Reads are counted apart from everything else.
  case read
}
