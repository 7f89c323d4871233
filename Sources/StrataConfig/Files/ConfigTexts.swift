// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

public import StrataCore

/// Configuration files that live in memory, by path.
public struct ConfigTexts: ConfigFiles {
  /// The bytes of each file.
  public var files: [String: [UInt8]]

  /// Creates files from their bytes.
  public init(files: [String: [UInt8]]) { self.files = files }

  /// Creates files from their texts.
  public init(_ texts: [String: String]) { files = texts.mapValues { Array($0.utf8) } }

  /// The first `limit` bytes of the file at `path`.
  public func read(_ path: String, limit: Int) throws(DiskError) -> [UInt8] {
    guard let file = files[path] else {
      throw DiskError(.notFound, operation: "read", path: path)
    }
    return Array(file.prefix(limit))
  }
}
