// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

internal import Synchronization

/// All shards of an engine, reached without reference counting.
struct ShardGroup: @unchecked Sendable {
  // Sendable: immutable; the shards are Sendable and outlive the engine that owns the memory.
  private let shards: UnsafeMutablePointer<Unmanaged<Shard>>
  /// How many there are: a power of two.
  let count: Int

  init(_ all: [Shard]) {
    count = all.count
    shards = .allocate(capacity: all.count)
    for (index, shard) in all.enumerated() {
      (shards + index).initialize(to: .passRetained(shard))
    }
  }

  /// The shard of a hash. The lower bits choose, so the fingerprint of a shard's keys stays
  /// uniform.
  @inline(__always)
  func of(_ hash: UInt64) -> Unmanaged<Shard> {
    shards[Int(truncatingIfNeeded: hash) & (count &- 1)]
  }

  subscript(index: Int) -> Unmanaged<Shard> { shards[index] }

  func forEach(_ body: (Shard) -> Void) {
    for index in 0..<count { shards[index]._withUnsafeGuaranteedRef { body($0) } }
  }

  /// Has the heaviest other shard give up an entry, if its lock is free; returns the weight.
  func evictElsewhere(from own: Shard) -> Int? {
    var heaviest = own
    forEach { shard in
      let weight = shard.weight.load(ordering: .relaxed)
      if weight > heaviest.weight.load(ordering: .relaxed) { heaviest = shard }
    }
    guard heaviest !== own else { return nil }
    var freed: Int?
    heaviest.lockedIfFree { freed = heaviest.evictOne() }
    return freed
  }

  func free() {
    for index in 0..<count { shards[index].release() }
    shards.deallocate()
  }
}
