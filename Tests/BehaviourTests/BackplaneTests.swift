// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import Coherence
import NodeSimulation
import StrataCore
import StrataTesting
import Testing

/// What nodes hear of each other, as FusionCache tests its backplane: each node has a memory, all
/// share a store and a network.
@Suite("Nodes that tell each other, as other libraries test theirs")
struct BackplaneTests {
  // MARK: Telling

  @Test func `a write on one of three nodes is what the others read next`() throws {
    try Village.run(nodes: 3) { village, one, _ in
      for node in village.nodes { #expect(try await village.value(node) == 1) }
      try await village.change(Village.write(5), on: one)
      try await village.pause(20)
      let loads = village.loads.withLock { $0 }
      for node in village.nodes { #expect(try await village.value(node) == 5) }
      #expect(village.loads.withLock { $0 } == loads)
    }
  }

  @Test func `who writes keeps its own value, and does not hear itself`() throws {
    try Village.run { village, one, other in
      try await village.change(Village.write(5), on: one)
      try await village.pause(200)
      #expect(one.fast(1) == 5)
      #expect(other.fast(1) == nil)
      #expect(one.coherence.status.gaps == 0)
    }
  }

  @Test func `a value that ends behind one node's callers is found by another that is stale`()
    throws
  {
    try Village.run(hasFailSafe: true) { village, one, other in
      #expect(try await village.value(one) == 1)
      #expect(try await village.value(other) == 1)
      village.source.withLock { $0 = 2 }
      try await village.pause(1050)
      // Stale on both: one's load takes longer than the soft timeout, and ends behind.
      #expect(try await village.value(one, takes: 100) == 1)
      try await village.pause(150)
      let loads = village.loads.withLock { $0 }
      #expect(one.fast(1) == 2)
      #expect(try await village.value(other) == 2)
      #expect(village.loads.withLock { $0 } == loads)
    }
  }

  @Test func `an expiry leaves a fallback on nodes that had the value, and nothing on others`()
    throws
  {
    try Village.run(nodes: 3, hasFailSafe: true) { village, one, other in
      let third = village.nodes[2]
      #expect(try await village.value(one) == 1)
      #expect(try await village.value(other) == 1)
      try await village.change(.expire, on: one)
      try await village.pause(20)
      #expect(one.fast(1) == nil && other.fast(1) == nil && third.fast(1) == nil)
      // What was in memory may stand in while a load is slow.
      #expect(try await village.value(other, takes: 100) == 1)
      try await village.change(.remove, on: one)
      try await village.pause(300)
      village.source.withLock { $0 = 3 }
      #expect(try await village.value(other, takes: 100) == 3)
      #expect(try await village.value(third) == 3)
    }
  }

  @Test func `an expiry or removal of what a node does not have is nothing to it`() throws {
    try Village.run { village, one, other in
      try await village.change(.expire, on: one)
      try await village.change(.remove, on: one, 2)
      try await village.pause(20)
      #expect(other.coherence.status.gaps == 0)
      #expect(try await village.value(other) == 1)
      #expect(try await village.value(other, 2) == 1)
    }
  }

  // MARK: Tags and clear

  @Test func `a tag is invalidated on every node, and again with what comes later`() throws {
    try Village.run(nodes: 3) { village, one, other in
      for round in 1...3 {
        village.source.withLock { $0 = round }
        try await village.change(.invalidate(["all"]), on: one)
        try await village.pause(20)
        for node in village.nodes { #expect(try await village.value(node) == round) }
        // What was stored under the tag after it stays.
        for node in village.nodes { #expect(node.fast(1) == round) }
      }
      try await village.change(.invalidate(["another"]), on: other)
      try await village.pause(20)
      let loads = village.loads.withLock { $0 }
      for node in village.nodes { #expect(try await village.value(node) == 3) }
      #expect(village.loads.withLock { $0 } == loads)
    }
  }

  @Test func `a clear empties every node, those that start later too`() throws {
    try Village.run(nodes: 3) { village, one, _ in
      for node in village.nodes { #expect(try await village.value(node, 1) == 1) }
      for node in village.nodes { #expect(try await village.value(node, 2) == 1) }
      village.source.withLock { $0 = 2 }
      try await village.change(.clear, on: one)
      try await village.pause(20)
      for node in village.nodes { #expect(node.fast(1) == nil && node.fast(2) == nil) }
      let late = try village.newcomer()
      #expect(try await village.value(late, 2) == 2)
      for node in village.nodes { #expect(try await village.value(node, 1) == 2) }
      await late.pipeline.shutdown(by: village.world.clock.now + .seconds(1))
    }
  }

  @Test func `a node that starts cold takes what the others have, without loading`() throws {
    try Village.run { village, one, _ in
      #expect(try await village.value(one) == 1)
      let late = try village.newcomer()
      #expect(try await village.value(late) == 1)
      #expect(village.loads.withLock { $0 } == 1)
      await late.pipeline.shutdown(by: village.world.clock.now + .seconds(1))
    }
  }

  // MARK: Locks

  @Test func `refreshes of one key on several nodes are one load`() throws {
    try Village.run(nodes: 4, isClusterWide: true) { village, one, _ in
      let first = try await village.read(one)
      let known = try #require(first.entry?.createdAt)
      village.source.withLock { $0 = 2 }
      let refreshes = village.nodes.map { node in
        village.world.spawn {
          _ = try? await village.read(node, takes: 60, isRefreshOf: known)
        }
      }
      for refresh in refreshes { await refresh.wait() }
      #expect(village.loads.withLock { $0 } == 2)
      for node in village.nodes { #expect(try await village.value(node) == 2) }
    }
  }
}
