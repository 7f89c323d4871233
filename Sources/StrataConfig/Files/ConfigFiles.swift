// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

public import StrataCore

/// Where the files of a configuration come from.
///
/// Choose ``ConfigFilesOnDisk`` for a service, ``ConfigTexts`` for tests and for configurations
/// that are compiled in; conform a type of your own to read them from anywhere else.
public protocol ConfigFiles: Sendable {
  /// The first `limit` bytes of the file at `path`.
  func read(_ path: String, limit: Int) throws(DiskError) -> [UInt8]
}
