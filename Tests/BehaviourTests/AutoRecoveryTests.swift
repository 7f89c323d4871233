// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import Coherence
import NodeSimulation
import StrataCore
import StrataTesting
import Testing

/// What becomes of changes that could not be carried out or told, as FusionCache tests its
/// auto-recovery: two nodes in step, trouble, a change on one of them, and no more trouble.
@Suite("What could not be done is made up for, as other libraries test it")
struct AutoRecoveryTests {
  /// Two nodes that both have 10, and a source that says 30 from now on.
  static func inStep(
    _ body: @escaping @Sendable (Village, SimulatedNode, SimulatedNode) async throws -> Void
  ) throws {
    try Village.run { village, one, other in
      try await village.change(Village.write(10), on: one)
      try await village.pause(20)
      #expect(try await village.value(other) == 10)
      village.source.withLock { $0 = 30 }
      try await body(village, one, other)
    }
  }

  @Test func `with store and messages gone, a write is made up for when they are back`() throws {
    try Self.inStep { village, one, other in
      one.link.weather.isCut = true
      one.bus.weather.isCut = true
      try await village.change(Village.write(30), on: one)
      #expect(try await village.value(one) == 30)
      #expect(try await village.value(other) == 10)
      one.link.weather.isCut = false
      one.bus.weather.isCut = false
      try await village.pause(7000)
      #expect(one.coherence.status.waiting == 0)
      #expect(try await village.value(other) == 30)
      #expect(try await village.value(one) == 30)
    }
  }

  @Test func `with messages back and the store still gone, nobody trusts what lies in it`() throws {
    try Self.inStep { village, one, other in
      one.link.weather.isCut = true
      one.bus.weather.isCut = true
      try await village.change(Village.write(30), on: one)
      one.bus.weather.isCut = false
      try await village.pause(1500)
      // The store has 10 yet, and the other node can read it.
      #expect(try await village.value(other) == 30)
      one.link.weather.isCut = false
      try await village.pause(7000)
      let late = try village.newcomer()
      #expect(try await village.value(late) == 30)
      await late.pipeline.shutdown(by: village.world.clock.now + .seconds(1))
    }
  }

  @Test func `with the store back and messages still gone, a read is right within the bound`()
    throws
  {
    try Self.inStep { village, one, other in
      one.bus.weather.isCut = true
      try await village.change(Village.write(30), on: one)
      // Silence, one heartbeat, and then nothing in memory is trusted.
      try await village.pause(500)
      #expect(try await village.value(other) == 30)
      one.bus.weather.isCut = false
      try await village.pause(1500)
      #expect(one.coherence.status.waiting == 0)
    }
  }

  @Test func `a later write takes the place of an earlier one that waits`() throws {
    try Self.inStep { village, one, other in
      one.bus.weather.isCut = true
      for value in [20, 25, 30] { try await village.change(Village.write(value), on: one) }
      one.bus.weather.isCut = false
      try await village.pause(1500)
      #expect(one.coherence.status.waiting == 0)
      #expect(try await village.value(other) == 30)
    }
  }

  @Test func `what was changed on the other node meanwhile is not undone`() throws {
    try Self.inStep { village, one, other in
      one.link.weather.isCut = true
      one.bus.weather.isCut = true
      try await village.change(Village.write(20), on: one)
      try await village.change(Village.write(30), on: other)
      one.link.weather.isCut = false
      one.bus.weather.isCut = false
      try await village.pause(7000)
      #expect(try await village.value(other) == 30)
      #expect(try await village.value(one) == 30)
    }
  }

  @Test func `tags and a clear that could not be told are told later`() throws {
    try Self.inStep { village, one, other in
      for change in [CacheOperation.invalidate(["all"]), .clear] {
        village.source.withLock { $0 = 29 }
        #expect(try await village.value(other, 2) == 29)
        village.source.withLock { $0 = 30 }
        one.bus.weather.isCut = true
        try await village.change(change, on: one)
        one.bus.weather.isCut = false
        try await village.pause(1500)
        #expect(try await village.value(other, 2) == 30)
        try await village.change(.remove, on: other, 2)
        try await village.pause(50)
      }
    }
  }
}
