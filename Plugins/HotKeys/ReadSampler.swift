// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

internal import CEpoch
internal import StrataCore
internal import Synchronization

/// Lets one read in so many be recorded, counted by each thread for itself.
///
/// Threads beyond the stripes share some; a count may then be lost, which a sample can bear.
final class ReadSampler: @unchecked Sendable {
  // Sendable: the memory is fixed, and consists of atomics.
  private static let stripes = 16
  private static let line = 128
  private let memory: UnsafeMutableRawPointer
  let interval: Int

  init(interval: Int) {
    self.interval = max(1, interval)
    let bytes = Self.stripes * Self.line
    memory = .allocate(byteCount: bytes, alignment: Self.line)
    memory.initializeMemory(as: UInt8.self, repeating: 0, count: bytes)
  }

  deinit { memory.deallocate() }

  /// Whether this read is one to record. Nothing here may suspend.
  @inline(__always)
  func isDue() -> Bool {
    let stripe = Int(strata_reader_current().pointee.number) & (Self.stripes - 1)
    let count = (memory + stripe * Self.line).assumingMemoryBound(to: Atomic<Int>.self)
    let next = count.pointee.load(ordering: .relaxed) &+ 1
    let isDue = next >= interval
    count.pointee.store(isDue ? 0 : next, ordering: .relaxed)
    return isDue
  }
}
