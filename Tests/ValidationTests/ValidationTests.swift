// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import Strata
import StrataTesting
import TestSupport
import Testing
import Validation

@Suite("Validation")
struct ValidationTests {
  static func pipeline(_ options: String, inside: String = "") -> String {
    "- validation: { \(options) }\n\(inside)- remote: { store: bytes }"
  }

  struct Down: Error {}

  static let noShouting: [PluginID: ValueRule] = [
    "no-shouting": ValueRule { (text: String) in text.lowercased() == text }
  ]

  static func refusal(_ reply: KeyReply) -> RefusalReason? {
    if case .refused(let reason) = reply.outcome { reason } else { nil }
  }

  static func write(_ text: String) -> CacheOperation {
    .write(.one(LoadedValue(LivePayload(text))))
  }

  // MARK: Loads and writes

  @Test func `a value that is too large is answered and stored nowhere`() throws {
    try Simulation(seed: 1).run { world in
      let depot = try await Depot(
        "- local: { store: memory }\n" + Self.pipeline("max-size: 100B"), world)
      let large = String(repeating: "x", count: 101)
      for _ in 0..<2 { #expect(try await depot.read("a", text: large).text == large) }
      #expect(depot.loads.withLock { $0["a"] } == 2)
      #expect(Self.refusal(try await depot.change(Self.write(large), "a")) == .tooLarge)
      #expect(try await depot.read("b", text: String(large.dropLast())).text?.count == 100)
      #expect(try await depot.read("b").text?.count == 100)
      #expect(try depot.stage(Validation.self).faults == ["too-large": 3])
    }
  }

  @Test func `a load that breaks a rule fails, or goes by, as the plan says`() throws {
    try Simulation(seed: 2).run { world in
      let stages = "- fail-safe\n- local: { store: memory }\n- stampede-guard\n"
      let depot = try await Depot(
        stages + Self.pipeline("rules: [no-shouting]"), world,
        settings: "ttl: 1s\nmax-stale: 1h", rules: Self.noShouting)
      guard case .failed(let error) = try await depot.read("a", text: "LOUD").outcome else {
        Issue.record("an invalid value was answered")
        return
      }
      #expect((error.underlying as? CacheError)?.code == .refused)
      #expect(try await depot.read("a", text: "calm").text == "calm")
      try await world.sleep(for: .seconds(2))
      let stale = try await depot.read("a", text: "LOUD")
      #expect(stale.text == "calm")
      guard case .stale = stale.outcome else {
        Issue.record("\(stale.outcome)")
        return
      }
      let lax = try await Depot(
        Self.pipeline("rules: [no-shouting], on-invalid: pass"), world, rules: Self.noShouting)
      for _ in 0..<2 { #expect(try await lax.read("a", text: "LOUD").text == "LOUD") }
      #expect(lax.loads.withLock { $0["a"] } == 2)
      #expect(try await lax.bytes("a") == nil)
    }
  }

  @Test func `a write that breaks a rule is refused, and the old value stays`() throws {
    try Simulation(seed: 3).run { world in
      let depot = try await Depot(
        Self.pipeline("rules: [no-shouting]"), world, rules: Self.noShouting)
      _ = try await depot.change(Self.write("calm"), "a")
      #expect(Self.refusal(try await depot.change(Self.write("LOUD"), "a")) == .invalid)
      #expect(try await depot.read("a").text == "calm")
      let mixed = ["fine", "BAD", "good"]
      let request = CacheRequest(
        .write(Batch(mixed.map { LoadedValue(LivePayload($0)) })),
        keys: Batch(mixed.map(depot.key)), coder: TextCoder())
      let reply = try await depot.pipeline.respond(to: request)
      #expect(reply.results.map(Self.refusal) == [nil, .invalid, nil])
      #expect(reply.results.map(\.text) == ["fine", nil, "good"])
    }
  }

  @Test func `a key that is written too often is refused for a while, others are not`() throws {
    try Simulation(seed: 4).run { world in
      let depot = try await Depot(Self.pipeline("max-writes: 3, per: 10s"), world)
      for round in 0..<2 {
        for number in 0..<5 {
          let refusal = Self.refusal(try await depot.change(Self.write("\(number)"), "a"))
          #expect(refusal == (number < 3 ? nil : .rateLimited), "round \(round)")
        }
        #expect(try await depot.read("a").text == "2")
        #expect(Self.refusal(try await depot.change(Self.write("b"), "b\(round)")) == nil)
        try await world.sleep(for: .seconds(10))
      }
    }
  }

  struct Person: Codable, Sendable {
    struct Address: Codable, Sendable { var city: String? }
    var name: String
    var address: Address?
    var notes: [String: String] = [:]
  }

  @Test func `fields are found at any depth, and text wherever it stands`() throws {
    try Simulation(seed: 5).run { world in
      let plan = Shop.simple.replacing(
        "- stampede-guard",
        with: "- validation: { required: [name, address.city], forbidden: [\"<SCRIPT\"] }")
      let strata = try await Shop.open(plan, world)
      let people: Cache<Int, Person> = try strata.cache("users")
      func isValid(_ person: Person) async throws -> Bool {
        do {
          _ = try await people.value(for: 1) { person }
          try await people.remove(1)
          return true
        } catch let error as CacheError where error.code == .refused { return false }
      }
      let right = Person(name: "Ada", address: .init(city: "London"), notes: ["a": "b"])
      #expect(try await isValid(right))
      #expect(try await !isValid(Person(name: "", address: right.address)))
      #expect(try await !isValid(Person(name: "Ada", address: nil)))
      #expect(try await !isValid(Person(name: "Ada", address: .init(city: nil))))
      var poisoned = right
      poisoned.notes["x"] = "hello <Script src=…>"
      #expect(try await !isValid(poisoned))
      #expect(
        strata.stages(Validation.self, in: "users").first?.faults
          == ["no name": 1, "no address.city": 2, "forbidden text": 1])
    }
  }

  // MARK: Poison

  @Test func `poison is a miss, is replaced, counted and kept for inspection`() throws {
    try Simulation(seed: 6).run { world in
      let depot = try await Depot(Self.pipeline("max-size: 1KiB"), world)
      _ = try await depot.read("a")
      let good = try #require(try await depot.bytes("a"))
      var damaged = good
      damaged[good.count - 9] ^= 1
      try await depot.plant(damaged, "a")
      #expect(try await depot.read("a", text: "new").text == "new")
      #expect(try await depot.read("a").text == "new")
      // What belongs to another key.
      try await depot.plant(good, "b")
      #expect(try await depot.read("b", text: "new").text == "new")
      let stage: Validation = try depot.stage()
      #expect(stage.faults == ["damaged": 1, "wrong-key": 1])
      #expect(stage.quarantine.map(\.reason) == ["damaged", "wrong-key"])
      #expect(stage.quarantine.first?.bytes == damaged)
      #expect(world.reports.count(of: "stored value quarantined") == 2)
    }
  }

  @Test func `poison is removed where nothing takes its place, and is not served stale`() throws {
    try Simulation(seed: 7).run { world in
      let stages = "- fail-safe: { throttle: 1ms }\n"
      let settings = "ttl: 1s\nmax-stale: 1h"
      let loud = try await Depot(stages + "- remote: { store: bytes }", world, settings: settings)
      _ = try await loud.read("a", text: "LOUD")
      let depot = try await Depot(
        stages + Self.pipeline("rules: [no-shouting]"), world, settings: settings,
        rules: Self.noShouting, replacing: loud)
      try await world.sleep(for: .seconds(2))
      guard case .failed = try await depot.read("a", load: { _ in throw Down() }).outcome
      else {
        Issue.record("poison was served stale")
        return
      }
      #expect(try await depot.bytes("a") == nil)
      #expect(try depot.stage(Validation.self).faults == ["rule no-shouting": 1])
    }
  }

  @Test func `what another release stored is a miss and no poison`() throws {
    try Simulation(seed: 8).run { world in
      struct OtherCoder: PayloadCoder {
        let codec: UInt8 = 9
        let schema: UInt64 = 9
        func encode(_ payload: Payload) throws -> [UInt8] { [1] }
        func decode(_ bytes: [UInt8]) throws -> Payload { LivePayload("other") }
      }
      let depot = try await Depot(Self.pipeline(""), world)
      let entry = try #require(try await depot.read("a").entry)
      let other = try Envelope.seal(entry, for: depot.key("a"), coder: OtherCoder())
      for (bytes, reason) in [
        (other, "wrong-schema"), ([UInt8](repeating: 7, count: 99), "foreign"),
      ] {
        try await depot.plant(bytes, "a")
        #expect(try await depot.read("a", text: "new").text == "new")
        #expect(try depot.stage(Validation.self).faults[reason] == 1)
      }
      #expect(try depot.stage(Validation.self).quarantine.isEmpty)
    }
  }

  @Test func `the quarantine holds so many bytes, the newest`() throws {
    try Simulation(seed: 9).run { world in
      let depot = try await Depot(Self.pipeline("quarantine: 10KiB"), world)
      _ = try await depot.read("x", text: String(repeating: "x", count: 1000))
      let bytes = try #require(try await depot.bytes("x"))
      for number in 0..<50 {
        try await depot.plant(bytes, "\(number)")
        _ = try await depot.read("\(number)")
      }
      let kept = try depot.stage(Validation.self).quarantine
      #expect((5...8).contains(kept.count) && kept.last?.key == depot.key("49").digest)
      #expect(try depot.stage(Validation.self).faults == ["wrong-key": 50])
    }
  }

  // MARK: Signatures

  static let first = String(repeating: "0f", count: 32)
  static let second = String(repeating: "f0", count: 40)

  static func signed(_ names: String...) -> String {
    let keys = names.map { "{ id: \($0), key: \"\($0 == "k1" ? first : second)\" }" }
    return pipeline("keys: [\(keys.joined(separator: ", "))]")
  }

  @Test func `every changed bit of a signed envelope is found, though its checksum fits`() throws {
    try Simulation(seed: 10).run { world in
      let depot = try await Depot(Self.signed("k1"), world, settings: "ttl: 10m\nmax-stale: 1h")
      _ = try await depot.read("a")
      #expect(try await depot.bitsTaken(of: "a") == [])
    }
  }

  @Test func `what nobody signed is refused, and signing keys rotate`() throws {
    try Simulation(seed: 11).run { world in
      let open = try await Depot("- remote: { store: bytes }", world)
      _ = try await open.read("a")
      let one = try await Depot(Self.signed("k1"), world, replacing: open)
      #expect(try await one.read("a", text: "new").text == "new")
      #expect(try one.stage(Validation.self).faults == ["unsealed": 1])
      let two = try await Depot(Self.signed("k2", "k1"), world, replacing: one)
      #expect(try await two.read("a").text == "new")
      let three = try await Depot(Self.signed("k2"), world, replacing: two)
      #expect(try await three.read("a", text: "newest").text == "newest")
      #expect(try three.stage(Validation.self).faults == ["refused-by-transform": 1])
    }
  }

  @Test func `unknown rules, and places that protect less than they seem to, are told`() throws {
    try Simulation(seed: 12).run { world in
      let error = await #expect(throws: ConfigurationError.self) {
        _ = try await Depot(Self.pipeline("rules: [sane]"), world)
      }
      #expect("\(error as Any)".contains("no rule \"sane\" is registered"))
    }
    let outer = try Depot.problems("- local: { store: shared }\n" + Self.pipeline(""))
    #expect(outer.contains { $0.contains("what comes back from shared is not checked") })
    let early = try Depot.problems(
      Self.signed("k1").replacing("- remote", with: "- compression\n- remote"))
    #expect(early.contains { $0.contains("move validation behind it") })
    let nothing = try Depot.problems(
      Self.signed("k1").replacing("- remote: { store: bytes }", with: "- local: { store: memory }"))
    #expect(nothing.contains { $0.contains("signs nothing here") })
    let per = try Depot.problems(Self.pipeline("per: 1s"))
    #expect(per.contains { $0.contains("counts nothing without max-writes") })
    #expect(try Depot.problems(Self.signed("k1")) == [])
  }

  @Test func `its page names every option with its default`() throws {
    #expect(try PluginPage.missing(Validation.self, folder: "Validation") == [])
  }
}
