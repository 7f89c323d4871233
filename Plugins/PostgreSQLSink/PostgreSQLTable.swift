// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// The table that a sink writes to, and the statements that do it.
struct PostgreSQLTable: Sendable {
  let name: String
  let key: String
  let value: String
  let values: PostgreSQLValues

  /// How many rows one statement changes: it has two parameters for each, of at most 65,535.
  static let rows = 1_000

  private static func quoted(_ name: String) -> String {
    "\"\(name.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\""))\""
  }

  private var table: String {
    name.split(separator: ".").map { Self.quoted(String($0)) }.joined(separator: ".")
  }

  /// The table, and where sinks remember how far they are.
  func creation(ofTable: Bool) -> String {
    let own = """
      CREATE TABLE IF NOT EXISTS \(table) (
        \(Self.quoted(key)) text PRIMARY KEY, \(Self.quoted(value)) \(values.rawValue) NOT NULL);
      """
    return """
      SET client_min_messages = warning;
      \(ofTable ? own : "")
      CREATE TABLE IF NOT EXISTS strata_positions (
        origin text PRIMARY KEY, sequence bigint NOT NULL, accepted_at bigint NOT NULL);
      """
  }

  /// Stores `count` rows: $1 is the first key, $2 its value, and so on.
  func upsert(_ count: Int) -> String {
    let (key, value) = (Self.quoted(key), Self.quoted(value))
    let type = values == .bytea ? "bytea" : values.rawValue
    let rows = (0..<count).map { "($\($0 * 2 + 1)::text, $\($0 * 2 + 2)::\(type))" }
    return """
      INSERT INTO \(table) (\(key), \(value)) VALUES \(rows.joined(separator: ", "))
      ON CONFLICT (\(key)) DO UPDATE SET \(value) = EXCLUDED.\(value)
      """
  }

  /// Deletes `count` rows by their keys.
  func deletion(_ count: Int) -> String {
    let keys = (1...max(1, count)).map { "$\($0)::text" }
    return "DELETE FROM \(table) WHERE \(Self.quoted(key)) IN (\(keys.joined(separator: ", ")))"
  }

  /// Locked, so that two sinks of one queue do not both believe to be the first.
  static let position = """
    SELECT sequence::text, accepted_at::text FROM strata_positions WHERE origin = $1::text
    FOR UPDATE
    """

  static let advance = """
    INSERT INTO strata_positions (origin, sequence, accepted_at)
    VALUES ($1::text, $2::bigint, $3::bigint)
    ON CONFLICT (origin) DO UPDATE
    SET sequence = EXCLUDED.sequence, accepted_at = EXCLUDED.accepted_at
    """
}
