// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import StrataCore

#if SQLite
  import CSQLite

  /// One open file. Used by one caller at a time, on threads that may wait for the disk.
  final class SQLiteConnection: @unchecked Sendable {
    // Sendable: the sink lets one batch after the other have it, so its state is never shared; the
    // library itself is told to lock nothing.
    static let isAvailable = true

    private var handle: OpaquePointer?

    init(_ path: String, patience: Duration) throws(SinkError) {
      let flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX
      let code = sqlite3_open_v2(path, &handle, flags, nil)
      guard code == SQLITE_OK else {
        close()
        throw SQLiteConnection.failure(code)
      }
      let milliseconds = patience.saturatingNanoseconds / 1_000_000
      sqlite3_busy_timeout(handle, Int32(clamping: milliseconds))
    }

    deinit { close() }

    func close() {
      sqlite3_close_v2(handle)
      handle = nil
    }

    /// Lets readers read while a batch is written, and a commit be durable when it returns.
    func prepare(_ table: SQLiteTable) throws(SinkError) {
      try run("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;")
      try run(table.creation)
    }

    func run(_ statements: String) throws(SinkError) {
      let code = sqlite3_exec(handle, statements, nil, nil, nil)
      guard code == SQLITE_OK else { throw SQLiteConnection.failure(code) }
    }

    // MARK: Batches

    func apply(_ batch: WriteBatch, to table: SQLiteTable) throws(SinkError) {
      try run("BEGIN IMMEDIATE")
      do throws(SinkError) {
        try change(batch, table)
        try run("COMMIT")
      } catch {
        try? run("ROLLBACK")
        throw error
      }
    }

    private func change(_ batch: WriteBatch, _ table: SQLiteTable) throws(SinkError) {
      let known =
        try batch.origin.map { origin throws(SinkError) in try position(of: origin) } ?? nil
      let upsert = try SQLiteStatement(table.upsert, handle)
      let deletion = try SQLiteStatement(table.deletion, handle)
      for (index, write) in batch.writes.enumerated() where batch.isNew(write, after: known) {
        do throws(SinkError) {
          switch write.change {
          case .upsert(let value):
            try upsert.run { statement throws(SinkError) in
              try statement.bind(text: write.key, at: 1)
              switch table.values {
              case .blob: try statement.bind(blob: value, at: 2)
              case .text: try statement.bind(text: value, at: 2)
              }
            }
          case .delete:
            try deletion.run { statement throws(SinkError) in
              try statement.bind(text: write.key, at: 1)
            }
          }
        } catch {
          throw SinkError(error.kind, error.reason, position: index)
        }
      }
      guard let origin = batch.origin, let position = batch.position else { return }
      try advance(origin, to: known.map { position.joined(with: $0) } ?? position)
    }

    private func position(of origin: String) throws(SinkError) -> WritePosition? {
      let statement = try SQLiteStatement(SQLiteTable.position, handle)
      try statement.bind(text: Array(origin.utf8), at: 1)
      guard try statement.step() else { return nil }
      return WritePosition(
        sequence: UInt64(bitPattern: statement.integer(0)),
        acceptedAt: Timestamp(nanoseconds: statement.integer(1)))
    }

    private func advance(_ origin: String, to position: WritePosition) throws(SinkError) {
      try SQLiteStatement(SQLiteTable.advance, handle).run { statement throws(SinkError) in
        try statement.bind(text: Array(origin.utf8), at: 1)
        try statement.bind(integer: Int64(bitPattern: position.sequence), at: 2)
        try statement.bind(integer: position.acceptedAt.nanoseconds, at: 3)
      }
    }

    // MARK: Failures

    /// What a result code means for the writes. Only what the data itself breaks is their fault: a
    /// full disk, a lock, a table that is missing are somebody else's, and pass.
    static func failure(_ code: Int32) -> SinkError {
      let reason = "SQLite: " + String(cString: sqlite3_errstr(code)) + " (\(code))"
      switch code & 0xFF {
      case SQLITE_CONSTRAINT, SQLITE_TOOBIG, SQLITE_MISMATCH, SQLITE_RANGE:
        return SinkError(.rejected, reason)
      default: return SinkError(.unavailable, reason)
      }
    }
  }

  /// A prepared statement, finished when it is let go of.
  private final class SQLiteStatement {
    private let handle: OpaquePointer

    init(_ text: String, _ connection: OpaquePointer?) throws(SinkError) {
      var made: OpaquePointer?
      let code = sqlite3_prepare_v2(connection, text, -1, &made, nil)
      guard code == SQLITE_OK, let made else { throw SQLiteConnection.failure(code) }
      handle = made
    }

    deinit { sqlite3_finalize(handle) }

    func bind(text: [UInt8], at index: Int32) throws(SinkError) {
      try check(
        text.withUnsafeBytes {
          strata_sqlite_bind_text(handle, index, $0.baseAddress, UInt64($0.count))
        })
    }

    func bind(blob: [UInt8], at index: Int32) throws(SinkError) {
      try check(
        blob.withUnsafeBytes {
          strata_sqlite_bind_blob(handle, index, $0.baseAddress, UInt64($0.count))
        })
    }

    func bind(integer: Int64, at index: Int32) throws(SinkError) {
      try check(sqlite3_bind_int64(handle, index, integer))
    }

    func integer(_ column: Int32) -> Int64 { sqlite3_column_int64(handle, column) }

    /// Binds, runs to the end, and is ready for the next.
    func run(_ bind: (SQLiteStatement) throws(SinkError) -> Void) throws(SinkError) {
      defer { sqlite3_reset(handle) }
      try bind(self)
      _ = try step()
    }

    /// Whether there is a row.
    func step() throws(SinkError) -> Bool {
      let code = sqlite3_step(handle)
      if code == SQLITE_ROW { return true }
      guard code == SQLITE_DONE else { throw SQLiteConnection.failure(code) }
      return false
    }

    private func check(_ code: Int32) throws(SinkError) {
      guard code == SQLITE_OK else { throw SQLiteConnection.failure(code) }
    }
  }
#else
  /// Stands where the library is missing; the sink is refused before it makes one.
  final class SQLiteConnection: Sendable {
    static let isAvailable = false

    init(_ path: String, patience: Duration) throws(SinkError) {
      throw SinkError(.unavailable, "this build has no SQLite")
    }

    func close() {}
    func prepare(_ table: SQLiteTable) throws(SinkError) {}
    func apply(_ batch: WriteBatch, to table: SQLiteTable) throws(SinkError) {}
  }
#endif
