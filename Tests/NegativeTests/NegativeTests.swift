// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import Strata
import StrataTesting
import TestSupport
import Testing

@Suite("Negative")
struct NegativeTests {
  @Test func `not found is remembered for its own time, then asked for again`() throws {
    try Simulation(seed: 1).run { world in
      let strata = try await Shop.open(Shop.simple, world)
      let users: Cache<Int, User> = try strata.cache("plain")
      let asked = Lock(0)
      for _ in 0..<5 {
        let found = try await users.find(1) { _ in
          asked.withLock { $0 += 1 }
          return nil
        }
        #expect(found == nil)
      }
      #expect(asked.withLock { $0 } == 1)
      try await world.sleep(for: .seconds(31))
      _ = try await users.find(1) { _ in User(id: 1, name: "now there") }
      #expect(users.cached(1)?.name == "now there")
    }
  }

  @Test func `a loader that declines caching is not remembered either`() throws {
    try Simulation(seed: 2).run { world in
      let strata = try await Shop.open(Shop.simple, world)
      let users: Cache<Int, User> = try strata.cache("plain")
      let asked = Lock(0)
      for _ in 0..<3 {
        _ = try await users.find(1) { context in
          asked.withLock { $0 += 1 }
          context.doNotStore()
          return nil
        }
      }
      #expect(asked.withLock { $0 } == 3)
    }
  }

  @Test func `value(for:) of what is not there throws not-found`() throws {
    try Simulation(seed: 3).run { world in
      let strata = try await Shop.open(Shop.simple, world)
      let users: Cache<Int, User> = try strata.cache("plain")
      let error = await #expect(throws: CacheError.self) {
        try await users.value(for: 1) { context in try context.notFound() }
      }
      #expect(error?.code == .notFound)
    }
  }
}
