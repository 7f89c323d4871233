// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

internal import CEpoch
internal import Synchronization

/// A row of counters, one copy for each of the first threads and one for all others.
///
/// A thread that has a stripe of its own adds with a load and a store, which nobody else writes:
/// about a nanosecond, no bus lock, no line shared. Threads beyond the stripes share the last one
/// and add atomically. Sums are exact for everything that happened before they are read.
struct StripedCounters: ~Copyable, @unchecked Sendable {
  // Sendable: the memory is fixed, and consists of atomics.
  private static let stripes = 16
  private static let line = 128
  private let memory: UnsafeMutableRawPointer
  private let stride: Int
  let count: Int

  init(count: Int) {
    self.count = count
    stride = (count * 8 + Self.line - 1) / Self.line * Self.line
    let bytes = stride * (Self.stripes + 1)
    memory = .allocate(byteCount: bytes, alignment: Self.line)
    memory.initializeMemory(as: UInt8.self, repeating: 0, count: bytes)
  }

  deinit { memory.deallocate() }

  @inline(__always)
  private func counter(_ index: Int, stripe: Int) -> UnsafeMutablePointer<Atomic<UInt64>> {
    (memory + stripe * stride).assumingMemoryBound(to: Atomic<UInt64>.self) + index
  }

  /// Adds to a counter. Nothing here may suspend: the stripe belongs to the thread.
  @inline(__always)
  func add(_ amount: UInt64, to index: Int) {
    let thread = Int(strata_reader_current().pointee.number)
    if thread < Self.stripes {
      let own = counter(index, stripe: thread)
      let sum = own.pointee.load(ordering: .relaxed) &+ amount
      own.pointee.store(sum, ordering: .relaxed)
    } else {
      counter(index, stripe: Self.stripes).pointee.add(amount, ordering: .relaxed)
    }
  }

  /// The sum over all threads.
  func sum(_ index: Int) -> UInt64 {
    (0...Self.stripes).reduce(0) {
      $0 &+ counter(index, stripe: $1).pointee.load(ordering: .relaxed)
    }
  }
}
