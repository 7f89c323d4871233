// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import StrataCore

/// Which keys are read most, in bounded memory: counts per window for the keys that matter.
///
/// A *space-saving* summary. A key that is not tracked takes the place of one with a low count and
/// inherits it as its possible error, so what is counted less that error is never too high, and no
/// key read more often than one in `capacity` of all reads is missed. The low count is the lowest
/// of eight places drawn by a counter, not of all: with few hot keys among many cold ones nearly
/// every place is a low one. Keys are known by their hash until they are hot; only then are their
/// bytes copied.
struct HotKeySketch {
  struct Slot {
    var hash: UInt64
    /// Reads in this window, and how many of them may be another key's.
    var count: Double
    var error: Double
    /// Reads per second in the last window, at least.
    var rate = 0.0
    var key: CacheKey?
  }

  private(set) var slots: [Slot] = []
  private var places: [UInt64: Int] = [:]
  private var hand = 0
  private let capacity: Int
  private let threshold: Double
  private let window: Duration
  private var began: Timestamp

  /// Tracks `capacity` keys; those with `threshold` reads per second or more are hot.
  init(capacity: Int, threshold: Double, window: Duration = .seconds(1), now: Timestamp) {
    self.capacity = max(1, capacity)
    self.threshold = threshold
    self.window = window
    began = now
    slots.reserveCapacity(self.capacity)
    places.reserveCapacity(self.capacity)
  }

  private var seconds: Double { Double(window.saturatingNanoseconds) / 1e9 }

  /// Counts reads of a key; returns whether the key became hot by them.
  mutating func record(_ key: KeyView, weight: Double, at now: Timestamp) -> Bool {
    turn(to: now)
    let index = place(for: key.hash)
    slots[index].count += weight
    let isHot = slots[index].count - slots[index].error >= threshold * seconds
    guard isHot, slots[index].key == nil else { return false }
    slots[index].key = CacheKey(key)
    return true
  }

  private mutating func place(for hash: UInt64) -> Int {
    if let index = places[hash] { return index }
    if slots.count < capacity {
      slots.append(Slot(hash: hash, count: 0, error: 0))
      places[hash] = slots.count - 1
      return slots.count - 1
    }
    let index = lowest()
    places[slots[index].hash] = nil
    let inherited = slots[index].count
    slots[index] = Slot(hash: hash, count: inherited, error: inherited)
    places[hash] = index
    return index
  }

  /// The lowest of eight places, spread by a step that is odd and so visits all.
  private mutating func lowest() -> Int {
    var best = hand
    for _ in 0..<8 {
      hand = (hand + 7919) % slots.count
      if isLower(slots[hand], slots[best]) { best = hand }
    }
    return best
  }

  private func isLower(_ left: Slot, _ right: Slot) -> Bool {
    (left.count + left.rate * seconds) < (right.count + right.rate * seconds)
  }

  /// Ends windows that are over: counts become rates, and begin anew.
  private mutating func turn(to now: Timestamp) {
    guard now - began >= window else { return }
    let isNext = now - began < window + window
    for index in slots.indices {
      let sure = slots[index].count - slots[index].error
      slots[index].rate = isNext ? sure / seconds : 0
      slots[index].count = 0
      slots[index].error = 0
      if slots[index].rate < threshold { slots[index].key = nil }
    }
    began = now
  }

  /// Whether the key is hot: in this window already, or still from the last.
  mutating func isHot(_ hash: UInt64, at now: Timestamp) -> Bool {
    turn(to: now)
    return places[hash].map { slots[$0].key != nil } ?? false
  }

  /// The keys that are hot, hottest first, with their reads per second.
  mutating func hottest(_ limit: Int, at now: Timestamp) -> [HotKey] {
    turn(to: now)
    let hot = slots.compactMap { slot in
      slot.key.map { HotKey(key: $0, rate: max(slot.rate, (slot.count - slot.error) / seconds)) }
    }
    return Array(hot.sorted { ($0.rate, $1.key.text) > ($1.rate, $0.key.text) }.prefix(limit))
  }
}
