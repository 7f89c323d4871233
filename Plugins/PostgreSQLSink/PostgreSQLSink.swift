// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

public import StrataCore

/// Brings the writes of caches into a table of a PostgreSQL database, each batch in one
/// transaction.
///
/// The table has a key and a value; what else it has is the application's. With the changes goes
/// how far the queue has come, so what is delivered again after a crash changes nothing.
public final class PostgreSQLSink: SinkStore {
  /// `postgresql` in YAML.
  public static let kind: PluginID = "postgresql"

  enum Option {
    static let url = PluginOption(
      "url", .secret, "Where the database is, as libpq reads it: postgresql://user@host/database.")
    static let table = PluginOption(
      "table", .text, default: "entries", "The table, which must exist; or schema.table.")
    static let keyColumn = PluginOption(
      "key-column", .text, default: "key",
      "The column of the key, text, with a unique index.")
    static let valueColumn = PluginOption(
      "value-column", .text, default: "value", "The column of the value.")
    static let values = PluginOption(
      "values", .choice, default: PostgreSQLValues.bytea,
      "The type of that column; for json, jsonb and text the codec must be json.")
    static let patience = PluginOption(
      "timeout", .duration, default: .seconds(10),
      "How long connecting, and one statement, may take.")
    static let creates = PluginOption(
      "create", .boolean, default: false, "Whether the table is made where it is missing.")
  }

  /// Which database, which table, how.
  public static let options: [any OptionDeclaration] = [
    Option.url, Option.table, Option.keyColumn, Option.valueColumn, Option.values,
    Option.patience, Option.creates,
  ]

  private let link: PostgreSQLLink
  private let runtime: CacheRuntime
  private let turns = KeyTurns()
  private static let lane = CacheKey(bytes: [], seed: 0)
  private let isClosed = Lock(false)

  /// Creates the sink. It connects when the first batch comes, and again whenever it must.
  public init(options: StoreOptions, runtime: CacheRuntime) throws(ConfigurationError) {
    if !PostgreSQLLink.isAvailable {
      throw options.error(
        about: Option.url, "this build has no libpq; build it with the trait PostgreSQL")
    }
    let table = PostgreSQLTable(
      name: try options(Option.table), key: try options(Option.keyColumn),
      value: try options(Option.valueColumn), values: try options(Option.values))
    link = PostgreSQLLink(
      url: try options(Option.url), table: table, patience: try options(Option.patience),
      creates: try options(Option.creates))
    self.runtime = runtime
  }

  /// Ends the connection, after the batch that is under way.
  public func close() async {
    isClosed.withLock { $0 = true }
    _ = try? await turns.run(.one(Self.lane)) {
      let link = link
      try await runtime.blocking("postgresql close") { link.close() }
    }
  }

  /// Carries out a batch in one transaction.
  public func apply(_ batch: WriteBatch) async throws {
    try await turns.run(.one(Self.lane)) {
      if isClosed.withLock({ $0 }) { throw SinkError(.unavailable, "the sink is closed") }
      let link = link
      try await runtime.blocking("postgresql") { try link.apply(batch) }
    }
  }
}

/// The type of the column of values.
public enum PostgreSQLValues: String, Sendable, CaseIterable {
  /// Bytes, as the codec made them.
  case bytea
  /// Text, which the codec must make.
  case text
  /// JSON, which the codec must make.
  case json
  /// JSON in PostgreSQL's own form, which the codec must make.
  case jsonb
}
