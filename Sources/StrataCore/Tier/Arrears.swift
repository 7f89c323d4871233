// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

private import Synchronization

/// What a tier owes its store: changes that failed there and may have left an old value behind.
///
/// Until such a debt is paid the tier neither reads nor fills what it is about, so that the old
/// value cannot come back. Bounded: beyond `capacity` keys everything is owed, which one removal of
/// the whole namespace pays. What a process still owes when it ends is lost, and the old value
/// stays in the store until it expires there.
final class Arrears: Sendable {
  /// Everything that is owed at one moment.
  struct Account: Sendable {
    var keys: [CacheKey] = []
    var tags: [Tag] = []
    var isEverything = false
    /// Debts of up to this number are in it.
    var number: UInt64 = 0
  }

  private struct State {
    var keys: [CacheKey: UInt64] = [:]
    var tags: [Tag: UInt64] = [:]
    var everything: UInt64?
    var number: UInt64 = 0
    var failures = 0
    var isScheduled = false

    var isEmpty: Bool { keys.isEmpty && tags.isEmpty && everything == nil }
  }

  private let state = Lock(State())
  private let isClear = Atomic<Bool>(true)
  private let capacity: Int

  init(capacity: Int = 10_000) { self.capacity = capacity }

  /// Whether nothing is owed: one load of a word, for those who come by on every read.
  var isEmpty: Bool { isClear.load(ordering: .acquiring) }

  /// The number of the newest debt: what is carried out from now on pays those of up to this.
  var number: UInt64 { state.withLock { $0.number } }

  // MARK: Owing

  /// Owes changes; `true` where nothing was owed before.
  func add(keys: some Sequence<CacheKey> = [], tags: [Tag] = [], everything: Bool = false) -> Bool {
    let capacity = capacity
    return state.withLock { state in
      let isFirst = state.isEmpty
      state.number += 1
      for key in keys { state.keys[key] = state.number }
      for tag in tags { state.tags[tag] = state.number }
      let isFull = state.keys.count + state.tags.count > capacity
      if everything || isFull { state.everything = state.number }
      if isFull { (state.keys, state.tags) = ([:], [:]) }
      isClear.store(state.isEmpty, ordering: .releasing)
      return isFirst && !state.isEmpty
    }
  }

  /// Whether the store may have an old value for the key.
  func holds(_ key: CacheKey) -> Bool {
    if isEmpty { return false }
    return state.withLock { $0.everything != nil || $0.keys[key] != nil }
  }

  /// Whether the store may not know that one of the tags was invalidated.
  func holds(_ tags: [Tag]) -> Bool {
    if isEmpty || tags.isEmpty { return false }
    return state.withLock { state in tags.contains { state.tags[$0] != nil } }
  }

  // MARK: Paying

  /// Notes that changes have been carried out that were begun after the debt of this number.
  func pay(
    keys: some Sequence<CacheKey> = [], tags: [Tag] = [], everything: Bool = false,
    upTo number: UInt64
  ) {
    if isEmpty { return }
    state.withLock { state in
      for key in keys { if let owed = state.keys[key], owed <= number { state.keys[key] = nil } }
      for tag in tags { if let owed = state.tags[tag], owed <= number { state.tags[tag] = nil } }
      if everything {
        state.keys = state.keys.filter { $0.value > number }
        if let owed = state.everything, owed <= number { state.everything = nil }
      }
      isClear.store(state.isEmpty, ordering: .releasing)
    }
  }

  /// Makes the caller the one who will try to pay, after this long; `nil` where another is, or
  /// nothing is owed.
  func schedule() -> Duration? {
    state.withLock { state in
      guard !state.isEmpty, !state.isScheduled else { return nil }
      state.isScheduled = true
      return min(.seconds(10), .milliseconds(100) * (1 << min(state.failures, 7)))
    }
  }

  /// Begins to pay: what is owed now.
  func begin() -> Account {
    state.withLock { state in
      Account(
        keys: state.keys.keys.sorted { $0.bytes.lexicographicallyPrecedes($1.bytes) },
        tags: state.tags.keys.sorted { $0.name < $1.name },
        isEverything: state.everything != nil, number: state.number)
    }
  }

  /// Ends an attempt; `true` where nothing is owed any more.
  func end(failed: Bool) -> Bool {
    state.withLock { state in
      state.isScheduled = false
      state.failures = failed ? state.failures + 1 : 0
      return state.isEmpty
    }
  }
}
