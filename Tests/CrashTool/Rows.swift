// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import Strata
import StrataConfig

#if SQLite
  import CSQLite
#endif

/// A whole cache whose writes go behind it into a database, and what that database has.
enum Rows {
  /// The cache, with small batches and segments, so that something is always under way.
  static func open(_ directory: String, _ runtime: CacheRuntime) async throws -> Strata {
    let yaml = """
      version: 1
      stores:
        memory: { kind: memory, capacity: 1MiB }
        outbox: { kind: journal, path: \(directory)/outbox, segment-size: 32KiB }
        database: { kind: sqlite, path: \(directory)/rows.db, values: text }
      caches:
        rows:
          ttl: 1h
          codec: json
          pipeline:
            - local: { store: memory }
            - write-behind: { sink: database, journal: outbox, batch: 8, interval: 2ms }
      """
    let reader = ConfigReader(files: ConfigTexts(["crash.yaml": yaml])) { _ in nil }
    let plan = try reader.plan("crash.yaml", registry: .builtIn).checked()
    return try await Strata(plan: plan, runtime: runtime)
  }

  /// Delivers what a victim left, and returns the serial in each row, by key.
  static func settled(_ directory: String, _ runtime: CacheRuntime) async throws -> [UInt64: UInt64]
  {
    let strata = try await open(directory, runtime)
    let late = await strata.shutdown(within: .seconds(60))
    guard late.isEmpty else { throw CrashToolError(text: "not delivered: \(late)") }
    return read(directory + "/rows.db")
  }

  private static func read(_ path: String) -> [UInt64: UInt64] {
    var rows: [UInt64: UInt64] = [:]
    #if SQLite
      var database: OpaquePointer?
      var statement: OpaquePointer?
      guard sqlite3_open(path, &database) == SQLITE_OK else { return [:] }
      defer { sqlite3_close(database) }
      sqlite3_prepare_v2(database, "SELECT key, value FROM entries", -1, &statement, nil)
      defer { sqlite3_finalize(statement) }
      while sqlite3_step(statement) == SQLITE_ROW {
        let key = String(cString: sqlite3_column_text(statement, 0)).dropFirst("rows:".count)
        if let key = UInt64(key) { rows[key] = UInt64(sqlite3_column_int64(statement, 1)) }
      }
    #endif
    return rows
  }
}
