// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import Coherence
import NodeSimulation
import StrataCore
import StrataTesting
import Testing

/// The exact orders of events in which other caches let an old value live, after their issues.
@Suite("Interleavings that broke other caches")
struct InterleavingTests {
  // FusionCache 535: a removal during a load on the same node is undone when the load ends.
  @Test func `a removal while the same node loads keeps the loaded value out of every tier`() throws
  {
    try Village.run { village, one, other in
      let kept = try await village.removed(on: one, whileLoadingOn: one)
      #expect(kept == nil)
      #expect(try await village.value(other) == 2)
      #expect(try await village.value(one) == 2)
    }
  }

  // FusionCache 625: a removal on one node while another loads: the load fills the shared tier.
  @Test func `a removal while another node loads keeps its value out of every tier`() throws {
    try Village.run { village, one, other in
      let kept = try await village.removed(on: other, whileLoadingOn: one)
      #expect(kept == nil)
      #expect(try await village.value(other) == 2)
      #expect(try await village.value(one) == 2)
    }
  }

  // The same with no message: the order of the shared store alone has to keep it out.
  @Test func `a removal that a loading node never hears of keeps its value out of the shared tier`()
    throws
  {
    try Village.run { village, one, other in
      one.bus.weather.isCut = true
      let kept = try await village.removed(on: other, whileLoadingOn: one)
      #expect(kept == nil)
      #expect(try await village.value(other) == 2)
    }
  }

  // FusionCache 613: a load that timed out and ends behind is stored over an invalidation by tag.
  @Test func `a load that ends behind its caller is not stored over what was invalidated`() throws {
    try Village.run(hasFailSafe: true) { village, one, other in
      #expect(try await village.value(one) == 1)
      try await village.change(.expire, on: one)
      #expect(try await village.value(one, takes: 200) == 1)
      village.source.withLock { $0 = 2 }
      try await village.change(.invalidate(["all"]), on: other)
      try await village.pause(400)
      #expect(one.fast(1) != 1)
      #expect(try await village.value(other) == 2)
      #expect(try await village.value(one) == 2)
    }
  }

  // The same on a node that hears nothing: the version from before the load has to keep it out.
  @Test func `a load that ends behind its caller is not stored over what it never heard of`() throws
  {
    try Village.run(hasFailSafe: true) { village, one, other in
      #expect(try await village.value(one) == 1)
      try await village.change(.expire, on: one)
      one.bus.weather.isCut = true
      #expect(try await village.value(one, takes: 200) == 1)
      village.source.withLock { $0 = 2 }
      try await village.change(.remove, on: other)
      try await village.pause(250)
      #expect(try await village.value(other) == 2)
    }
  }

  // FusionCache 651: a refresh on one node ignores what another has written to the shared tier.
  @Test func `a node finds what another has written before it loads`() throws {
    try Village.run { village, one, other in
      #expect(try await village.value(one) == 1)
      #expect(try await village.value(other) == 1)
      try await village.change(Village.write(5), on: other)
      try await village.pause(50)
      let loads = village.loads.withLock { $0 }
      #expect(try await village.value(one) == 5)
      #expect(village.loads.withLock { $0 } == loads)
    }
  }

  // HybridCache 7411: an invalidation by tag is not seen by a node that starts later.
  @Test func `a node that starts later knows which tags were invalidated`() throws {
    try Village.run { village, one, other in
      #expect(try await village.value(one) == 1)
      village.source.withLock { $0 = 2 }
      try await village.change(.invalidate(["all"]), on: one)
      let late = try village.newcomer()
      #expect(try await village.value(late) == 2)
      #expect(try await village.value(other) == 2)
      await late.pipeline.shutdown(by: village.world.clock.now + .seconds(1))
    }
  }

  // HybridCache 7771: other nodes keep serving from their memory what one has removed.
  @Test func `a removal on one node empties the memory of the others`() throws {
    try Village.run(nodes: 4) { village, one, other in
      for node in village.nodes { #expect(try await village.value(node) == 1) }
      village.source.withLock { $0 = 2 }
      try await village.change(.remove, on: one)
      try await village.pause(20)
      for node in village.nodes { #expect(node.fast(1) == nil) }
      for node in village.nodes { #expect(try await village.value(node) == 2) }
      #expect(one.coherence.status.nodes == 3)
    }
  }

  // JetCache: a broadcast that cannot be sent is dropped without a word.
  @Test func `what could not be told is told when it can be`() throws {
    try Village.run { village, one, other in
      #expect(try await village.value(other) == 1)
      one.bus.weather.isCut = true
      village.source.withLock { $0 = 2 }
      try await village.change(.remove, on: one)
      try await village.pause(20)
      #expect(one.coherence.status.waiting == 1)
      one.bus.weather.isCut = false
      try await village.pause(1300)
      #expect(one.coherence.status.waiting == 0)
      #expect(try await village.value(other) == 2)
    }
  }
}
