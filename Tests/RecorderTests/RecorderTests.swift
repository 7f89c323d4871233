// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import Recorder
import Strata
import StrataTesting
import TestSupport
import Testing
import TraceFormat

@Suite("Recorder")
struct RecorderTests {
  static func plan(_ options: String, more: String = "") -> String {
    """
    version: 1
    stores:
      memory: { kind: memory, entries: 1000 }
    caches:
      users:
        ttl: 1h
        pipeline:
          - recorder: { path: reads.trace, \(options) }
          \(more)
          - local: { store: memory }
    """
  }

  private static func contents(_ disk: SimulatedDisk) throws -> TraceContents {
    let file = try disk.open("reads.trace", .read)
    defer { file.close() }
    let size = Int(try file.size)
    var bytes = [UInt8](repeating: 0, count: size)
    let count = try bytes.withUnsafeMutableBytes { buffer throws(DiskError) in
      try file.read(into: buffer, at: 0)
    }
    #expect(count == size)
    return try TraceContents(bytes)
  }

  private static func prints(_ disk: SimulatedDisk) throws -> [UInt64] {
    guard case .prints(let prints) = try contents(disk).keys else { return [] }
    return prints
  }

  /// Each print by the place of its first appearance.
  private static func shape(_ prints: [UInt64]) -> [Int] {
    prints.map { print in prints.firstIndex(of: print) ?? -1 }
  }

  @Test func `reads of both roads are recorded in order, without the keys`() throws {
    let disk = SimulatedDisk()
    try Simulation(seed: 1, disk: disk).run { world in
      let strata = try await Shop.open(Self.plan("sample: 100%"), world)
      let users: Cache<Int, User> = try strata.cache("users")
      let user = users.wrap(Source(world).user)
      for id in [7, 8, 7, 7, 9, 8] { _ = try await user(id) }
      await strata.shutdown()
    }
    #expect(Self.shape(try Self.prints(disk)) == [0, 1, 0, 0, 4, 1])
    #expect(try Self.contents(disk).share == 1)
    #expect(disk.openFiles == 0)
  }

  @Test func `of a sampled key every read is recorded, of the others none`() throws {
    let disk = SimulatedDisk()
    try Simulation(seed: 2, disk: disk).run { world in
      let strata = try await Shop.open(Self.plan("sample: 10%"), world)
      let users: Cache<Int, User> = try strata.cache("users")
      let source = Source(world)
      source.take(.zero)
      let user = users.wrap(source.user)
      for _ in 0..<4 {
        for id in 0..<500 { _ = try await user(id) }
      }
      await strata.shutdown()
    }
    let counts = Dictionary(try Self.prints(disk).map { ($0, 1) }, uniquingKeysWith: +)
    #expect(counts.values.allSatisfy { $0 == 4 })
    #expect((25...80).contains(counts.count))
    #expect(try Self.contents(disk).share == 0.1)
  }

  @Test func `a reload goes on with the file, and without the stage it is closed`() throws {
    let disk = SimulatedDisk()
    try Simulation(seed: 3, disk: disk).run { world in
      let strata = try await Shop.open(Self.plan("sample: 100%"), world)
      let users: Cache<Int, User> = try strata.cache("users")
      let user = users.wrap(Source(world).user)
      _ = try await user(1)
      try await strata.replace(
        plan: Shop.plan(Self.plan("sample: 100%", more: "- stampede-guard")))
      _ = try await user(1)
      let other = Self.plan("").split(separator: "\n").filter { !$0.contains("recorder") }
      try await strata.replace(plan: Shop.plan(other.joined(separator: "\n")))
      _ = try await user(1)
      #expect(disk.openFiles == 0)
      await strata.shutdown()
    }
    #expect(Self.shape(try Self.prints(disk)) == [0, 0])
  }

  @Test func `a full recording ends and says so`() throws {
    let disk = SimulatedDisk()
    try Simulation(seed: 4, disk: disk).run { world in
      let strata = try await Shop.open(Self.plan("sample: 100%, max-size: 10KiB"), world)
      let users: Cache<Int, User> = try strata.cache("users")
      let user = users.wrap(Source(world).user)
      for _ in 0..<3_000 { _ = try await user(1) }
      await world.settle()
      let recorder = try #require(strata.stage(Recorder.self, in: "users"))
      #expect(!recorder.isRecording && recorder.recorded == 1_024)
      #expect(world.reports.count(of: "recording is full") == 1)
      #expect(disk.openFiles == 0)
      await strata.shutdown()
    }
    #expect(try Self.prints(disk).count == 1_024)
  }

  @Test func `a file that exists is left alone`() throws {
    let disk = SimulatedDisk()
    let file = try disk.open("reads.trace", .create)
    file.close()
    try Simulation(seed: 5, disk: disk).run { world in
      let strata = try await Shop.open(Self.plan("sample: 100%"), world)
      await world.settle()
      #expect(world.reports.count(of: "file exists, nothing is recorded") == 1)
      await strata.shutdown()
    }
    #expect(throws: TraceError.empty) { try Self.contents(disk) }
  }

  @Test func `a disk that fails at any moment ends the recording and nothing else`() throws {
    for broken in 0..<8 {
      let disk = SimulatedDisk()
      disk.setFaults { number, _ in number >= broken ? .error(.full) : nil }
      try Simulation(seed: 6, disk: disk).run { world in
        let strata = try await Shop.open(Self.plan("sample: 100%"), world)
        let users: Cache<Int, User> = try strata.cache("users")
        let user = users.wrap(Source(world).user)
        for _ in 0..<2_000 { #expect(try await user(1).id == 1) }
        await strata.shutdown()
        #expect(world.reports.count(of: "disk failed") <= 1)
        #expect(disk.openFiles == 0)
      }
    }
  }

  @Test func `impossible options and useless places are refused or named`() throws {
    let second = try Shop.problems(
      """
        - recorder: { path: a }
        - recorder: { path: b }
        - local: { store: memory }
      """)
    #expect(second.contains { $0.contains("a second recorder would record the same reads") })
    let late = try Shop.problems(
      """
        - local: { store: memory }
        - recorder: { path: a }
      """)
    #expect(late.contains { $0.contains("move it before local") })
    for (options, words) in [
      ("sample: 0%", "next to nothing"), ("max-size: 1KiB", "is too small"),
    ] {
      #expect(throws: ConfigurationError.self, "\(words)") {
        try Simulation(seed: 1, disk: SimulatedDisk()).run { world in
          _ = try await Shop.open(Self.plan(options), world)
        }
      }
    }
  }

  @Test func `the page names every option with its default`() throws {
    #expect(try PluginPage.missing(Recorder.self, folder: "Recorder") == [])
  }
}
