// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import MemoryStore
import StrataCore
import StrataTesting
import Testing

/// A store in a world of its own, and short ways to use it.
struct Rig {
  let world: Simulation
  let store: MemoryStore

  init(_ capacity: MemoryCapacity = .entries(100), policy: String = "lru", seed: UInt64 = 1) {
    world = Simulation(seed: seed)
    store = MemoryStore(capacity: capacity, policy: policy, runtime: world.runtime)
  }

  func key(_ text: String) -> CacheKey {
    CacheKey(bytes: Array(text.utf8), seed: world.runtime.hashSeed)
  }

  func write(
    _ text: String, _ value: Int, ttl: Duration? = nil, number: UInt64 = 1, size: UInt32 = 0,
    lease: Lease? = nil
  ) -> StoreWrite {
    let now = world.runtime.now
    let end = ttl.map { now + $0 } ?? .distantFuture
    let version = Version(issuer: 0, number: number)
    let entry = Entry(
      payload: LivePayload(value), createdAt: now, freshUntil: end, usableUntil: end,
      version: version, size: size)
    return StoreWrite(
      key: key(text), content: .entry(entry), expiresAt: end, version: version, lease: lease)
  }

  @discardableResult
  func put(
    _ text: String, _ value: Int, ttl: Duration? = nil, number: UInt64 = 1, size: UInt32 = 0
  ) -> StoreWritten {
    store.put(write(text, value, ttl: ttl, number: number, size: size))
  }

  func value(_ text: String) -> Int? {
    store.lookup(key(text))?.entry.payload?.live(as: Int.self)
  }

  func peeked(_ text: String) -> Int? {
    var result: Int?
    key(text).withView { view in
      store.peek(view) { payload, _, _ in
        result = payload?.takeUnretainedValue().live(as: Int.self)
      }
    }
    return result
  }
}

@Suite("Memory store")
struct MemoryStoreTests {
  @Test func `what is stored is found, by lookup and by peek`() {
    let rig = Rig()
    for text in ["", "a", "abc", "abcd", "abcdefg", "12345678", "1234567890123456"] {
      rig.put(text, text.utf8.count)
    }
    rig.put("a key that is longer than sixteen bytes", 99)
    for text in ["", "a", "abc", "abcd", "abcdefg", "12345678", "1234567890123456"] {
      #expect(rig.value(text) == text.utf8.count)
      #expect(rig.peeked(text) == text.utf8.count)
    }
    #expect(rig.peeked("a key that is longer than sixteen bytes") == 99)
    #expect(rig.value("a key that is longer than sixteen bytez") == nil)
  }

  @Test func `an entry comes back with all that it was stored with`() throws {
    let rig = Rig()
    let now = rig.world.runtime.now
    var entry = Entry(
      payload: LivePayload(7), createdAt: now, freshUntil: now + .seconds(10),
      usableUntil: now + .seconds(60), version: Version(issuer: 3, number: 17),
      details: EntryDetails(tags: ["x"], etag: "e", lastModified: nil), cost: 5, size: 9)
    entry.attentionAt = now + .seconds(8)
    _ = rig.store.put(
      StoreWrite(
        key: rig.key("k"), content: .entry(entry), expiresAt: entry.usableUntil,
        version: entry.version, lease: nil, epoch: 12))
    let found = try #require(rig.store.lookup(rig.key("k")))
    #expect(found.epoch == 12)
    #expect(found.entry.createdAt == entry.createdAt)
    #expect(found.entry.attentionAt == entry.attentionAt)
    #expect(found.entry.freshUntil == entry.freshUntil)
    #expect(found.entry.usableUntil == entry.usableUntil)
    #expect(found.entry.version == entry.version)
    #expect(found.entry.tags == ["x"] && found.entry.cost == 5 && found.entry.size == 9)
  }

  @Test func `not found is an entry too`() {
    let rig = Rig()
    let now = rig.world.runtime.now
    let entry = Entry(
      payload: nil, createdAt: now, freshUntil: now + .seconds(9), usableUntil: now + .seconds(9))
    _ = rig.store.put(
      StoreWrite(
        key: rig.key("k"), content: .entry(entry), expiresAt: entry.usableUntil, version: nil,
        lease: nil))
    #expect(rig.store.lookup(rig.key("k"))?.entry.isNotFound == true)
  }

