// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import FileStore
import StrataCore
import StrataTesting
import Testing

@Suite("File store")
struct FileStoreTests {
  private func make(
    _ runtime: CacheRuntime, durability: String = "none", path: String = "/store"
  ) throws -> FileStore {
    let options = StoreOptions(
      name: "disk",
      block: .written(["path": path, "capacity": "64MiB", "durability": durability]))
    return try FileStore(options: options, runtime: runtime)
  }

  private func write(_ key: String, _ value: [UInt8]) -> StoreWrite {
    StoreWrite(
      key: CacheKey(bytes: Array(key.utf8), seed: 1), content: .sealed(value),
      expiresAt: .distantFuture, version: nil, lease: nil)
  }

  private func value(_ key: String, in store: FileStore) async throws -> [UInt8]? {
    let key = CacheKey(bytes: Array(key.utf8), seed: 1)
    guard case .sealed(let bytes)? = try await store.get(.one(key))[0].content else { return nil }
    return bytes
  }

  @Test(arguments: ["none", "interval", "always"])
  func `keeps the contract of stores`(durability: String) {
    let findings = checkStore(disk: { SimulatedDisk() }) { runtime in
      try make(runtime, durability: durability)
    }
    #expect(findings == [])
  }

  @Test func `what was gathered is written out by itself after the interval`() throws {
    let disk = SimulatedDisk()
    try Simulation(seed: 1, disk: disk).run { world in
      let store = try make(world.runtime)
      try await store.open()
      _ = try await store.set(.one(write("a", [1, 2, 3])))
      try await world.sleep(for: .seconds(3))
      let left = SimulatedDisk(disk.image.afterKill())
      let other = try make(
        CacheRuntime(
          clock: world.clock, random: SeededRandom(seed: 4), tasks: world.runtime.tasks,
          disk: left, reporter: SilentReporter()))
      try await other.open()
      #expect(try await value("a", in: other) == [1, 2, 3])
      await other.close()
      await store.close()
    }
  }

  @Test func `with durability always a write that is not durable is an error`() throws {
    let disk = SimulatedDisk()
    try Simulation(seed: 1, disk: disk).run { world in
      let store = try make(world.runtime, durability: "always")
      try await store.open()
      _ = try await store.set(.one(write("a", [1])))
      disk.setFaults { _, operation in operation == .sync ? .error(.failed) : nil }
      await #expect(throws: CacheError.self) {
        try await store.set(.one(write("b", [2])))
      }
      disk.setFaults(nil)
      #expect(try await value("a", in: store) == [1])
      #expect(try await value("b", in: store) == nil)
      try await world.sleep(for: .seconds(2))
      _ = try await store.set(.one(write("b", [3])))
      #expect(try await value("b", in: store) == [3])
      await store.close()
    }
  }

  @Test func `a directory in use is refused with its name`() throws {
    try Simulation(seed: 1, disk: SimulatedDisk()).run { world in
      let first = try make(world.runtime)
      try await first.open()
      let second = try make(world.runtime)
      await #expect {
        try await second.open()
      } throws: { error in
        "\(error)".contains("'/store' is in use by another process")
      }
      await first.close()
      await second.close()
    }
  }

  @Test func `a directory that cannot be opened makes misses, and is tried again`() throws {
    let disk = SimulatedDisk()
    disk.setReadOnly(true)
    try Simulation(seed: 1, disk: disk).run { world in
      let store = try make(world.runtime)
      try await store.open()
      #expect(try await value("a", in: store) == nil)
      #expect(try await store.set(.one(write("a", [1])))[0] == .refused(.full))
      disk.setReadOnly(false)
      #expect(try await store.set(.one(write("a", [1])))[0] == .refused(.full))
      try await world.sleep(for: .seconds(2))
      #expect(try await store.set(.one(write("a", [1])))[0] == .stored(.none))
      #expect(try await value("a", in: store) == [1])
      await store.close()
    }
  }

  @Test func `no disk and too little capacity are refused when the plan is read`() {
    let world = Simulation(seed: 1)
    #expect(throws: ConfigurationError.self) { try make(world.runtime) }
    let small = StoreOptions(name: "disk", block: .written(["path": "/s", "capacity": "1KiB"]))
    let other = Simulation(seed: 1, disk: SimulatedDisk())
    #expect(throws: ConfigurationError.self) {
      try FileStore(options: small, runtime: other.runtime)
    }
  }
}
