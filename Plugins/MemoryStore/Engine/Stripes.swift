// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

internal import CEpoch
internal import Synchronization

/// The read buffers of one shard, each on cache lines of its own.
struct Stripes: ~Copyable, @unchecked Sendable {
  // Sendable: the memory is fixed, and buffers consist of atomics.
  private static let stride = 128
  private let memory: UnsafeMutableRawPointer
  private let count: Int

  /// Creates `count` buffers, a power of two.
  init(count: Int) {
    self.count = count
    memory = .allocate(byteCount: count * Self.stride, alignment: Self.stride)
    for index in 0..<count {
      (memory + index * Self.stride).initializeMemory(as: ReadBuffer.self, to: ReadBuffer())
    }
  }

  deinit {
    for index in 0..<count { self[index].deinitialize(count: 1) }
    memory.deallocate()
  }

  private subscript(index: Int) -> UnsafeMutablePointer<ReadBuffer> {
    (memory + index * Self.stride).assumingMemoryBound(to: ReadBuffer.self)
  }

  /// The buffer of a thread.
  @inline(__always)
  func own(_ reader: UnsafeMutablePointer<strata_reader>) -> UnsafeMutablePointer<ReadBuffer> {
    self[Int(reader.pointee.number) & (count &- 1)]
  }

  func drain(_ body: (NodeIndex) -> Void) {
    for index in 0..<count { self[index].pointee.drain(body) }
  }

  /// Hits and misses that were counted; a few may be lost where threads share a stripe.
  var counts: (hits: Int, misses: Int) {
    (0..<count).reduce(into: (0, 0)) { sum, index in
      sum.0 += self[index].pointee.hits.load(ordering: .relaxed)
      sum.1 += self[index].pointee.misses.load(ordering: .relaxed)
    }
  }
}