  @Test func `a full store of any policy keeps within its bound and serves the newest`() {
    for policy in PolicyCatalog.builtIn.names where policy != "none" {
      for capacity in [1, 2, 7, 100] {
        let rig = Rig(.entries(capacity), policy: policy)
        for number in 0..<1_000 {
          rig.put("k\(number)", number)
          #expect(rig.store.count <= capacity, "\(policy) \(capacity)")
          if policy != "ttl", policy != "random" {
            #expect(rig.value("k\(number)") == number, "\(policy) \(capacity)")
          }
        }
        #expect(rig.store.count == capacity, "\(policy) \(capacity)")
        #expect(rig.store.weight == capacity)
      }
    }
  }

  @Test func `as many entries as the bound allows all stay`() {
    let rig = Rig(.entries(50_000), policy: "adaptive")
    for number in 0..<50_000 { rig.put("k\(number)", number) }
    #expect(rig.store.count == 50_000)
    #expect((0..<50_000).allSatisfy { (number: Int) in rig.peeked("k\(number)") == number })
  }

  @Test func `a policy of none refuses what does not fit`() {
    let rig = Rig(.entries(2), policy: "none")
    #expect(rig.put("a", 1) == .stored(Version(issuer: 0, number: 1)))
    rig.put("b", 2)
    #expect(rig.put("c", 3) == .refused(.full))
    #expect(rig.value("a") == 1 && rig.value("c") == nil)
    #expect(rig.put("a", 4) == .stored(Version(issuer: 0, number: 1)))
    #expect(rig.value("a") == 4 && rig.store.count == 2)
  }

  @Test func `bytes are bounded, and what is heavier than the bound is refused`() {
    let rig = Rig(.bytes(100_000), policy: "lru")
    for number in 0..<1_000 {
      rig.put("k\(number)", number, size: UInt32(number % 50 * 100))
      #expect(rig.store.weight <= 100_000)
    }
    #expect(rig.put("huge", 1, size: 200_000) == .refused(.tooLarge))
    #expect(rig.store.missReason(for: rig.key("huge")) == .evicted)
    #expect(rig.store.removals[.refused] == 1)
  }

  @Test func `an entry of more than half the bound pushes out all others`() {
    let rig = Rig(.bytes(100_000), policy: "adaptive")
    for number in 0..<200 { rig.put("k\(number)", number, size: 400) }
    rig.put("big", 1, size: 99_000)
    #expect(rig.store.weight <= 100_000)
    #expect(rig.value("big") == 1)
  }

  @Test func `lowering the bound evicts at once, raising it makes room`() {
    let rig = Rig(.entries(20_000), policy: "adaptive")
    for number in 0..<20_000 { rig.put("k\(number)", number) }
    rig.store.resize(to: 500)
    #expect(rig.store.count == 500)
    rig.store.resize(to: 1_000)
    for number in 0..<5_000 { rig.put("n\(number)", number) }
    #expect(rig.store.count == 1_000)
  }

  @Test func `an older version never replaces a newer one of its issuer`() {
    let rig = Rig()
    rig.put("k", 2, number: 20)
    #expect(rig.put("k", 1, number: 10) == .refused(.older))
    #expect(rig.value("k") == 2)
    #expect(rig.put("k", 3, number: 20) == .stored(Version(issuer: 0, number: 20)))
    #expect(rig.value("k") == 3)
  }

  @Test func `a revoked lease stores nothing`() {
    let rig = Rig()
    let ledger = InvalidationLedger(clock: rig.world.clock)
    let lease = ledger.lease(rig.key("k"))
    ledger.revoke(rig.key("k"))
    #expect(rig.store.put(rig.write("k", 1, lease: lease)) == .refused(.leaseRevoked))
    #expect(rig.value("k") == nil)
  }

  @Test func `an expired entry is not served, and is gone within a second without any access`()
    throws
  {
    let rig = Rig(.entries(1_000))
    try rig.world.run { world in
      for number in 0..<500 { rig.put("k\(number)", number, ttl: .milliseconds(100 * number + 50)) }
      for step in 0..<60 {
        try await world.sleep(for: .seconds(1))
        let now = Duration.milliseconds((step + 1) * 1_000)
        for number in 0..<500 {
          let end = Duration.milliseconds(100 * number + 50)
          #expect((rig.value("k\(number)") != nil) == (now < end))
        }
        let mustBeGone = (0..<500).filter {
          Duration.milliseconds(100 * $0 + 50) <= now - .seconds(1)
        }
        #expect(rig.store.count <= 500 - mustBeGone.count)
      }
      #expect(rig.store.count == 0)
      #expect(rig.store.removals[.expired] == 500)
      #expect(rig.store.missReason(for: rig.key("k3")) == .expired)
    }
  }

