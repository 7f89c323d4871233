// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

#if SQLite
  import Foundation
  import SQLiteSink
  import Strata
  import StrataConfig
  import StrataSystem
  import TestSupport
  import Testing
  import WriteBehind

  @Suite("Config/embedded.yaml")
  struct EmbeddedTests {
    private static func open(_ folder: String) async throws -> Strata {
      let root = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
      let runtime = CacheRuntime.live()
      let reader = ConfigReader(files: ConfigFilesOnDisk(SystemDisk())) { name in
        name == "STRATA_DATA" ? folder : nil
      }
      let path = root.appendingPathComponent("Config/embedded.yaml").path
      let plan = try reader.plan(path, registry: .builtIn).checked()
      return try await Strata(plan: plan, runtime: runtime)
    }

    @Test func `it loads, writes reach the database, and a restart is warm`() async throws {
      let database = try Database()
      let first = try await Self.open(database.folder)
      #expect(first.warnings.isEmpty)
      let users: Cache<Int, User> = try first.cache("users")
      for id in 0..<50 { try await users.set(id, User(id: id, name: "user \(id)")) }
      try await users.remove(7)
      await first.shutdown()
      let file = database.folder + "/users.db"
      #expect(database.rows("SELECT count(*) FROM users", in: file) == ["49"])
      let second = try await Self.open(database.folder)
      let warm: Cache<Int, User> = try second.cache("users")
      let user = try await warm.value(for: 3) {
        Issue.record("asked the source")
        return User(id: 3, name: "")
      }
      #expect(user.name == "user 3")
      await second.shutdown()
    }
  }
#endif
