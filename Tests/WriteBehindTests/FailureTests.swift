// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import Strata
import StrataTesting
import TestSupport
import Testing
import WriteBehind

@Suite("Write-behind and sinks that fail")
struct FailureTests {
  @Test func `a sink that is away is tried again, ever more rarely, until it is back`() throws {
    try Rig.run(seed: 1, Rig.plan("backoff: 1s, max-backoff: 8s")) { rig in
      rig.sink.setFaults { _, _ in .fails(SinkError(.unavailable, "down")) }
      for key in 0..<20 { try await rig.texts.set(key, "x") }
      try await rig.world.sleep(for: .seconds(600))
      // Each pause is between half of 8 s and all of it, after the first few.
      #expect((70...170).contains(rig.sink.batches.count))
      #expect(try rig.stage.status.queue.deadLetters == 0)
      rig.sink.setFaults(nil)
      try await rig.world.sleep(for: .seconds(9))
      #expect(rig.sink.contents.values.count == 20)
      #expect(rig.world.reports.count(of: "delivery works again") == 1)
      #expect(rig.world.reports.count(of: "delivery failed") < 10)
    }
  }

  @Test func `an answer that got lost is made up for, once in the sink`() throws {
    try Rig.run(seed: 2) { rig in
      rig.sink.setFaults { number, _ in number < 3 ? .losesAnswer(Strange()) : nil }
      for text in ["a", "b"] {
        try await rig.texts.set(1, text)
        try await rig.world.sleep(for: .seconds(5))
      }
      #expect(rig.delivered(1) == "b")
      #expect(rig.sink.contents.history.count == 2)
    }
  }

  @Test func `a sink that hangs is given up after its timeout and tried again`() throws {
    try Rig.run(seed: 3, Rig.plan("timeout: 2s")) { rig in
      rig.sink.setFaults { number, _ in number == 0 ? .slow(.seconds(1_000_000)) : nil }
      try await rig.texts.set(1, "a")
      try await rig.world.sleep(for: .seconds(4))
      #expect(rig.delivered(1) == "a" && rig.sink.batches.count == 2)
    }
  }

  /// Rejects every batch with the key 3 in it, and says which it was or not.
  static func rejectThree(_ rig: Rig, saysWhich: Bool) {
    rig.sink.setFaults { _, batch in
      guard let position = batch.writes.firstIndex(where: { $0.keyText == "texts:3" }) else {
        return nil
      }
      return .fails(SinkError(.rejected, "too long", position: saysWhich ? position : nil))
    }
  }

  @Test(arguments: [true, false])
  func `a write that is rejected is set aside, and everything else goes on`(
    saysWhich: Bool
  ) throws {
    try Rig.run(seed: 4) { rig in
      Self.rejectThree(rig, saysWhich: saysWhich)
      for key in 0..<10 { try await rig.texts.set(key, "x") }
      try await rig.world.sleep(for: .seconds(2))
      #expect(rig.sink.contents.values.count == 9)
      let letters = try await rig.stage.deadLetters()
      #expect(letters.map(\.write.keyText) == ["texts:3"])
      #expect(letters.first?.reason == "too long")
      // The source does not have it, so the cache does not either.
      #expect(rig.texts.cached(3) == nil && rig.texts.cached(4) == "x")
      let sequences = rig.sink.contents.history.map(\.sequence)
      #expect(sequences == sequences.sorted())
      rig.sink.setFaults(nil)
      #expect(try await rig.stage.replayDeadLetters() == 1)
      try await rig.world.sleep(for: .seconds(2))
      #expect(rig.delivered(3) == "x")
      #expect(try rig.stage.status.queue.deadLetters == 0)
    }
  }

  @Test func `a dead letter is out of date once something newer was delivered`() throws {
    try Rig.run(seed: 5) { rig in
      Self.rejectThree(rig, saysWhich: true)
      try await rig.texts.set(3, "old")
      try await rig.world.sleep(for: .seconds(2))
      rig.sink.setFaults(nil)
      try await rig.texts.set(3, "new")
      #expect(try await rig.stage.replayDeadLetters() == 0)
      try await rig.world.sleep(for: .seconds(2))
      #expect(rig.delivered(3) == "new")
      #expect(try await rig.stage.deadLetters().isEmpty)
    }
  }

  @Test func `a failure nobody explains is the write's own after so many attempts`() throws {
    try Rig.run(seed: 6, Rig.plan("attempts: 4, backoff: 10ms")) { rig in
      rig.sink.setFaults { _, batch in
        batch.writes.contains { $0.keyText == "texts:3" } ? .fails(Strange()) : nil
      }
      for key in 0..<16 { try await rig.texts.set(key, "x") }
      try await rig.world.sleep(for: .seconds(5))
      #expect(rig.sink.contents.values.count == 15)
      let letters = try await rig.stage.deadLetters()
      #expect(letters.map(\.write.keyText) == ["texts:3"] && letters.first?.reason == "Strange")
      #expect(letters.first?.attempts == 4)
    }
  }

  @Test func `shutdown delivers what waits, and leaves what it cannot to the next`() throws {
    let disk = SimulatedDisk()
    let sink = ReferenceSink()
    try Rig.run(seed: 7, Rig.plan("interval: 1h"), disk: disk, sink: sink) { rig in
      for key in 0..<250 { try await rig.texts.set(key, "x") }
    }
    #expect(sink.contents.values.count == 250)
    sink.setFaults { _, _ in .fails(SinkError(.unavailable, "down")) }
    try Rig.run(seed: 8, Rig.plan("interval: 1h"), disk: disk, sink: sink) { rig in
      let began = rig.world.clock.now
      try await rig.texts.set(1, "y")
      await rig.strata.shutdown()
      #expect(rig.world.clock.now - began < .seconds(1))
    }
    sink.setFaults(nil)
    try Rig.run(seed: 9, disk: disk, sink: sink) { rig in
      #expect(try await rig.pastTiers(1) == "y")
      try await rig.world.sleep(for: .seconds(2))
      #expect(rig.delivered(1) == "y")
    }
  }

  @Test func `a journal that fails costs the writer an error and nobody a wrong value`() throws {
    let disk = SimulatedDisk()
    try Rig.run(seed: 10, disk: disk) { rig in
      try await rig.texts.set(1, "a")
      disk.setFaults { _, operation in operation == .sync ? .error(.failed) : nil }
      await #expect(throws: CacheError.self) { try await rig.texts.set(1, "b") }
      #expect(rig.texts.cached(1) == "a")
      disk.setFaults(nil)
      try await rig.texts.set(2, "c")
      try await rig.world.sleep(for: .seconds(5))
      #expect(rig.delivered(1) == "a" && rig.delivered(2) == "c")
    }
  }

  @Test func `two processes on one journal: the second is told`() throws {
    let disk = SimulatedDisk()
    try Rig.run(seed: 11, disk: disk) { rig in
      let error = await #expect(throws: CacheError.self) {
        _ = try await Rig(rig.world)
      }
      #expect(error?.message.contains("in use by another process") == true)
    }
  }
}