  @Test func `times can be changed for the version that was seen`() throws {
    let rig = Rig()
    try rig.world.run { world in
      rig.put("k", 1, ttl: .seconds(10))
      let version = Version(issuer: 0, number: 1)
      let later = world.runtime.now + .seconds(100)
      #expect(!rig.store.adjust(rig.key("k"), version: .none) { $0.usableUntil = later })
      #expect(
        rig.store.adjust(rig.key("k"), version: version) {
          ($0.attentionAt, $0.freshUntil, $0.usableUntil) = (later, later, later)
        })
      try await world.sleep(for: .seconds(50))
      #expect(rig.value("k") == 1)
      try await world.sleep(for: .seconds(51))
      #expect(rig.value("k") == nil && rig.store.count == 0)
    }
  }

  @Test func `listeners hear of every departure with its cause, in order`() throws {
    let rig = Rig(.entries(2), policy: "fifo")
    let heard = Lock<[String]>([])
    rig.store.onRemoval { event in
      heard.withLock { $0.append("\(String(decoding: event.key, as: UTF8.self)) \(event.cause)") }
    }
    try rig.world.run { world in
      rig.put("a", 1)
      rig.put("a", 2)
      rig.put("b", 1)
      rig.put("c", 1)
      _ = try await rig.store.remove(.one(rig.key("b")))
      rig.put("d", 1, ttl: .seconds(1))
      try await rig.store.clear("c")
      try await world.sleep(for: .seconds(3))
    }
    #expect(
      heard.withLock { $0 } == ["a replaced", "a evicted", "b removed", "d expired"])
  }

  @Test func `a listener that hangs costs events, not memory, and no caller`() throws {
    let rig = Rig(.entries(10), policy: "fifo")
    let heard = Lock(0)
    rig.store.onRemoval { _ in heard.withLock { $0 += 1 } }
    // Outside of the world's run no task runs: as if the listener never came back.
    for number in 0..<20_010 { rig.put("k\(number)", number) }
    #expect(rig.store.count == 10)
    #expect(rig.store.lostEvents == 20_000 - 16_384)
    try rig.world.run { world in await world.settle() }
    #expect(heard.withLock { $0 } == 16_384)
  }

  @Test func `an entry of weight 0 is pinned, and the application may say what entries weigh`() {
    let world = Simulation(seed: 1)
    let store = MemoryStore(
      capacity: .entries(10), policy: "lru", weigh: { $0.cost == 7 ? 0 : 2 },
      runtime: world.runtime)
    func write(_ number: Int, cost: UInt32) {
      let entry = Entry(
        payload: LivePayload(number), createdAt: world.runtime.now, freshUntil: .distantFuture,
        usableUntil: .distantFuture, cost: cost)
      _ = store.put(
        StoreWrite(
          key: CacheKey(bytes: Array("k\(number)".utf8), seed: world.runtime.hashSeed),
          content: .entry(entry), expiresAt: .distantFuture, version: nil, lease: nil))
    }
    write(0, cost: 7)
    for number in 1..<100 { write(number, cost: 1) }
    #expect(store.count == 6 && store.weight == 10)
    let pinned = CacheKey(bytes: Array("k0".utf8), seed: world.runtime.hashSeed)
    #expect(store.lookup(pinned) != nil)
  }

  @Test func `memory that no entry uses any more is told as fragmentation`() {
    let rig = Rig(.entries(5_000))
    #expect(rig.store.fragmentation == 0)
    for number in 0..<2_048 { rig.put("k\(number)", number) }
    #expect(rig.store.fragmentation == 0)
    for number in 0..<1_024 { _ = rig.store.removeNow(rig.key("k\(number)")) }
    #expect(rig.store.fragmentation >= 0.5)
  }

  @Test func `clear removes a namespace and nothing else`() async throws {
    let rig = Rig()
    for number in 0..<10 {
      rig.put("user:\(number)", number)
      rig.put("users:\(number)", number)
    }
    try await rig.store.clear("user")
    #expect(rig.store.count == 10)
    #expect(rig.value("users:3") == 3 && rig.value("user:3") == nil)
    #expect(rig.store.missReason(for: rig.key("user:3")) == .invalidated)
  }

  @Test func `the store tells what it holds`() {
    let rig = Rig(.entries(5))
    for number in 0..<7 { rig.put("k\(number)", number, ttl: .seconds(100 - number)) }
    _ = rig.value("k2")
    #expect(rig.store.coldest(1) == [rig.key("k3")])
    #expect(rig.store.hottest(1) == [rig.key("k2")])
    #expect(rig.store.nextToExpire(2).map(\.key) == [rig.key("k6"), rig.key("k5")])
    #expect(rig.store.missReason(for: rig.key("k0")) == .evicted)
    #expect(rig.store.missReason(for: rig.key("never")) == .neverCached)
    #expect(rig.store.lookups.hits == 1)
  }
}
