// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import Strata
import StrataConfig
import StrataTesting

/// A value as services cache them.
struct User: Codable, Sendable, Equatable, Hashable {
  var id: Int
  var name: String
}

/// A plan from YAML text on stores that tests can look into, in a simulated world.
enum Shop {
  static var registry: Registry {
    get throws {
      var registry = Registry.builtIn
      try registry.register(ReferenceStore.self)
      return registry
    }
  }

  static func plan(_ yaml: String) throws -> Plan {
    let files = ConfigTexts(["shop.yaml": yaml])
    let reader = ConfigReader(files: files, environment: { _ in nil })
    return try reader.plan("shop.yaml", registry: try registry).checked()
  }

  static func open(_ yaml: String, _ world: Simulation) async throws -> Strata {
    try await Strata(plan: try plan(yaml), registry: try registry, runtime: world.runtime)
  }

  static let simple = """
    version: 1
    stores:
      memory: { kind: reference }
    caches:
      users:
        key: "user:{id}"
        ttl: 10m
        pipeline:
          - local: { store: memory }
          - stampede-guard
      search:
        key: "search:{query|lower|trim}:{page}"
        ttl: 1m
        pipeline:
          - local: { store: memory }
      plain:
        ttl: 1m
        pipeline:
          - local: { store: memory }
          - negative: { ttl: 30s }
    """
}
