// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import Strata
import StrataTesting
import TestSupport
import Testing
import WriteBehind

@Suite("Write-behind")
struct WriteBehindTests {
  @Test func `a write is answered at once and delivered after the interval`() throws {
    try Rig.run(seed: 1) { rig in
      try await rig.texts.set(1, "a")
      #expect(rig.sink.batches.isEmpty && rig.texts.cached(1) == "a")
      #expect(try rig.stage.status.queue.waiting == 1)
      try await rig.world.sleep(for: .milliseconds(999))
      #expect(rig.sink.batches.isEmpty)
      try await rig.world.sleep(for: .milliseconds(2))
      #expect(rig.delivered(1) == "a")
      #expect(try rig.stage.status.queue.waiting == 0)
    }
  }

  @Test func `five writes of a key wait, and are one delivery of the last`() throws {
    try Rig.run(seed: 2) { rig in
      for text in ["a", "b", "c", "d", "e"] { try await rig.texts.set(1, text) }
      #expect(try rig.stage.status.queue.waiting == 5)
      try await rig.world.sleep(for: .seconds(2))
      #expect(rig.sink.contents.history.count == 1 && rig.delivered(1) == "e")
      let status = try rig.stage.status
      #expect(status.queue.waiting == 0 && status.superseded == 4 && status.age == .zero)
    }
  }

  @Test func `a full batch does not wait, and no batch is larger`() throws {
    try Rig.run(seed: 3, Rig.plan("batch: 10, interval: 1h")) { rig in
      for key in 0..<35 { try await rig.texts.set(key, "x") }
      try await rig.world.sleep(for: .seconds(1))
      // What is left is no full batch.
      #expect(rig.sink.contents.values.count > 25)
      #expect(rig.sink.batches.allSatisfy { $0.writes.count <= 10 })
      try await rig.world.sleep(for: .seconds(3600))
      #expect(rig.sink.contents.values.count == 35)
    }
  }

  @Test func `a read past the tiers sees what waits, and after it the source`() throws {
    try Rig.run(seed: 4) { rig in
      try await rig.texts.set(1, "new")
      #expect(try await rig.pastTiers(1) == "new")
      try await rig.texts.remove(1)
      #expect(try await rig.pastTiers(1) == nil)
      try await rig.world.sleep(for: .seconds(2))
      var options = RequestOptions.standard
      options.skipReading = .all
      let source = try await rig.texts.find(1, options: options) { _ in "the source's" }
      #expect(source == "the source's")
    }
  }

  @Test func `many are read at once, those that wait from the queue, the others loaded`() throws {
    try Rig.run(seed: 5) { rig in
      try await rig.texts.set(1, "waits")
      try await rig.texts.remove(2)
      var options = RequestOptions.standard
      options.skipReading = .all
      let found = try await rig.texts.getMany([1, 2, 3], options: options) { keys in
        #expect(keys == [3])
        return [3: "loaded"]
      }
      #expect(found == ["waits", nil, "loaded"])
    }
  }

  @Test func `a removal is a deletion, unless the plan says otherwise`() throws {
    for deletes in [true, false] {
      try Rig.run(seed: 6, Rig.plan("deletes: \(deletes)")) { rig in
        try await rig.texts.set(1, "a")
        try await rig.world.sleep(for: .seconds(2))
        try await rig.texts.remove(1)
        try await rig.world.sleep(for: .seconds(2))
        #expect(rig.delivered(1) == (deletes ? nil : "a"))
      }
    }
  }

  @Test func `what rules, tags and expiry do to the cache is never brought to the source`() throws {
    let rules = "- invalidation: { rules: [{ on: text.changed, keys: [\"{id}\"] }] }"
    try Rig.run(seed: 7, Rig.plan(outer: rules)) { rig in
      try await rig.texts.set(1, "a")
      try await rig.world.sleep(for: .seconds(2))
      try await rig.strata.publish("text.changed", ["id": 1])
      #expect(rig.texts.cached(1) == nil)
      try await rig.texts.expire(1)
      try await rig.texts.clear()
      try await rig.world.sleep(for: .seconds(2))
      #expect(rig.sink.contents.history.count == 1 && rig.delivered(1) == "a")
    }
  }

  @Test func `beyond max-pending a write waits for room`() throws {
    try Rig.run(seed: 8, Rig.plan("max-pending: 3, interval: 10s, batch: 2")) { rig in
      rig.sink.setFaults { number, _ in number == 0 ? .slow(.seconds(1)) : nil }
      let began = rig.world.clock.now
      for key in 0..<4 { try await rig.texts.set(key, "x") }
      #expect(rig.world.clock.now - began >= .seconds(1))
      #expect(try rig.stage.status.queue.waiting <= 3)
    }
  }

  @Test func `or is refused, and a write that gives up waiting leaves nothing behind`() throws {
    try Rig.run(seed: 9, Rig.plan("max-pending: 1, when-full: refuse")) { rig in
      rig.sink.setFaults { _, _ in .fails(SinkError(.unavailable, "down")) }
      try await rig.texts.set(1, "a")
      let error = await #expect(throws: CacheError.self) { try await rig.texts.set(2, "b") }
      #expect(error?.code == .overloaded && rig.texts.cached(2) == nil)
    }
    try Rig.run(seed: 10, Rig.plan("max-pending: 1")) { rig in
      rig.sink.setFaults { _, _ in .fails(SinkError(.unavailable, "down")) }
      try await rig.texts.set(1, "a")
      var options = RequestOptions.standard
      options.timeout = .seconds(5)
      let patient = options
      let error = await #expect(throws: CacheError.self) {
        try await rig.texts.set(2, "b", options: patient)
      }
      #expect(error?.code == .deadlineExceeded && rig.texts.cached(2) == nil)
      rig.sink.setFaults(nil)
      try await rig.world.sleep(for: .seconds(60))
      #expect(rig.sink.contents.values.count == 1)
    }
  }

  @Test func `depth and age are metrics`() throws {
    try Rig.run(seed: 11, Rig.plan("interval: 10s", outer: "- metrics")) { rig in
      try await rig.texts.set(1, "a")
      try await rig.texts.set(2, "b")
      try await rig.world.sleep(for: .seconds(4))
      let text = rig.strata.prometheus()
      #expect(text.contains("strata_write_behind_depth{cache=\"texts\"} 2.0"))
      #expect(text.contains("strata_write_behind_age_seconds{cache=\"texts\"} 4.0"))
    }
  }

  @Test func `a reload in the middle of everything loses and reorders nothing`() throws {
    try Rig.run(seed: 12, Rig.plan("batch: 5")) { rig in
      rig.sink.setFaults { _, _ in .slow(.milliseconds(30)) }
      for round in 0..<20 {
        for key in 0..<7 { try await rig.texts.set(key, "\(round)") }
        if round % 5 == 2 {
          let yaml = Rig.plan("batch: \(3 + round)")
          let plan = try Shop.plan(yaml, registry: Rig.registry(rig.sink))
          try await rig.strata.replace(plan: plan)
        }
      }
      try await rig.world.sleep(for: .seconds(10))
      for key in 0..<7 { #expect(rig.delivered(key) == "19") }
      let sequences = rig.sink.contents.history.map(\.sequence)
      #expect(sequences == sequences.sorted())
    }
  }

  @Test func `its page says every option and default`() throws {
    #expect(try PluginPage.missing(WriteBehind.self, folder: "WriteBehind") == [])
  }
}
