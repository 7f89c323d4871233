// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import Encryption
import Strata
import StrataTesting
import TestSupport
import Testing

@Suite("Encryption")
struct EncryptionTests {
  static let first = String(repeating: "0f", count: 32)
  static let second = "/v7+/v7+/v7+/v7+/v7+/v7+/v7+/v7+/v7+/v7+/v4="

  /// Stages with the keys of these names.
  static func pipeline(_ names: String..., algorithm: String = "aes-256-gcm") -> String {
    let keys = names.map { "{ id: \($0), key: \"\($0 == "k1" ? first : second)\" }" }
    return """
      - encryption: { algorithm: \(algorithm), keys: [\(keys.joined(separator: ", "))] }
      - remote: { store: bytes }
      """
  }

  static func contains(_ bytes: [UInt8], _ text: String) -> Bool {
    let wanted = Array(text.utf8)
    return bytes.indices.contains { bytes[$0...].starts(with: wanted) }
  }

  @Test(arguments: ["aes-256-gcm", "chacha20-poly1305"])
  func `a value comes back as it was and cannot be read in the store`(algorithm: String) throws {
    try Simulation(seed: 1).run { world in
      let depot = try await Depot(Self.pipeline("k1", algorithm: algorithm), world)
      for text in ["the canary sings", "", String(repeating: "long ", count: 10_000)] {
        _ = try await depot.change(.write(.one(LoadedValue(LivePayload(text)))), "a")
        let stored = try #require(try await depot.bytes("a"))
        #expect(!Self.contains(stored, "canary") && !Self.contains(stored, "long"))
        #expect(try await depot.read("a").text == text)
      }
      #expect(depot.loads.withLock { $0.isEmpty })
      #expect(try depot.stage(Encryption.self).refusals == [:])
    }
  }

