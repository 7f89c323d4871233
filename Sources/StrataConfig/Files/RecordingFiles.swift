// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import StrataCore

/// Files that remember what was read from them.
final class RecordingFiles: ConfigFiles {
  private let files: any ConfigFiles
  private let limit: Int
  private let read = Lock<[String: [UInt8]?]>([:])

  init(_ files: any ConfigFiles, limit: Int) {
    self.files = files
    self.limit = limit
  }

  func read(_ path: String, limit: Int) throws(DiskError) -> [UInt8] {
    do throws(DiskError) {
      let bytes = try files.read(path, limit: limit)
      read.withLock { $0[path] = .some(bytes) }
      return bytes
    } catch {
      read.withLock { $0[path] = .some(nil) }
      throw error
    }
  }

  /// Forgets what was read so far.
  func forget() { read.withLock { $0 = [:] } }

  /// What was read so far, and what stands in the files at `paths` that were not.
  func look(at paths: some Sequence<String>) -> [String: [UInt8]?] {
    let known = read.withLock { $0 }
    return look(afresh: paths).merging(known) { _, read in read }
  }

  /// What stands in the files at `paths` now; `nil` where a file cannot be read.
  func look(afresh paths: some Sequence<String>) -> [String: [UInt8]?] {
    var seen: [String: [UInt8]?] = [:]
    for path in paths { seen[path] = .some(try? files.read(path, limit: limit)) }
    return seen
  }
}
