// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import MemoryStore
import Strata
import StrataTesting
import TestSupport
import Testing

/// A store with a snapshot on a disk of its own, without a pipeline around it.
private struct Shelf {
  let world: Simulation
  let store: MemoryStore

  init(
    _ disk: SimulatedDisk, seed: UInt64 = 1, more: [String: String] = [:], entries: Int = 100
  ) async throws {
    world = Simulation(seed: seed, disk: disk)
    let options = ["entries": "\(entries)", "snapshot": "warm/cache.snapshot", "policy": "lru"]
    let block = OptionBlock.written(options.merging(more) { $1 })
    store = try MemoryStore(
      options: StoreOptions(name: "memory", block: block), runtime: world.runtime)
    try await store.open()
  }

  func key(_ text: String) -> CacheKey {
    CacheKey(bytes: Array(text.utf8), seed: world.runtime.hashSeed)
  }

  func put(_ text: String, _ value: Int, ttl: Duration = .seconds(600)) {
    let now = world.runtime.now
    let payload = LivePayload(value)
    store.learn(NumberCoder(), from: payload)
    var entry = Entry(
      payload: payload, createdAt: now, freshUntil: now + ttl, usableUntil: now + ttl,
      version: Version(issuer: 3, number: 17),
      details: EntryDetails(tags: ["team"], etag: "e", lastModified: nil), cost: 5, size: 9)
    if value == 0 { entry.payload = nil }
    _ = store.put(
      StoreWrite(
        key: key(text), content: .entry(entry), expiresAt: now + ttl, version: entry.version,
        lease: nil))
  }

  /// The number under a key, live or as it came back, and whether it is fresh.
  func found(_ text: String) -> (value: Int?, isFresh: Bool)? {
    guard let entry = store.lookup(key(text))?.entry else { return nil }
    let isFresh = entry.isFresh(at: world.runtime.now)
    guard let frozen = entry.payload as? EncodedPayload else {
      return (entry.payload?.live(as: Int.self), isFresh)
    }
    return ((try? NumberCoder().decode(frozen.bytes))?.live(as: Int.self), isFresh)
  }
}

@Suite("Snapshots of the memory store")
struct SnapshotTests {
  private static let path = "warm/cache.snapshot"

  /// What a run with these entries leaves.
  private static func left(_ entries: [(String, Int)]) async throws -> DiskImage {
    let disk = SimulatedDisk()
    let shelf = try await Shelf(disk)
    for (key, value) in entries { shelf.put(key, value) }
    await shelf.store.close()
    #expect(disk.openFiles == 0)
    return disk.image
  }

  @Test func `a clean restart brings everything back as it was`() async throws {
    let shelf = try await Shelf(SimulatedDisk(try await Self.left([("a", 1), ("b", 0)])), seed: 2)
    let entry = try #require(shelf.store.lookup(shelf.key("a"))?.entry)
    #expect(shelf.found("a")?.value == 1 && shelf.found("a")?.isFresh == true)
    #expect(entry.version == Version(issuer: 3, number: 17))
    #expect(entry.tags == ["team"] && entry.details?.etag == "e")
    #expect(entry.cost == 5 && entry.size == 9)
    #expect(shelf.store.lookup(shelf.key("b"))?.entry.isNotFound == true)
    #expect(shelf.world.reports.count(of: "snapshot loaded") == 1)
  }

