// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

#if PostgreSQL
  import Foundation
  import PostgreSQLSink
  import Strata
  import StrataConfig
  import StrataSystem
  import StrataTesting
  import TestSupport
  import Testing
  import WriteBehind

  @Suite("PostgreSQL sink", .serialized, .timeLimit(.minutes(3)))
  struct PostgreSQLSinkTests {
    private func sink(
      _ server: PostgreSQLServer, _ options: [String: String] = [:]
    ) throws -> PostgreSQLSink {
      let block = OptionBlock.written(
        ["url": server.url, "create": "true", "values": "text"].merging(options) { $1 })
      return try PostgreSQLSink(
        options: StoreOptions(name: "database", block: block), runtime: .live())
    }

    private func write(_ key: String, _ value: String?, _ number: UInt64 = 0) -> SourceWrite {
      SourceWrite(
        key: Array(key.utf8), change: value.map { .upsert(Array($0.utf8)) } ?? .delete,
        acceptedAt: Timestamp(nanoseconds: Int64(number) * 1_000), sequence: number)
    }

    @Test func `a batch is one transaction, and what comes again changes nothing`() async throws {
      let server = try await PostgreSQLServer.start()
      let sink = try sink(server)
      try await sink.apply(
        WriteBatch([write("a", "1", 1), write("b", "2", 2), write("c", "", 3)], origin: "q"))
      let second = WriteBatch([write("b", nil, 4), write("a", "3", 5)], origin: "q")
      try await sink.apply(second)
      try await sink.apply(WriteBatch([write("a", "1", 1)], origin: "q"))
      #expect(server.rows("SELECT key, value FROM entries ORDER BY key") == ["a|3", "c|"])
      #expect(server.rows("SELECT * FROM strata_positions") == ["q|5|5000"])
      // More rows than one statement takes.
      let many = (0..<2_500).map { write("many\($0)", "x", UInt64(10 + $0)) }
      try await sink.apply(WriteBatch(many, origin: "q"))
      #expect(server.rows("SELECT count(*) FROM entries") == ["2502"])
      await sink.close()
    }

    @Test func `wrong data is rejected, and nothing of its batch is there`() async throws {
      let server = try await PostgreSQLServer.start()
      let sink = try sink(server, ["values": "jsonb"])
      let batch = WriteBatch([write("a", "{\"x\": 1}", 1), write("b", "no json", 2)], origin: "q")
      let error = await #expect(throws: SinkError.self) { try await sink.apply(batch) }
      #expect(error?.kind == .rejected && error?.reason == "PostgreSQL: SQLSTATE 22P02")
      #expect(server.rows("SELECT count(*) FROM entries") == ["0"])
      try await sink.apply(WriteBatch([write("a", "{\"x\": 1}", 1)], origin: "q"))
      #expect(server.rows("SELECT value->>'x' FROM entries") == ["1"])
      server.stop()
      let away = await #expect(throws: SinkError.self) {
        try await sink.apply(WriteBatch([write("c", "{}", 3)], origin: "q"))
      }
      #expect(away?.kind == .unavailable)
    }

    @Test func `bytes are kept as they are, zeros and all`() async throws {
      let server = try await PostgreSQLServer.start()
      let sink = try sink(server, ["values": "bytea"])
      let bytes: [UInt8] = [0, 1, 0, 255, 92, 120]
      try await sink.apply(WriteBatch([SourceWrite(key: [97], change: .upsert(bytes))]))
      #expect(server.rows("SELECT encode(value, 'hex') FROM entries") == ["000100ff5c78"])
      let zero = SourceWrite(key: [97, 0, 98], change: .delete)
      let error = await #expect(throws: SinkError.self) { try await sink.apply(WriteBatch([zero])) }
      #expect(error?.kind == .rejected)
    }

    @Test func `killed and restarted twice under load: everything arrives, the newest wins`()
      async throws
    {
      let server = try await PostgreSQLServer.start()
      let folder = "/tmp/strata-load-\(UUID().uuidString.prefix(8))"
      defer { try? FileManager.default.removeItem(atPath: folder) }
      let yaml = """
        version: 1
        stores:
          memory: { kind: memory, capacity: 16MiB }
          outbox: { kind: journal, path: \(folder) }
          database: { kind: postgresql, url: "\(server.url)", create: true, values: text }
        caches:
          numbers:
            ttl: 10m
            codec: json
            pipeline:
              - local: { store: memory }
              - write-behind:
                  { sink: database, journal: outbox, interval: 5ms, batch: 20, max-backoff: 100ms }
        """
      let reader = ConfigReader(files: ConfigTexts(["load.yaml": yaml])) { _ in nil }
      let plan = try reader.plan("load.yaml", registry: .builtIn).checked()
      let strata = try await Strata(plan: plan, runtime: .live())
      let numbers: Cache<Int, Int> = try strata.cache("numbers")
      let rounds = 110
      try await withThrowingTaskGroup(of: Void.self) { group in
        for writer in 0..<6 {
          group.addTask {
            for round in 0...rounds {
              for key in writer * 5..<writer * 5 + 5 { try await numbers.set(key, round) }
              // The server goes and comes back while everybody writes on.
              if writer == 0, round % 50 == 20 { server.stop() }
              if writer == 0, round % 50 == 40 { try await server.restart() }
            }
          }
        }
        try await group.waitForAll()
      }
      #expect(await strata.shutdown(within: .seconds(60)) == [])
      let rows = server.rows("SELECT key, value FROM entries ORDER BY key")
      #expect(rows.count == 30 && rows.allSatisfy { $0.hasSuffix("|\(rounds)") })
    }
  }
#endif
