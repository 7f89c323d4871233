// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

public import StrataCore

/// Brings the writes of caches into a table of an SQLite file, each batch in one transaction.
///
/// The table has a key and a value; what else it has is the application's. With the changes goes
/// how far the queue has come, so what is delivered again after a crash changes nothing.
public final class SQLiteSink: SinkStore {
  /// `sqlite` in YAML.
  public static let kind: PluginID = "sqlite"

  enum Option {
    static let path = PluginOption("path", .text, "The database file; made where it is missing.")
    static let table = PluginOption(
      "table", .text, default: "entries", "The table; made where it is missing.")
    static let keyColumn = PluginOption(
      "key-column", .text, default: "key", "The column of the key, which must be unique.")
    static let valueColumn = PluginOption(
      "value-column", .text, default: "value", "The column of the value.")
    static let values = PluginOption(
      "values", .choice, default: SQLiteValues.blob,
      "How values are stored: as bytes, or as text, which the codec json makes.")
    static let patience = PluginOption(
      "busy-timeout", .duration, default: .seconds(5),
      "How long to wait for another process that writes to the file.")
  }

  /// Which file, which table, how.
  public static let options: [any OptionDeclaration] = [
    Option.path, Option.table, Option.keyColumn, Option.valueColumn, Option.values,
    Option.patience,
  ]

  private let table: SQLiteTable
  private let path: String
  private let patience: Duration
  private let runtime: CacheRuntime
  private let turns = KeyTurns()
  private static let lane = CacheKey(bytes: [], seed: 0)
  private let connection = Lock<SQLiteConnection?>(nil)

  /// Creates the sink; ``open()`` opens the file.
  public init(options: StoreOptions, runtime: CacheRuntime) throws(ConfigurationError) {
    if !SQLiteConnection.isAvailable {
      throw options.error(
        about: Option.path, "this build has no SQLite; build it with the trait SQLite")
    }
    path = try options(Option.path)
    table = SQLiteTable(
      name: try options(Option.table), key: try options(Option.keyColumn),
      value: try options(Option.valueColumn), values: try options(Option.values))
    patience = try options(Option.patience)
    self.runtime = runtime
  }

  /// Opens the file and makes what is missing in it. Throws where that cannot be done.
  public func open() async throws {
    let (path, table, patience) = (path, table, patience)
    let opened = try await runtime.blocking("sqlite open") {
      let connection = try SQLiteConnection(path, patience: patience)
      try connection.prepare(table)
      return connection
    }
    connection.withLock { $0 = opened }
  }

  /// Closes the file, after the batch that is under way.
  public func close() async {
    _ = try? await turns.run(.one(Self.lane)) {
      let closed = connection.withLock { connection -> SQLiteConnection? in
        defer { connection = nil }
        return connection
      }
      closed?.close()
    }
  }

  /// Carries out a batch in one transaction.
  public func apply(_ batch: WriteBatch) async throws {
    try await turns.run(.one(Self.lane)) {
      guard let connection = connection.withLock({ $0 }) else {
        throw SinkError(.unavailable, "the database is closed")
      }
      let table = table
      try await runtime.blocking("sqlite") { try connection.apply(batch, to: table) }
    }
  }
}

/// How values stand in the table.
public enum SQLiteValues: String, Sendable, CaseIterable {
  /// As the bytes that the codec made.
  case blob
  /// As text: the codec must make UTF-8, as `json` does.
  case text
}
