// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// The table that a sink writes to, and the statements that do it.
struct SQLiteTable: Sendable {
  let name: String
  let key: String
  let value: String
  let values: SQLiteValues

  private static func quoted(_ name: String) -> String {
    "\"\(name.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\""))\""
  }

  private var columns: (table: String, key: String, value: String) {
    (Self.quoted(name), Self.quoted(key), Self.quoted(value))
  }

  /// The table, where the application has not made one, and where sinks remember how far they are.
  var creation: String {
    let (table, key, value) = columns
    return """
      CREATE TABLE IF NOT EXISTS \(table) (\(key) TEXT PRIMARY KEY NOT NULL, \(value) NOT NULL);
      CREATE TABLE IF NOT EXISTS strata_positions (
        origin TEXT PRIMARY KEY NOT NULL, sequence INTEGER NOT NULL, accepted_at INTEGER NOT NULL);
      """
  }

  var upsert: String {
    let (table, key, value) = columns
    return """
      INSERT INTO \(table) (\(key), \(value)) VALUES (?1, ?2)
      ON CONFLICT (\(key)) DO UPDATE SET \(value) = excluded.\(value)
      """
  }

  var deletion: String {
    let (table, key, _) = columns
    return "DELETE FROM \(table) WHERE \(key) = ?1"
  }

  static let position = "SELECT sequence, accepted_at FROM strata_positions WHERE origin = ?1"

  static let advance = """
    INSERT INTO strata_positions (origin, sequence, accepted_at) VALUES (?1, ?2, ?3)
    ON CONFLICT (origin) DO UPDATE
    SET sequence = excluded.sequence, accepted_at = excluded.accepted_at
    """
}
