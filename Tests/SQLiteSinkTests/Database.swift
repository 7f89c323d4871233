// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

#if SQLite
  import CSQLite
  import Foundation
  import SQLiteSink
  import Strata
  import StrataSystem
  import StrataTesting

  /// A database file of a test, looked at through the library itself and not through the sink.
  final class Database: @unchecked Sendable {
    // Sendable: used by one test at a time.
    let folder: String
    var path: String { folder + "/test.db" }
    private var handle: OpaquePointer?

    init() throws {
      folder = NSTemporaryDirectory() + "strata-\(UUID().uuidString)"
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    }

    deinit {
      sqlite3_close_v2(handle)
      try? FileManager.default.removeItem(atPath: folder)
    }

    /// The rows that a statement gives, columns joined by `|`.
    @discardableResult
    func rows(_ statement: String, in file: String? = nil) -> [String] {
      if handle == nil { sqlite3_open(file ?? path, &handle) }
      var prepared: OpaquePointer?
      guard sqlite3_prepare_v2(handle, statement, -1, &prepared, nil) == SQLITE_OK else {
        return [String(cString: sqlite3_errmsg(handle))]
      }
      defer { sqlite3_finalize(prepared) }
      var rows: [String] = []
      while sqlite3_step(prepared) == SQLITE_ROW {
        let columns = (0..<sqlite3_column_count(prepared)).map { column in
          sqlite3_column_text(prepared, column).map { String(cString: $0) } ?? "null"
        }
        rows.append(columns.joined(separator: "|"))
      }
      return rows
    }

    /// An open sink over the file.
    func sink(_ options: [String: String] = [:]) async throws -> SQLiteSink {
      let block = OptionBlock.written(["path": path].merging(options) { $1 })
      let options = StoreOptions(name: "database", block: block)
      let sink = try SQLiteSink(options: options, runtime: .live())
      try await sink.open()
      return sink
    }
  }

  extension SourceWrite {
    /// A change with its number, made at a time that follows from it.
    static func text(_ key: String, _ value: String?, _ number: UInt64 = 0) -> SourceWrite {
      SourceWrite(
        key: Array(key.utf8), change: value.map { .upsert(Array($0.utf8)) } ?? .delete,
        acceptedAt: Timestamp(nanoseconds: Int64(number) * 1_000), sequence: number)
    }
  }
#endif
