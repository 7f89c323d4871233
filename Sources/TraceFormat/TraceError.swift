// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// Why a trace cannot be read.
public enum TraceError: Error, Hashable, Sendable, CustomStringConvertible {
  /// It ends too early.
  case truncated
  /// It is not what it says it is.
  case damaged(String)
  /// It is larger than so many bytes.
  case tooLarge(Int)
  /// A recording of a version that this program does not know.
  case unknownVersion(UInt32)
  /// It names no key.
  case empty

  /// What is wrong, in a clause.
  public var description: String {
    switch self {
    case .truncated: "it ends too early"
    case .damaged(let how): "it is damaged: \(how)"
    case .tooLarge(let limit): "it holds more than \(limit) bytes"
    case .unknownVersion(let version): "it is a recording of version \(version), which is unknown"
    case .empty: "it names no key"
    }
  }
}
