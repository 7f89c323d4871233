// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import LocalBus
import Strata
import StrataTesting
import TestSupport
import Testing

@Suite("Bus within a process")
struct LocalBusTests {
  static func bus(_ world: Simulation, _ name: String) throws -> LocalBus {
    let options = StoreOptions(name: name, block: .written([:]))
    return try LocalBus(options: options, runtime: world.runtime)
  }

  @Test func `everybody on a channel hears every message once, in order`() throws {
    try Simulation(seed: 1).run { world in
      let (one, other) = (try Self.bus(world, "a"), try Self.bus(world, "a"))
      let heard = Lock<[TransportEvent]>([])
      let subscription = other.subscribe(to: "news") { event in heard.withLock { $0.append(event) }
      }
      for number in 1...5 { try await one.publish([UInt8(number)], on: "news") }
      try await one.publish([9], on: "other")
      await world.settle()
      #expect(heard.withLock { $0 } == [.subscribed] + (1...5).map { .message([UInt8($0)]) })
      subscription.cancel()
      try await one.publish([6], on: "news")
      await world.settle()
      #expect(heard.withLock { $0.count } == 6)
    }
  }

  @Test func `another name is another bus, and another world another process`() throws {
    let heard = Lock(0)
    try Simulation(seed: 2).run { world in
      let bus = try Self.bus(world, "a")
      let subscription = bus.subscribe(to: "news") { event in
        if case .message = event { heard.withLock { $0 += 1 } }
      }
      try await Self.bus(world, "b").publish([1], on: "news")
      try Simulation(seed: 3).run { other in
        try await Self.bus(other, "a").publish([2], on: "news")
      }
      await world.settle()
      #expect(heard.withLock { $0 } == 0)
      subscription.cancel()
    }
  }

  @Test func `whoever falls behind is told that messages were lost`() throws {
    try Simulation(seed: 4).run { world in
      let bus = try Self.bus(world, "a")
      let heard = Lock<[TransportEvent]>([])
      let subscription = bus.subscribe(to: "news") { event in heard.withLock { $0.append(event) } }
      for number in 0..<10_500 { try await bus.publish([UInt8(number & 255)], on: "news") }
      await world.settle()
      #expect(heard.withLock { $0 }.contains(.lost))
      subscription.cancel()
    }
  }

  @Test func `a tier over a bus is refused`() throws {
    let yaml = """
      version: 1
      stores:
        bus: { kind: bus }
      caches:
        users:
          ttl: 1m
          pipeline:
            - local: { store: bus }
      """
    #expect { try Shop.plan(yaml) } throws: { "\($0)".contains("keeps no entries") }
  }
}