  @Test func `the same value is never encrypted to the same bytes`() throws {
    try Simulation(seed: 2).run { world in
      let depot = try await Depot(Self.pipeline("k1"), world)
      var seen: Set<[UInt8]> = []
      for _ in 0..<100 {
        _ = try await depot.change(.write(.one(LoadedValue(LivePayload("same")))), "a")
        seen.insert(Array(try #require(try await depot.bytes("a")).suffix(40)))
      }
      #expect(seen.count == 100)
    }
  }

  @Test func `keys rotate without a flush`() throws {
    try Simulation(seed: 3).run { world in
      let old = try await Depot(Self.pipeline("k1"), world)
      _ = try await old.read("a")
      let both = try await Depot(Self.pipeline("k2", "k1"), world, replacing: old)
      #expect(try await both.read("a").text == "a")
      _ = try await both.read("b")
      let new = try await Depot(
        Self.pipeline("k2", algorithm: "chacha20-poly1305"), world, replacing: both)
      #expect(try await new.read("b").text == "b")
      #expect(both.loads.withLock { $0 } == ["b": 1] && new.loads.withLock { $0.isEmpty })
      // The old key is gone: what it wrote is a miss with a count, and is replaced.
      #expect(try await new.read("a", text: "anew").text == "anew")
      #expect(try new.stage(Encryption.self).refusals == ["unknown-key": 1])
      #expect(try await new.read("a").text == "anew")
    }
  }

  @Test func `a wrong key under a right name is a miss with a count`() throws {
    try Simulation(seed: 4).run { world in
      let one = try await Depot(Self.pipeline("k1"), world)
      _ = try await one.read("a")
      let wrong = Self.pipeline("k1").replacing(
        Self.first, with: String(repeating: "ee", count: 32))
      let other = try await Depot(wrong, world, replacing: one)
      #expect(try await other.read("a", text: "new").text == "new")
      #expect(try other.stage(Encryption.self).refusals == ["not-authentic": 1])
      #expect(world.reports.count(of: "stored value not decrypted") == 1)
    }
  }

  @Test func `every changed bit of an envelope is found, though its checksum fits`() throws {
    try Simulation(seed: 5).run { world in
      let depot = try await Depot(Self.pipeline("k1"), world, settings: "ttl: 10m\nmax-stale: 1h")
      _ = try await depot.read("a")
      #expect(try await depot.bitsTaken(of: "a") == [])
    }
  }

  @Test func `a value of another key, or in the open, is never served`() throws {
    try Simulation(seed: 6).run { world in
      let depot = try await Depot(Self.pipeline("k1"), world)
      _ = try await depot.read("a")
      let stored = try #require(try await depot.bytes("a"))
      // The digest in the envelope made to fit the other key.
      var moved = stored
      let (from, to) = (depot.key("a").digest, depot.key("b").digest)
      func bytes(_ digest: KeyDigest) -> [UInt8] {
        [digest.high, digest.low].flatMap { withUnsafeBytes(of: $0.littleEndian) { Array($0) } }
      }
      let place = try #require(moved.indices.first { moved[$0...].starts(with: bytes(from)) })
      moved.replaceSubrange(place..<(place + 16), with: bytes(to))
      try await depot.plant(Envelope.withRightChecksum(moved), "b")
      #expect(try await depot.read("b", text: "new").text == "new")
      let entry = try #require(try await depot.read("a").entry)
      let open = try Envelope.seal(entry, for: depot.key("c"), coder: TextCoder())
      try await depot.plant(open, "c")
      #expect(try await depot.read("c", text: "new").text == "new")
      var absent = entry
      absent.payload = nil
      let gone = try Envelope.seal(absent, for: depot.key("d"), coder: TextCoder())
      try await depot.plant(gone, "d")
      #expect(try await depot.read("d", text: "new").text == "new")
      let refusals = try depot.stage(Encryption.self).refusals
      #expect(refusals == ["not-authentic": 1, "not-encrypted": 2])
    }
  }

  @Test func `compressed before it is encrypted, a value is small and secret`() throws {
    try Simulation(seed: 7).run { world in
      let depot = try await Depot("- compression\n" + Self.pipeline("k1"), world)
      let text = String(repeating: "all work and no play ", count: 200)
      _ = try await depot.read("a", text: text)
      let stored = try #require(try await depot.bytes("a"))
      #expect(stored.count < text.utf8.count / 4 && !Self.contains(stored, "work"))
      #expect(try await depot.read("a").text == text)
    }
  }

  @Test func `keys come from a file, which is read anew with the plan`() throws {
    let disk = SimulatedDisk()
    try Simulation(seed: 8, disk: disk).run { world in
      func write(_ text: String) throws {
        let file = try disk.open("keys", .readWrite)
        try file.truncate(to: 0)
        _ = try Array(text.utf8).withUnsafeBytes { try file.write($0, at: 0) }
        file.close()
      }
      let pipeline = "- encryption: { key-file: keys }\n- remote: { store: bytes }"
      try write("# the only one\nk1: \(Self.first)\n")
      let one = try await Depot(pipeline, world)
      _ = try await one.read("a")
      try write("k2 \(Self.second)\r\nk1:\(Self.first)")
      let two = try await Depot(pipeline, world, replacing: one)
      #expect(try await two.read("a").text == "a")
      for wrong in ["", "# none", "k1: short", "k1: \(Self.first)\nk1: \(Self.second)"] {
        try write(wrong)
        await #expect(throws: ConfigurationError.self) { _ = try await Depot(pipeline, world) }
      }
    }
  }

  @Test func `missing and wrong keys are refused, and never shown`() throws {
    let none = try Depot.problems("- encryption\n- remote: { store: bytes }")
    #expect(none.contains { $0.contains("there is no key to encrypt by; write keys:") })
    let secret = "c0ffee" + String(repeating: "11", count: 20)
    let short = try Depot.problems(
      "- encryption: { keys: [{ id: k1, key: \(secret) }] }\n- remote: { store: bytes }")
    #expect(short.contains { $0.contains("holds a key of the wrong length or form") })
    #expect(!short.contains { $0.contains("c0ffee") })
    let alike = try Depot.problems(Self.pipeline("k1", "k1"))
    #expect(alike.contains { $0.contains("names two keys alike") })
    let key = try #require(SecretKey(id: "k1", text: Self.first))
    var dumped = ""
    dump(key, to: &dumped)
    #expect("\(key)" == "key 'k1'" && !dumped.contains("15"))
  }

  @Test func `orders that protect less than they seem to are warned about`() throws {
    let late = try Depot.problems(
      Self.pipeline("k1").replacing("- remote", with: "- compression\n- remote"))
    #expect(late.contains { $0.contains("put compression before encryption") })
    let open = try Depot.problems("- local: { store: shared }\n" + Self.pipeline("k1"))
    #expect(open.contains { $0.contains("the store shared stands further out") })
    let nothing = try Depot.problems(
      Self.pipeline("k1").replacing(
        "- remote: { store: bytes }", with: "- local: { store: memory }"))
    #expect(nothing.contains { $0.contains("encrypts nothing here") })
    #expect(try Depot.problems("- compression\n" + Self.pipeline("k1")) == [])
  }

  @Test func `its page names every option with its default`() throws {
    #expect(try PluginPage.missing(Encryption.self, folder: "Encryption") == [])
  }
}
