// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

public import StrataCore

/// One pipeline as its cache uses it: what the fast road needs, side by side.
@usableFromInline final class Road: Sendable {
  @usableFromInline let pipeline: Pipeline
  @usableFromInline let store: any FastStore
  @usableFromInline let hasStore: Bool
  @usableFromInline let keys: KeyMaker
  @usableFromInline let ledger: InvalidationLedger
  @usableFromInline let clock: any CacheClock
  @usableFromInline let observers: [any HitObserving]
  @usableFromInline let hasObservers: Bool
  private let format: any PayloadCodec
  private let madeCoder = Lock<(any PayloadCoder)?>(nil)

  init(_ pipeline: Pipeline, format: any PayloadCodec) {
    self.pipeline = pipeline
    self.format = format
    store = pipeline.fastStore ?? NoStore.shared
    hasStore = pipeline.fastStore != nil
    let context = pipeline.context
    keys = KeyMaker(
      policy: context.policy, seed: context.runtime.hashSeed, generation: context.keyGeneration)
    ledger = context.ledger
    clock = context.runtime.clock
    observers = pipeline.observers
    hasObservers = !pipeline.observers.isEmpty
  }

  /// The coder of the cache's values: made once, since all users of a cache agree on their type.
  @usableFromInline func coder<Value: Codable & Sendable>(for type: Value.Type) -> any PayloadCoder
  {
    if let coder = madeCoder.withLock({ $0 }) { return coder }
    // Outside the lock: finding a type's schema runs its own `init(from:)`.
    let coder = TypedCoder<Value>(format)
    madeCoder.withLock { $0 = coder }
    return coder
  }

  /// Shows a hit to the stages that must see every one.
  @usableFromInline func observe(_ key: KeyView, _ label: String?) {
    // By index: an iterator allocates where nothing is optimized, and a hit must not.
    var index = 0
    while index < observers.count {
      if let label {
        observers[index].observeHit(key, label: label)
      } else {
        observers[index].observeHit(key)
      }
      index += 1
    }
  }
}

/// What the fast road found.
@usableFromInline enum FastAnswer<Value> {
  /// A fresh value.
  case value(Value)
  /// The fresh knowledge that there is no value.
  case notFound
  /// Nothing that could be answered at once.
  case none
}

extension Road {
  /// The fast road: one lookup and two comparisons.
  ///
  /// The entry is good while the coarse clock is before its `attentionAt` and the cache's epoch is
  /// the one in which the entry was last checked. Everything that stages want of it later is folded
  /// into the first, every invalidation into the second.
  @inlinable @inline(__always)
  func answer<Value: Sendable>(
    _ key: KeyView, as type: Value.Type, label: String? = nil
  ) -> FastAnswer<Value> {
    guard hasStore else { return .none }
    var answer = FastAnswer<Value>.none
    let epoch = ledger.epoch
    let now = clock.coarseNow
    store.peek(key) { payload, attentionAt, checked in
      guard now < attentionAt, checked == epoch else { return }
      guard let payload else { return answer = .notFound }
      payload._withUnsafeGuaranteedRef {
        if let value = $0.live(as: Value.self) { answer = .value(value) }
      }
    }
    if hasObservers, case .none = answer { return answer }
    if hasObservers { observe(key, label) }
    return answer
  }
}
