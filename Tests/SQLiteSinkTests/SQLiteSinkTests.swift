// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

#if SQLite
  import SQLiteSink
  import Strata
  import TestSupport
  import Testing

  @Suite("SQLite sink")
  struct SQLiteSinkTests {
    @Test func `a batch is upserts and deletions, with its position`() async throws {
      let database = try Database()
      let sink = try await database.sink(["values": "text"])
      try await sink.apply(
        WriteBatch([.text("a", "1", 1), .text("b", "2", 2), .text("c", "", 3)], origin: "q"))
      try await sink.apply(WriteBatch([.text("b", nil, 4), .text("a", "3", 5)], origin: "q"))
      #expect(
        database.rows("SELECT key, value FROM entries ORDER BY key") == ["a|3", "c|"])
      #expect(database.rows("SELECT * FROM strata_positions") == ["q|5|5000"])
      await sink.close()
    }

    @Test func `what comes again changes nothing, whatever was written since`() async throws {
      let database = try Database()
      let sink = try await database.sink()
      try await sink.apply(WriteBatch([.text("a", "old", 1)], origin: "q"))
      try await sink.apply(WriteBatch([.text("a", "new", 2)], origin: "q"))
      try await sink.apply(WriteBatch([.text("a", "old", 1)], origin: "q"))
      #expect(database.rows("SELECT value FROM entries") == ["new"])
      // Another queue, and a caller without one, have numbers of their own.
      try await sink.apply(WriteBatch([.text("a", "other", 1)], origin: "r"))
      #expect(database.rows("SELECT value FROM entries") == ["other"])
      try await sink.apply(WriteBatch([.text("a", "direct")]))
      #expect(database.rows("SELECT value FROM entries") == ["direct"])
    }

    @Test func `a queue that was put back from a copy loses nothing`() async throws {
      let database = try Database()
      let sink = try await database.sink()
      try await sink.apply(WriteBatch([.text("a", "1", 9)], origin: "q"))
      var later = SourceWrite.text("a", "2", 3)
      later.acceptedAt = Timestamp(nanoseconds: 20_000)
      try await sink.apply(WriteBatch([later], origin: "q"))
      #expect(database.rows("SELECT value FROM entries") == ["2"])
      #expect(database.rows("SELECT sequence FROM strata_positions") == ["9"])
    }

    @Test func `a broken constraint names its write and changes nothing`() async throws {
      let database = try Database()
      database.rows("CREATE TABLE entries (key TEXT PRIMARY KEY, value CHECK (length(value) < 5))")
      let sink = try await database.sink()
      let error = await #expect(throws: SinkError.self) {
        try await sink.apply(
          WriteBatch([.text("a", "1", 1), .text("b", "too long", 2)], origin: "q"))
      }
      #expect(error?.kind == .rejected && error?.position == 1)
      #expect(error?.reason.contains("long") == false)
      #expect(database.rows("SELECT count(*) FROM entries") == ["0"])
      #expect(database.rows("SELECT count(*) FROM strata_positions") == ["0"])
    }

    @Test func `a file that another process writes to is only busy`() async throws {
      let database = try Database()
      let sink = try await database.sink(["busy-timeout": "20ms"])
      database.rows("BEGIN IMMEDIATE")
      let error = await #expect(throws: SinkError.self) {
        try await sink.apply(WriteBatch([.text("a", "1")]))
      }
      #expect(error?.kind == .unavailable)
      database.rows("COMMIT")
      try await sink.apply(WriteBatch([.text("a", "1")]))
      #expect(database.rows("SELECT count(*) FROM entries") == ["1"])
    }

    @Test func `names are names, whatever is in them`() async throws {
      let database = try Database()
      let sink = try await database.sink([
        "table": "my \"users\"", "key-column": "the key", "value-column": "select",
      ])
      try await sink.apply(WriteBatch([.text("a'; DROP TABLE x; --", "1")]))
      #expect(
        database.rows("SELECT \"the key\" FROM \"my \"\"users\"\"\"") == ["a'; DROP TABLE x; --"])
    }

    @Test func `a closed sink is away, and a file that cannot be made is an error`() async throws {
      let database = try Database()
      let sink = try await database.sink()
      await sink.close()
      let error = await #expect(throws: SinkError.self) {
        try await sink.apply(WriteBatch([.text("a", "1")]))
      }
      #expect(error?.kind == .unavailable)
      await #expect(throws: SinkError.self) {
        _ = try await database.sink(["path": "/nowhere/at/all.db"])
      }
    }
  }
#endif
