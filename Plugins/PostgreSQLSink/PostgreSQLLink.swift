// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import StrataCore

#if PostgreSQL
  import CPostgreSQL

  /// The connection of a sink: made when it is needed, made anew after it broke.
  ///
  /// libpq waits for the server, so this runs on threads that may. A server that does not answer is
  /// given up after the timeout: by itself for a statement, by the kernel for a dead network.
  final class PostgreSQLLink: @unchecked Sendable {
    // Sendable: the sink lets one batch after the other have it, so its state is never shared.
    static let isAvailable = true

    private let url: String
    private let table: PostgreSQLTable
    private let patience: Duration
    private let creates: Bool
    private var connection: OpaquePointer?

    init(url: String, table: PostgreSQLTable, patience: Duration, creates: Bool) {
      self.url = url
      self.table = table
      self.patience = patience
      self.creates = creates
    }

    deinit { close() }

    func close() {
      PQfinish(connection)
      connection = nil
    }

    // MARK: Batches

    func apply(_ batch: WriteBatch) throws(SinkError) {
      try connect()
      do throws(SinkError) {
        try run("BEGIN")
        try change(batch)
        try run("COMMIT")
      } catch {
        // Whether the commit came through is not known where the connection broke: the position
        // tells when the batch comes again.
        if PQstatus(connection) == CONNECTION_OK { _ = try? run("ROLLBACK") } else { close() }
        throw error
      }
    }

    private func change(_ batch: WriteBatch) throws(SinkError) {
      let known =
        try batch.origin.map { origin throws(SinkError) in try position(of: origin) } ?? nil
      let writes = batch.writes(after: known)
      let upserts = writes.filter { $0.value != nil }
      for start in stride(from: 0, to: upserts.count, by: PostgreSQLTable.rows) {
        let rows = upserts[start..<min(start + PostgreSQLTable.rows, upserts.count)]
        try run(table.upsert(rows.count), rows.flatMap { [text($0.key), value($0.value ?? [])] })
      }
      let deletions = writes.filter { $0.value == nil }
      for start in stride(from: 0, to: deletions.count, by: PostgreSQLTable.rows) {
        let rows = deletions[start..<min(start + PostgreSQLTable.rows, deletions.count)]
        try run(table.deletion(rows.count), rows.map { text($0.key) })
      }
      guard let origin = batch.origin, let position = batch.position else { return }
      let reached = known.map { position.joined(with: $0) } ?? position
      try run(
        PostgreSQLTable.advance,
        [
          text(Array(origin.utf8)),
          text(Array("\(Int64(bitPattern: reached.sequence))".utf8)),
          text(Array("\(reached.acceptedAt.nanoseconds)".utf8)),
        ])
    }

    private func position(of origin: String) throws(SinkError) -> WritePosition? {
      let result = try run(PostgreSQLTable.position, [text(Array(origin.utf8))])
      guard let sequence = result.integer(0), let acceptedAt = result.integer(1) else { return nil }
      return WritePosition(
        sequence: UInt64(bitPattern: sequence), acceptedAt: Timestamp(nanoseconds: acceptedAt))
    }

    // MARK: Statements

    private struct Parameter {
      var bytes: [UInt8]
      var isBinary: Bool
    }

    private func text(_ bytes: [UInt8]) -> Parameter { Parameter(bytes: bytes, isBinary: false) }

    private func value(_ bytes: [UInt8]) -> Parameter {
      Parameter(bytes: bytes, isBinary: table.values == .bytea)
    }

    @discardableResult
    private func run(
      _ statement: String, _ parameters: [Parameter] = []
    ) throws(SinkError) -> PostgreSQLResult {
      // A text with a zero byte in it would be cut there, and mean another key.
      if parameters.contains(where: { !$0.isBinary && $0.bytes.contains(0) }) {
        throw SinkError(.rejected, "PostgreSQL: a text may not hold a zero byte")
      }
      // libpq reads texts up to their zero, and bytes by their length; one place for all of them.
      var arena: [UInt8] = []
      var offsets: [Int] = []
      for parameter in parameters {
        offsets.append(arena.count)
        arena += parameter.bytes
        arena.append(0)
      }
      let lengths = parameters.map { Int32(clamping: $0.bytes.count) }
      let formats = parameters.map { Int32($0.isBinary ? 1 : 0) }
      let raw = arena.withUnsafeBytes { arena in
        let values = offsets.map { offset -> UnsafePointer<CChar>? in
          arena.baseAddress.map { ($0 + offset).assumingMemoryBound(to: CChar.self) }
        }
        return PQexecParams(
          connection, statement, Int32(parameters.count), nil, values, lengths, formats, 0)
      }
      let result = PostgreSQLResult(raw)
      if let failure = result.failure { throw failure }
      return result
    }

    // MARK: Connecting

    private func connect() throws(SinkError) {
      if connection != nil, PQstatus(connection) == CONNECTION_OK { return }
      close()
      let seconds = max(1, patience.components.seconds)
      let milliseconds = "\(seconds * 1_000)"
      // What the URL says comes last, and wins.
      connection = Self.connection([
        ("application_name", "strata"), ("connect_timeout", "\(seconds)"),
        ("tcp_user_timeout", milliseconds), ("client_encoding", "UTF8"),
        ("options", "-c statement_timeout=\(milliseconds)"), ("dbname", url),
      ])
      guard PQstatus(connection) == CONNECTION_OK else {
        close()
        throw SinkError(.unavailable, "PostgreSQL: no connection")
      }
      let statements = table.creation(ofTable: creates)
      let result = PostgreSQLResult(PQexec(connection, statements))
      if let failure = result.failure {
        close()
        throw SinkError(.unavailable, failure.reason)
      }
    }

    private static func connection(_ settings: [(String, String)]) -> OpaquePointer? {
      let keys = settings.map { copy($0.0) }
      let values = settings.map { copy($0.1) }
      defer { for text in keys + values { text.deallocate() } }
      let keyPointers = keys.map { UnsafePointer($0) as UnsafePointer<CChar>? } + [nil]
      let valuePointers = values.map { UnsafePointer($0) as UnsafePointer<CChar>? } + [nil]
      return PQconnectdbParams(keyPointers, valuePointers, 1)
    }

    private static func copy(_ text: String) -> UnsafeMutablePointer<CChar> {
      let bytes = text.utf8CString
      let copy = UnsafeMutablePointer<CChar>.allocate(capacity: bytes.count)
      for (index, byte) in bytes.enumerated() { copy[index] = byte }
      return copy
    }
  }

  /// What the server answered.
  private final class PostgreSQLResult {
    private let handle: OpaquePointer?

    init(_ handle: OpaquePointer?) { self.handle = handle }

    deinit { PQclear(handle) }

    /// What went wrong; `nil` where nothing did. The server's own words may hold values, so only
    /// the code is told.
    var failure: SinkError? {
      let status = PQresultStatus(handle)
      if status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK { return nil }
      guard let text = PQresultErrorField(handle, Int32(UInt8(ascii: "C"))) else {
        return SinkError(.unavailable, "PostgreSQL: the connection broke")
      }
      let code = String(cString: text)
      // 22 is wrong data, 23 a broken constraint; everything else passes, or is for somebody else.
      let isRejection = code.hasPrefix("22") || code.hasPrefix("23")
      return SinkError(isRejection ? .rejected : .unavailable, "PostgreSQL: SQLSTATE \(code)")
    }

    /// A number in the first row, where there is one.
    func integer(_ column: Int32) -> Int64? {
      guard PQntuples(handle) > 0, PQgetisnull(handle, 0, column) == 0,
        let text = PQgetvalue(handle, 0, column)
      else { return nil }
      return Int64(String(cString: text))
    }
  }
#else
  /// Stands where the library is missing; the sink is refused before it makes one.
  final class PostgreSQLLink: Sendable {
    static let isAvailable = false

    init(url: String, table: PostgreSQLTable, patience: Duration, creates: Bool) {}

    func close() {}
    func apply(_ batch: WriteBatch) throws(SinkError) {
      throw SinkError(.unavailable, "this build has no libpq")
    }
  }
#endif
