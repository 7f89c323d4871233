// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import FileStore
import SegmentedLog
import StrataCore
import StrataSystem

let keyCount: UInt64 = 48

func key(_ number: UInt64) -> CacheKey { CacheKey(bytes: Array("key:\(number)".utf8), seed: 1) }

/// A small store with small segments, so that rotation and compaction never stop.
func openStore(_ directory: String, _ runtime: CacheRuntime) async throws -> FileStore {
  let here = SourceLocation(file: "crash", line: 1, column: 1)
  let fields = [
    ("path", directory + "/store"), ("capacity", "2MiB"), ("segment-size", "64KiB"),
    ("durability", "always"),
  ].map { name, text in
    ConfigNode.Field(
      key: name, location: here, value: ConfigNode(.scalar(text, quoted: false), at: here))
  }
  let block = OptionBlock(ConfigNode(.map(fields), at: here), path: "crash")
  let store = try FileStore(options: StoreOptions(name: "crash", block: block), runtime: runtime)
  try await store.open()
  return store
}

func openJournal(_ directory: String, _ runtime: CacheRuntime) throws -> Journal {
  guard let disk = runtime.disk else { throw JournalError.closed }
  var options = JournalOptions(directory: directory + "/journal")
  options.segmentSize = 32 << 10
  return try Journal.open(options, disk: disk, runtime: runtime)
}
