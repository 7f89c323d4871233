// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import MemoryStore
import SegmentedLog
import StrataCore
import TraceFormat

/// A trace as it was read from a file.
struct TraceFile {
  /// The accesses.
  let trace: AccessTrace
  /// The part of all keys whose accesses are in the file.
  let share: Double
  /// Whether all that was recorded could be read.
  let isWhole: Bool

  /// Reads the file at `path`; the trace is named after it.
  static func read(_ path: String, _ disk: any Disk) throws -> TraceFile {
    let file = try disk.open(path, .read)
    defer { file.close() }
    let contents = try TraceContents(try file.bytes(0..<(try file.size)))
    let name = name(of: path)
    let trace =
      switch contents.keys {
      case .lines(let bytes): AccessTrace(name: name, text: bytes)
      case .prints(let prints): AccessTrace(name: name, keys: prints)
      }
    return TraceFile(trace: trace, share: contents.share, isWhole: contents.isWhole)
  }

  /// `dir/users.txt.gz` is the trace `users`.
  static func name(of path: String) -> String {
    let file = path.split(separator: "/").last ?? "trace"
    return String(file.split(separator: ".").first ?? file)
  }
}
