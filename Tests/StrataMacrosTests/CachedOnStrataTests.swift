// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import Strata
import StrataConfig
import StrataTesting
import Testing

private final class Users: Sendable {
  let strata: Strata
  let loads = Lock(0)

  init(_ strata: Strata) { self.strata = strata }

  @Strata.Cached("users", ignoring: ["trace"])
  func user(_ id: Int, in region: String = "eu", trace: String = "") async throws -> String {
    let load = loads.withLock { count in
      count += 1
      return count
    }
    return "\(region)-\(id)-\(load)"
  }

  @Strata.Cached("misnamed") func other(number: Int) async throws -> String { "\(number)" }
}

@Suite("Macros: cached functions on a real plan")
struct CachedOnStrataTests {
  private func open(_ world: Simulation) async throws -> Strata {
    let yaml = """
      version: 1
      stores:
        memory: { kind: reference }
      caches:
        users:
          key: "user:{region|lower}:{id}"
          arguments: [id, region]
          ttl: 10m
          pipeline:
            - local: { store: memory }
            - stampede-guard
        misnamed:
          key: "other:{id}"
          arguments: [id]
          ttl: 10m
          pipeline:
            - local: { store: memory }
      """
    var registry = Registry.builtIn
    try registry.register(ReferenceStore.self)
    let reader = ConfigReader(files: ConfigTexts(["a.yaml": yaml]), environment: { _ in nil })
    let plan = try reader.plan("a.yaml", registry: registry).checked()
    return try await Strata(plan: plan, registry: registry, runtime: world.runtime)
  }

  @Test func `a cached function loads once per key of the plan`() throws {
    try Simulation(seed: 1).run { world in
      let users = Users(try await open(world))
      #expect(try await users.user(1) == "eu-1-1")
      #expect(try await users.user(1, in: "EU", trace: "x") == "eu-1-1")
      #expect(try await users.user(2) == "eu-2-2")
    }
  }

  @Test func `parameters that the plan does not know are refused`() throws {
    try Simulation(seed: 1).run { world in
      let users = Users(try await open(world))
      await #expect(throws: CacheError.self) { try await users.other(number: 1) }
    }
  }
}
