// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import Compression
import Strata
import StrataTesting
import TestSupport
import Testing

@Suite("Compression")
struct CompressionTests {
  static let text = String(repeating: "all work and no play ", count: 200)

  static func pipeline(_ options: String) -> String {
    "- compression: { \(options) }\n- remote: { store: bytes }"
  }

  @Test(arguments: ["algorithm: zstd", "algorithm: lz4", "algorithm: lz4, level: 9", "level: 19"])
  func `a value comes back as it was and takes less room`(options: String) throws {
    try Simulation(seed: 1).run { world in
      let depot = try await Depot(Self.pipeline(options), world)
      _ = try await depot.read("a", text: Self.text)
      let stored = try #require(try await depot.bytes("a"))
      #expect(stored.count < Self.text.utf8.count / 4)
      #expect(try await depot.read("a").text == Self.text)
      #expect(depot.loads.withLock { $0["a"] } == 1)
    }
  }

  @Test func `what is small, or does not shrink, is stored as it is`() throws {
    try Simulation(seed: 2).run { world in
      let depot = try await Depot(Self.pipeline("threshold: 1KiB"), world)
      let small = String(repeating: "x", count: 1000)
      let noise = String(
        (0..<4000).map { _ in Character(UnicodeScalar(UInt8(32 + world.runtime.random.below(95)))) }
      )
      for (name, text) in [("small", small), ("noise", noise + noise.reversed())] {
        _ = try await depot.read(name, text: text)
        let stored = try #require(try await depot.bytes(name))
        let isPlain = stored.count >= text.utf8.count
        #expect(isPlain == (name == "small") || name == "noise")
        #expect(try await depot.read(name).text == text)
      }
    }
  }

  @Test func `what was written with another algorithm, or with none, is read`() throws {
    try Simulation(seed: 3).run { world in
      let zstd = try await Depot(Self.pipeline("algorithm: zstd"), world)
      _ = try await zstd.read("a", text: Self.text)
      let lz4 = try await Depot(Self.pipeline("algorithm: lz4"), world, replacing: zstd)
      #expect(try await lz4.read("a").text == Self.text)
      #expect(lz4.loads.withLock { $0.isEmpty })
      let plain = try await Depot("- remote: { store: bytes }", world, replacing: lz4)
      // Without the stage nobody can unfold it: a miss, not a wrong value.
      #expect(try await plain.read("a", text: "plain").text == "plain")
      let again = try await Depot(Self.pipeline("algorithm: lz4"), world, replacing: plain)
      #expect(try await again.read("a").text == "plain")
    }
  }

  /// The bytes of a compressed payload: algorithm, declared size, what the algorithm made.
  private static func payload(_ options: String, _ world: Simulation) async throws -> (
    depot: Depot, stored: [UInt8], start: Int
  ) {
    let depot = try await Depot(pipeline(options), world)
    _ = try await depot.read("a", text: text)
    let stored = try #require(try await depot.bytes("a"))
    let size = withUnsafeBytes(of: UInt32(text.utf8.count).littleEndian) { Array($0) }
    let start = try #require(
      stored.indices.dropLast(4).first { Array(stored[$0..<($0 + 4)]) == size })
    return (depot, stored, start)
  }

  @Test(arguments: ["zstd", "lz4"])
  func `a bomb is refused by what it claims`(algorithm: String) throws {
    try Simulation(seed: 4).run { world in
      let (depot, stored, start) = try await Self.payload("algorithm: \(algorithm)", world)
      for claim in [UInt32.max, 1 << 31, 65 << 20, 64 << 20, 5000, 4199, 4201, 1, 0] {
        var bomb = stored
        bomb.replaceSubrange(
          start..<(start + 4), with: withUnsafeBytes(of: claim.littleEndian) { Array($0) })
        try await depot.plant(Envelope.withRightChecksum(bomb), "a")
        #expect(try await depot.read("a", text: "new").text == "new", "claims \(claim)")
      }
      #expect(world.reports.count(of: "stored value not unfolded") == 9)
    }
  }

  @Test(arguments: ["zstd", "lz4"])
  func `any changed byte is a miss or the same value, and never a crash`(algorithm: String) throws {
    try Simulation(seed: 5).run { world in
      let (depot, stored, start) = try await Self.payload("algorithm: \(algorithm)", world)
      for place in (start - 1)..<(stored.count - 8) {
        for bit in 0..<8 {
          var changed = stored
          changed[place] ^= 1 << UInt8(bit)
          try await depot.plant(Envelope.withRightChecksum(changed), "a")
          let reply = try await depot.read("a", text: "new")
          // What unfolds is as long as declared. The envelope's checksum is what finds the change.
          let isWhole = reply.entry?.encoded?.bytes.count == Self.text.utf8.count
          #expect(reply.text == "new" || isWhole, "byte \(place) bit \(bit)")
        }
      }
    }
  }

  @Test func `places and options that make no sense are refused or warned about`() throws {
    let nothing = try Depot.problems("- compression\n- local: { store: memory }")
    #expect(nothing.contains { $0.contains("warning") && $0.contains("compresses nothing here") })
    let level = try Depot.problems(Self.pipeline("algorithm: lz4, level: 13"))
    #expect(level.contains { $0.contains("level: lz4 has levels from 1 to 12") })
    let twice = try Depot.problems("- compression\n" + Self.pipeline(""))
    #expect(twice.contains { $0.contains("a second compression has nothing to do") })
    #expect(try Depot.problems(Self.pipeline("")) == [])
  }

  @Test func `its page names every option with its default`() throws {
    #expect(try PluginPage.missing(Compression.self, folder: "Compression") == [])
  }
}
