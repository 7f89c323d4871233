// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

@testable import HotKeys
import Strata
import StrataTesting
import TestSupport
import Testing

@Suite("Hot keys")
struct HotKeysTests {
  static func plan(_ options: String, local: Bool = false) -> String {
    """
    version: 1
    stores:
      memory: { kind: reference }
      near: { kind: reference }
      far: { kind: reference-bytes }
    caches:
      users:
        ttl: 10m
        pipeline:
          - stampede-guard
          - hot-keys: { \(options) }
          - full-road
          \(local ? "- local: { store: memory }" : "- remote: { store: far }")
    """
  }

  private func stage(_ strata: Strata) throws -> HotKeys {
    try #require(strata.stage(HotKeys.self, in: "users"))
  }

  @Test func `the keys that are read most are found, on the fast road too`() throws {
    try Simulation(seed: 1).run { world in
      let strata = try await Shop.open(
        Self.plan("rate: 1500, sample: 8, track: 64", local: true), world)
      let users: Cache<Int, User> = try strata.cache("users")
      for id in 0..<200 { try await users.set(id, User(id: id, name: "set")) }
      let walks = strata.walks(in: "users")
      for round in 0..<2000 {
        _ = users.cached(7)
        if round % 2 == 0 { _ = users.cached(8) }
        _ = users.cached(round % 200)
      }
      #expect(strata.walks(in: "users") == walks)
      let hottest = try stage(strata).hottest()
      #expect(hottest.map(\.key.text) == ["users:7"])
      #expect(hottest[0].rate > 1800 && hottest[0].rate <= 2100)
      #expect(world.reports.count(of: "key is hot") == 1)
      try await world.sleep(for: .seconds(3))
      #expect(try stage(strata).hottest().isEmpty)
    }
  }

  @Test func `a hot key is answered from near, for its ttl, and forgotten with a change`() throws {
    try Simulation(seed: 2).run { world in
      let strata = try await Shop.open(
        Self.plan("rate: 10, sample: 1, store: near, ttl: 1s"), world)
      let users: Cache<Int, User> = try strata.cache("users")
      let source = Source(world)
      let user = users.wrap(source.user)
      for _ in 0..<50 { _ = try await user(1) }
      #expect(strata.walks(in: "users") < 15)
      #expect(source.loads == 1)
      #expect(try await users.reply(for: 1).tier == "near")
      _ = try await user(2)
      #expect(try await users.reply(for: 2).tier == "far")
      source.publish()
      try await users.remove(1)
      #expect(try await user(1).name == "2")
      try await users.set(1, User(id: 1, name: "written"))
      #expect(try await user(1).name == "written")
    }
  }

  @Test func `reads of a hot key are spread over its copies, and a change reaches all`() throws {
    try Simulation(seed: 3).run { world in
      let strata = try await Shop.open(Self.plan("rate: 10, sample: 1, copies: 4"), world)
      let users: Cache<Int, User> = try strata.cache("users")
      let source = Source(world)
      let user = users.wrap(source.user)
      for _ in 0..<200 { _ = try await user(1) }
      #expect(source.loads <= 4)
      let reads = strata.stage(FullRoad.self, in: "users")?.requests ?? []
      let keys = Dictionary(grouping: reads.compactMap { $0.keys.first?.text }, by: \.self)
      #expect(keys.keys.sorted() == ["users:1", "users:1:~c1", "users:1:~c2", "users:1:~c3"])
      #expect(keys.values.allSatisfy { $0.count > 25 })
      for change in 2...4 {
        source.publish()
        if change == 3 { try await users.expire(1) } else { try await users.remove(1) }
        for _ in 0..<40 { #expect(try await user(1).name == "\(change)") }
      }
      try await users.set(1, User(id: 1, name: "written"))
      source.publish()
      for _ in 0..<40 {
        let name = try await user(1).name
        #expect(name == "written" || name == "5")
      }
    }
  }

  @Test func `a batch of hot and cold keys comes back in order, each value its own`() throws {
    try Simulation(seed: 4).run { world in
      let strata = try await Shop.open(Self.plan("rate: 10, sample: 1, copies: 3"), world)
      let users: Cache<Int, User> = try strata.cache("users")
      let load: @Sendable ([Int]) async throws -> [Int: User] = { ids in
        Dictionary(uniqueKeysWithValues: ids.map { ($0, User(id: $0, name: "n\($0)")) })
      }
      for _ in 0..<30 { _ = try await users.getMany([2, 5], load: load) }
      for _ in 0..<10 {
        let values = try await users.getMany([1, 2, 3, 5, 8], load: load)
        #expect(values.map { $0?.name } == ["n1", "n2", "n3", "n5", "n8"])
        try await users.remove(5)
      }
    }
  }

  @Test func `what cannot work is refused`() throws {
    let both = try Shop.problems(
      "- hot-keys: { store: memory, copies: 2 }\n- remote: { store: memory }")
    #expect(both.contains { $0.contains("exclude each other") })
    #expect(both.contains { $0.contains("give hot keys their own") })
    let alone = try Shop.problems("- local: { store: memory }\n- hot-keys: { copies: 2 }")
    #expect(alone.contains { $0.contains("no tier further in") })
  }

  @Test func `its page names every option with its default`() throws {
    #expect(try PluginPage.missing(HotKeys.self, folder: "HotKeys") == [])
  }
}

@Suite("Hot key sketch")
struct HotKeySketchTests {
  private func key(_ number: Int) -> CacheKey {
    CacheKey(bytes: Array("k:\(number)".utf8), seed: 9)
  }

  private func record(_ sketch: inout HotKeySketch, _ key: CacheKey, at now: Timestamp) {
    key.withView { _ = sketch.record($0, weight: 1, at: now) }
  }

  @Test(arguments: 1...5 as ClosedRange<UInt64>)
  func `hot keys are found among a flood, in bounded memory, and cold ones never`(seed: UInt64) {
    let random = SeededRandom(seed: seed)
    var sketch = HotKeySketch(
      capacity: 64, threshold: 500, now: Timestamp(nanoseconds: 1_000_000_000))
    var now = Timestamp(nanoseconds: 1_000_000_000)
    for _ in 0..<3 {
      for step in 0..<50_000 {
        if step % 50 == 0 { record(&sketch, key(-1), at: now) }
        if step % 25 == 0 { record(&sketch, key(-2), at: now) }
        record(&sketch, key(Int(random.below(1 << 40))), at: now)
        now = now.advanced(byNanoseconds: 20_000)
      }
      let hot = sketch.hottest(10, at: now.advanced(byNanoseconds: -1))
      #expect(hot.map(\.key.text) == ["k:-2", "k:-1"], "seed \(seed)")
      #expect(hot.allSatisfy { $0.rate <= 2000 }, "seed \(seed)")
    }
    #expect(sketch.slots.count == 64)
  }

  @Test func `a count is never above the truth`() {
    let random = SeededRandom(seed: 12)
    let now = Timestamp(nanoseconds: 1)
    var sketch = HotKeySketch(capacity: 16, threshold: 10, now: now)
    var truth: [UInt64: Double] = [:]
    for _ in 0..<20_000 {
      let number = Int(min(random.below(200), random.below(200)))
      truth[key(number).hash, default: 0] += 1
      record(&sketch, key(number), at: now)
    }
    for slot in sketch.slots { #expect(slot.count - slot.error <= truth[slot.hash] ?? 0) }
  }
}