  @Test func `a smaller store takes the entries that were used last`() async throws {
    let disk = SimulatedDisk()
    let large = try await Shelf(disk)
    for number in 0..<50 { large.put("k\(number)", number + 1) }
    // While nothing is evicted only one read in eight is recorded.
    for number in 10..<20 {
      for _ in 0..<16 { #expect(large.found("k\(number)") != nil) }
    }
    await large.store.close()
    let small = try await Shelf(disk, entries: 10)
    #expect(small.store.count == 10)
    #expect((10..<20).allSatisfy { (number: Int) in small.found("k\(number)") != nil })
  }

  @Test func `what expired meanwhile does not come back`() async throws {
    let disk = SimulatedDisk()
    let first = try await Shelf(disk)
    first.put("short", 1, ttl: .seconds(5))
    first.put("long", 2)
    await first.store.close()
    let world = Simulation(seed: 3, disk: disk)
    try world.run { world in try await world.sleep(for: .seconds(6)) }
    let options = OptionBlock.written(["entries": "9", "snapshot": Self.path])
    let store = try MemoryStore(
      options: StoreOptions(name: "memory", block: options), runtime: world.runtime)
    try await store.open()
    #expect(store.count == 1)
  }

  @Test func `no truncation and no bit flip brings anything back, and each is reported`()
    async throws
  {
    let image = try await Self.left([("a", 1), ("b", 0)])
    let whole = try #require(image[Self.path])
    let cuts = (0..<whole.count).map { Array(whole[..<$0]) }
    let flips = (0..<whole.count * 8).map { bit in
      var bytes = whole
      bytes[bit / 8] ^= 1 << (bit % 8)
      return bytes
    }
    for (number, bytes) in (cuts + flips + [whole + [0]]).enumerated() {
      var damaged = image
      damaged[Self.path] = bytes
      let shelf = try await Shelf(SimulatedDisk(damaged))
      #expect(shelf.store.count == 0, "damage \(number)")
      #expect(
        shelf.world.reports.count(of: "snapshot damaged, starting cold") == 1, "damage \(number)")
    }
  }

