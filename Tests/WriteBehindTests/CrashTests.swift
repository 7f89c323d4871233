// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import Strata
import StrataTesting
import TestSupport
import Testing
import WriteBehind

@Suite("Write-behind and crashes")
struct CrashTests {
  @Test(arguments: 0..<UInt64(8))
  func `a loss of power at every operation loses and reorders nothing acknowledged`(
    seed: UInt64
  ) throws {
    let ordeal = Ordeal(seed: seed)
    try ordeal.work()
    #expect(ordeal.moments.count > 50)
    let broken = try ordeal.broken()
    #expect(broken.isEmpty, "seed \(seed): \(broken.prefix(3))")
  }

  @Test func `the same test notices a journal that answers before it has synced`() throws {
    let broken = try (0..<UInt64(4)).flatMap { seed in
      let ordeal = Ordeal(seed: seed, journal: "sync: false")
      try ordeal.work()
      return try ordeal.broken()
    }
    #expect(!broken.isEmpty)
  }

  @Test(arguments: 0..<UInt64(3))
  func `the n-th operation of the disk fails, for every n: what was acknowledged arrives`(
    seed: UInt64
  ) throws {
    for number in 0..<60 {
      for fault in [DiskFault.error(.failed), .error(.full), .short] {
        let ordeal = Ordeal(seed: seed)
        // The first operations open the directory; that may fail as a whole.
        ordeal.disk.setFaults { index, operation in
          operation != .read && index == number + 20 ? fault : nil
        }
        try ordeal.work()
        let final = ordeal.promise
        for key in 0..<Ordeal.keys {
          let found = ordeal.sink.text("texts:\(key)").map { Rig.unquoted($0) }
          #expect(final.permits(found, key), "seed \(seed), \(fault) at \(number), key \(key)")
        }
      }
    }
  }

  @Test func `a tier that outlives the crash shows nothing older than what was acknowledged`()
    throws
  {
    let disk = SimulatedDisk()
    let stores = "files: { kind: file, path: /files, capacity: 1MiB, durability: always }"
    let yaml = Rig.plan(stores: stores, tier: "files")
    let image = Lock(DiskImage())
    let sink = ReferenceSink()
    sink.setFaults { _, _ in .fails(SinkError(.unavailable, "down")) }
    try Rig.run(seed: 1, yaml, disk: disk, sink: sink) { rig in
      try await rig.texts.set(1, "old")
      // The power fails when the journal has the next write and the tier has not.
      disk.setWitness { _, now in image.withLock { $0 = now } }
      _ = try? await rig.texts.set(1, "new")
      disk.setWitness(nil)
    }
    let left = SimulatedDisk(image.withLock { $0 }.afterKill())
    try Rig.run(seed: 2, yaml, disk: left, sink: ReferenceSink()) { rig in
      let found = try await rig.texts.find(1) { _ in nil }
      #expect(found == "new")
    }
  }
}

/// Writers, a sink that fails at times, and a record of what was promised at every moment.
final class Ordeal: Sendable {
  /// What had been promised and begun at one moment.
  struct Promise: Sendable {
    /// The texts written to each key, in order; `nil` is a removal.
    var begun: [Int: [String?]] = [:]
    /// The place of the last one that was acknowledged.
    var acknowledged: [Int: Int] = [:]

    /// Whether a source may have `found` for the key: what was acknowledged last, or later.
    func permits(_ found: String?, _ key: Int) -> Bool {
      let texts = begun[key] ?? []
      guard let last = acknowledged[key] else { return found == nil || texts.contains(found) }
      return texts[last...].contains(found)
    }
  }

  struct Moment: Sendable {
    var image: DiskImage
    var promise: Promise
    var sink: ReferenceSink.Contents
  }

  static let keys = 8
  let disk = SimulatedDisk()
  let sink = ReferenceSink()
  private let seed: UInt64
  private let yaml: String
  private let known = Lock(Promise())
  private let seen = Lock<[Moment]>([])

  init(seed: UInt64, journal: String = "sync: true") {
    self.seed = seed
    yaml = Rig.plan("interval: 20ms, batch: 5, backoff: 5ms").replacing(
      "capacity: 1MiB", with: "capacity: 1MiB, \(journal)")
    let random = SeededRandom(seed: seed &+ 99)
    sink.setFaults { _, _ in
      switch random.below(6) {
      case 0: .fails(SinkError(.unavailable, "down"))
      case 1: .losesAnswer(SinkError(.unavailable, "lost"))
      default: nil
      }
    }
  }

  var promise: Promise { known.withLock { $0 } }
  var moments: [Moment] { seen.withLock { $0 } }

  /// Two writers with keys of their own, until everything is delivered.
  func work() throws {
    disk.setWitness { _, image in
      let moment = Moment(image: image, promise: self.promise, sink: self.sink.contents)
      self.seen.withLock { $0.append(moment) }
    }
    try Rig.run(seed: seed, yaml, disk: disk, sink: sink) { rig in
      let writers = (0..<2).map { writer in
        rig.world.spawn { await self.write(rig, keys: Array(writer * 4..<writer * 4 + 4)) }
      }
      for writer in writers { await writer.wait() }
      self.sink.setFaults(nil)
      try await rig.world.sleep(for: .seconds(5))
    }
    disk.setWitness(nil)
  }

  private func write(_ rig: Rig, keys: [Int]) async {
    let random = SeededRandom(seed: seed &* 31 &+ UInt64(keys[0]))
    for step in 0..<24 {
      let key = keys[Int(random.below(UInt64(keys.count)))]
      let text = random.below(5) == 0 ? nil : String(repeating: "x", count: 90) + "\(step)"
      let place = known.withLock { known in
        known.begun[key, default: []].append(text)
        return (known.begun[key] ?? []).count - 1
      }
      do {
        if let text { try await rig.texts.set(key, text) } else { try await rig.texts.remove(key) }
        known.withLock { $0.acknowledged[key] = place }
      } catch {}
      try? await rig.world.sleep(for: .milliseconds(Int(random.below(12))))
    }
  }

  /// What the moments break when the power fails there and another process goes on.
  func broken() throws -> [String] {
    var broken: [String] = []
    for (number, moment) in moments.enumerated() {
      let image =
        number % 4 == 0
        ? moment.image.afterKill()
        : moment.image.afterPowerLoss(seed: seed &* 991 &+ UInt64(number))
      let sink = ReferenceSink(moment.sink)
      let problems = Lock<[String]>([])
      try Rig.run(seed: seed, yaml, disk: SimulatedDisk(image), sink: sink) { rig in
        for key in 0..<Self.keys {
          var options = RequestOptions.standard
          options.skipReading = .all
          let found = try await rig.texts.find(key, options: options) { _ in rig.delivered(key) }
          if !moment.promise.permits(found, key) {
            problems.withLock { $0.append("operation \(number): key \(key) reads wrong") }
          }
        }
        try await rig.world.sleep(for: .seconds(1))
        for key in 0..<Self.keys where !moment.promise.permits(rig.delivered(key), key) {
          problems.withLock { $0.append("operation \(number): key \(key) is lost") }
        }
      }
      broken += problems.withLock { $0 }
      let sequences = sink.contents.history.map(\.sequence)
      if sequences != sequences.sorted() { broken.append("operation \(number): reordered") }
    }
    return broken
  }
}
