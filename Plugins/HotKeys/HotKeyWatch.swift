// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

internal import StrataCore

/// The summary of what is read, shared by all who read.
final class HotKeyWatch: Sendable {
  private let sketch: Lock<HotKeySketch>
  private let sampler: ReadSampler
  private let context: CacheContext

  init(context: CacheContext, rate: Int, track: Int, sample: Int) {
    self.context = context
    sampler = ReadSampler(interval: sample)
    sketch = Lock(
      HotKeySketch(capacity: track, threshold: Double(rate), now: context.runtime.now))
  }

  /// Takes note of a read, if it is one of the sample.
  @inline(__always)
  func note(_ key: KeyView) {
    if sampler.isDue() { record(key) }
  }

  private func record(_ key: KeyView) {
    let now = context.runtime.clock.coarseNow
    let weight = Double(sampler.interval)
    let (hash, bytes) = (key.hash, UInt(bitPattern: key.bytes.baseAddress))
    let count = key.bytes.count
    let becameHot = sketch.withLock { sketch in
      let buffer = UnsafeRawBufferPointer(
        start: UnsafeRawPointer(bitPattern: bytes), count: count)
      return sketch.record(KeyView(hash: hash, bytes: buffer), weight: weight, at: now)
    }
    guard becameHot else { return }
    context.report(
      .info, "key is hot", source: HotKeys.id.name,
      details: [("key", "\(CacheKey(key).digest)")])
  }

  func isHot(_ key: CacheKey) -> Bool {
    let now = context.runtime.clock.coarseNow
    return sketch.withLock { $0.isHot(key.hash, at: now) }
  }

  func hottest(_ limit: Int) -> [HotKey] {
    let now = context.runtime.clock.coarseNow
    return sketch.withLock { $0.hottest(limit, at: now) }
  }
}