  @Test func `after a crash entries are stale, whenever it happened`() async throws {
    let clean = try await Self.left([("a", 1), ("b", 1)])
    let images = Lock<[DiskImage]>([])
    let disk = SimulatedDisk(clean)
    disk.setWitness { _, image in images.withLock { $0.append(image) } }
    let shelf = try await Shelf(disk, seed: 5)
    shelf.put("a", 2)
    images.withLock { $0 = [disk.image] }
    await shelf.store.close()
    let seen = images.withLock { $0 }
    #expect(seen.count > 5)
    for (number, image) in seen.enumerated() {
      for crashed in [image.afterKill()] + (0..<8).map({ image.afterPowerLoss(seed: $0) }) {
        let next = try await Shelf(SimulatedDisk(crashed), seed: 6)
        let found = next.found("a")
        if found?.isFresh == true { #expect(found?.value == 2, "operation \(number)") }
        #expect(next.world.reports.count(of: "snapshot damaged, starting cold") == 0)
      }
    }
    let last = try await Shelf(disk, seed: 7)
    #expect(last.found("a")?.value == 2 && last.found("a")?.isFresh == true)
  }

  @Test func `a disk that fails at any operation costs the snapshot and nothing else`()
    async throws
  {
    let image = try await Self.left([("a", 1)])
    for broken in 0..<20 {
      let disk = SimulatedDisk(image)
      disk.setFaults { number, _ in number == broken ? .error(.failed) : nil }
      let shelf = try await Shelf(disk)
      shelf.put("b", 2)
      #expect(shelf.found("b")?.value == 2)
      await shelf.store.close()
      #expect(disk.openFiles == 0, "operation \(broken)")
      disk.setFaults(nil)
      let next = try await Shelf(disk, seed: 2)
      if let found = next.found("b") { #expect(found.value == 2) }
    }
  }

  @Test func `a second store on one file starts cold and says so, then takes over`() async throws {
    let disk = SimulatedDisk(try await Self.left([("a", 1)]))
    let first = try await Shelf(disk)
    let second = try await Shelf(disk, seed: 2)
    #expect(second.store.count == 0)
    #expect(second.world.reports.count(of: "snapshot in use, starting cold") == 1)
    await first.store.close()
    second.put("c", 3)
    await second.store.close()
    let third = try await Shelf(disk, seed: 3)
    #expect(third.found("c")?.value == 3 && third.found("a") == nil)
  }

  // MARK: In a cache

  private static func plan(_ options: String = "", users: String = "users") -> String {
    """
    version: 1
    stores:
      memory: { kind: memory, entries: 100, snapshot: cache.snapshot\(options) }
    caches:
      \(users):
        ttl: 10m
        pipeline:
          - full-road
          - fail-safe: { throttle: 1ms }
          - local: { store: memory }
    """
  }

  @Test func `a restarted service answers without its source, and fast from the second read on`()
    throws
  {
    let disk = SimulatedDisk()
    try Simulation(seed: 1, disk: disk).run { world in
      let strata = try await Shop.open(Self.plan(), world)
      let users: Cache<Int, User> = try strata.cache("users")
      _ = try await users.value(for: 7) { try await Source(world).user(7) }
      await strata.shutdown()
    }
    try Simulation(seed: 2, disk: disk).run { world in
      let strata = try await Shop.open(Self.plan(), world)
      let users: Cache<Int, User> = try strata.cache("users")
      for _ in 0..<3 { #expect(try await users.get(7) == User(id: 7, name: "1")) }
      #expect(strata.walks(in: "users") == 1)
      #expect(users.cached(7) == User(id: 7, name: "1"))
      await strata.shutdown()
    }
  }

  @Test func `a changed type is loaded anew`() throws {
    struct OtherUser: Codable, Sendable, Equatable { var id: Int, age: Double }
    let disk = SimulatedDisk()
    try Simulation(seed: 1, disk: disk).run { world in
      let strata = try await Shop.open(Self.plan(), world)
      let users: Cache<Int, User> = try strata.cache("users")
      try await users.set(7, User(id: 7, name: "x"))
      await strata.shutdown()
    }
    try Simulation(seed: 2, disk: disk).run { world in
      let strata = try await Shop.open(Self.plan(), world)
      let users: Cache<Int, OtherUser> = try strata.cache("users")
      let new = try await users.value(for: 7) { OtherUser(id: 7, age: 3) }
      #expect(new == OtherUser(id: 7, age: 3))
      #expect(try await users.get(7) == new)
      #expect(world.reports.count(of: "stored value rejected") == 1)
      await strata.shutdown()
    }
  }

  @Test func `after a crash the source is asked, and what came back helps where it is down`() throws
  {
    let disk = SimulatedDisk()
    let crashed = Lock(DiskImage())
    try Simulation(seed: 1, disk: disk).run { world in
      let strata = try await Shop.open(Self.plan(", snapshot-interval: 5s"), world)
      let users: Cache<Int, User> = try strata.cache("users")
      try await users.set(7, User(id: 7, name: "old"))
      try await world.sleep(for: .seconds(6))
      try await users.set(7, User(id: 7, name: "newer"))
      crashed.withLock { $0 = disk.image.afterKill() }
      await strata.shutdown()
    }
    let image = crashed.withLock { $0 }
    try Simulation(seed: 2, disk: SimulatedDisk(image)).run { world in
      let strata = try await Shop.open(Self.plan(), world)
      let users: Cache<Int, User> = try strata.cache("users")
      let source = Source(world)
      source.fail()
      let stale = try await users.reply(for: 7) { _ in try await source.user(7) }
      #expect(stale.value?.name == "old" && stale.outcome.name == "stale")
      source.fail(false)
      try await world.sleep(for: .seconds(1))
      let user = users.wrap(source.user)
      #expect(try await user(7).name == "1")
      await strata.shutdown()
    }
  }

  @Test func `impossible options are refused`() throws {
    for (options, words) in [
      ("snapshot-interval: 5s", "needs a file"),
      ("snapshot: a, snapshot-interval: 5ms", "is too short"), ("snapshot: \"\"", "is empty"),
    ] {
      let error = #expect(throws: ConfigurationError.self) {
        try Simulation(seed: 1, disk: SimulatedDisk()).run { world in
          let plan = Self.plan().replacing("snapshot: cache.snapshot", with: options)
          _ = try await Shop.open(plan, world)
        }
      }
      #expect(error?.description.contains(words) == true, "\(words)")
    }
    #expect(throws: ConfigurationError.self) {
      try Simulation(seed: 1).run { world in _ = try await Shop.open(Self.plan(), world) }
    }
  }
}

extension String {
  fileprivate func replacing(_ part: String, with other: String) -> String {
    guard let range = firstRange(of: part) else { return self }
    return self[..<range.lowerBound] + other + self[range.upperBound...]
  }
}
