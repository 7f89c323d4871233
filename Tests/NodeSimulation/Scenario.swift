// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import StrataCore
import StrataTesting

/// A few nodes with a shared store and a network between them, all of which go wrong, for some
/// seconds of virtual time; drawn from a seed, and small enough to be read when it fails.
public struct Scenario: Sendable, CustomStringConvertible {
  /// Something that goes wrong at a moment, for a while.
  struct Fault: Sendable {
    enum Kind: String, Sendable, CaseIterable {
      case cutBus, interruptBus, cutStore, cutBoth, crash
    }

    var kind: Kind
    var node: Int
    var at: Int
    var lasts: Int
  }

  /// The seed.
  public var seed: UInt64
  var nodes: Int
  var keys: Int
  var readers: Int
  var updates: Int
  var store = NodeLink.Weather()
  var bus = SimulatedBus.Weather()
  var faults: [Fault] = []
  var isClusterWide: Bool
  var hasFailSafe: Bool
  var isSkewed: Bool
  /// Whether it is looked at once more much later, when all debts must have been paid.
  var isLong: Bool

  /// How long things go wrong, and how long they are looked at after that, in milliseconds.
  static let storm = 1200
  static let calm = 900

  /// Draws a scenario.
  public init(seed: UInt64) {
    let random = SeededRandom(seed: seed &* 0x9E37_79B9)
    func below(_ bound: Int) -> Int { Int(random.below(UInt64(bound))) }
    self.seed = seed
    nodes = 2 + below(2)
    keys = 1 + below(2)
    readers = 2 + below(3)
    updates = 2 + below(3)
    isClusterWide = below(3) == 0
    hasFailSafe = below(2) == 0
    isSkewed = below(2) == 0
    isLong = below(10) == 0
    store.lost = [0, 0, 60, 150][below(4)]
    store.lostReply = [0, 0, 60, 150][below(4)]
    store.late = [0, 0, 60, 150][below(4)]
    bus.lost = [0, 0, 100, 300][below(4)]
    bus.doubled = [0, 0, 200][below(3)]
    bus.delay = [0, 5, 60][below(3)]
    for _ in 0..<below(4) {
      faults.append(
        Fault(
          kind: Fault.Kind.allCases[below(5)], node: below(nodes), at: below(Self.storm - 200),
          lasts: 50 + below(700)))
    }
  }

  /// Two or more nodes to which nothing happens but what a test does.
  public static func quiet(
    _ seed: UInt64, isClusterWide: Bool = false, hasFailSafe: Bool = false
  ) -> Scenario {
    var scenario = Scenario(seed: seed)
    (scenario.store, scenario.bus) = (NodeLink.Weather(), SimulatedBus.Weather())
    (scenario.faults, scenario.isSkewed) = ([], false)
    (scenario.isClusterWide, scenario.hasFailSafe) = (isClusterWide, hasFailSafe)
    return scenario
  }

  /// The scenario on a few lines.
  public var description: String {
    let times = faults.map { "\($0.kind.rawValue) of n\($0.node) at \($0.at)ms for \($0.lasts)ms" }
    let marks = [
      isClusterWide ? "cluster-wide" : nil, hasFailSafe ? "fail-safe" : nil,
      isSkewed ? "skewed clocks" : nil,
    ].compactMap(\.self)
    return """
      \(nodes) nodes, \(keys) keys, \(readers) readers, \(updates) updates\
      \(marks.map { ", \($0)" }.joined())
      store loses \(store.lost)‰ and \(store.lostReply)‰ of the replies, \(store.late)‰ come late
      messages: \(bus.lost)‰ lost, \(bus.doubled)‰ doubled, up to \(bus.delay)ms late
      \(times.isEmpty ? "no faults" : times.joined(separator: "; "))
      """
  }

  /// What a run showed.
  public struct Outcome: Sendable {
    /// What was promised and not kept.
    public var violations: [String] = []
    /// What happened, one line each.
    public var log: [String] = []
    /// A number that is the same for two runs that went the same way.
    public var trace: UInt64 = 0
    /// How many reads were answered.
    public var reads = 0
    /// How many changes were made.
    public var changes = 0
  }

  /// Runs the scenario; a log costs more than everything else.
  public func run(isLogging: Bool = false) -> Outcome {
    let world = Simulation(seed: seed)
    do {
      var outcome = try world.run { world in
        let town = try Town(self, world, isLogging: isLogging)
        await town.live()
        return town.outcome
      }
      outcome.trace = world.trace
      return outcome
    } catch {
      return Outcome(violations: ["the run ended with \(error)"], trace: world.trace)
    }
  }

  /// The smallest scenario around this one that still breaks a promise.
  public func shrunk() -> Scenario {
    var best = self
    func accept(_ change: (inout Scenario) -> Void) {
      for shift in 0..<12 as Range<UInt64> {
        var smaller = best
        change(&smaller)
        smaller.seed &+= shift &* 1_000_003
        guard !smaller.run().violations.isEmpty else { continue }
        best = smaller
        return
      }
    }
    for index in faults.indices.reversed() { accept { $0.faults.remove(at: index) } }
    accept { $0.store = NodeLink.Weather() }
    accept { $0.bus = SimulatedBus.Weather() }
    accept { $0.isSkewed = false }
    accept { $0.hasFailSafe = false }
    accept { $0.isClusterWide = false }
    accept { $0.keys = 1 }
    accept { ($0.readers, $0.updates) = (1, 1) }
    accept { $0.updates = 1 }
    accept { $0.readers = 1 }
    return best
  }
}
