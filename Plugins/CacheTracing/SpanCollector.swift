// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

public import StrataCore

/// A tracer that keeps finished spans in memory until somebody takes them, for exporters and tests.
///
/// Bounded: beyond `capacity` the oldest are dropped and counted. Ids come from the runtime. A
/// trace whose parent is not recorded is not recorded here either; one without a parent is, by
/// chance.
public final class SpanCollector: CacheTracer {
  /// A span that has ended.
  public struct Finished: Sendable {
    /// Its own ids.
    public let context: TraceContext
    /// How it began.
    public let start: SpanStart
    /// How it ended.
    public let end: SpanEnd
    /// How long it took.
    public var duration: Duration { end.time - start.time }
  }

  private struct State {
    var finished: [Finished] = []
    var first = 0
    var dropped = 0
  }

  private let state = Lock(State())
  private let random: any CacheRandom
  private let capacity: Int
  private let share: Fraction

  /// Creates a collector that records this share of the traces that begin here.
  public init(
    runtime: CacheRuntime, capacity: Int = 10_000, share: Fraction = Fraction(percent: 100)
  ) {
    random = runtime.random
    self.capacity = max(1, capacity)
    self.share = share
  }

  /// Begins a span in its parent's trace, or in a new one.
  public func begin(_ start: SpanStart) -> (any CacheSpan)? {
    if let parent = start.parent {
      return parent.isSampled ? CollectedSpan(child(of: parent), start, self) : nil
    }
    guard Int64(random.below(1_000_000_000)) < share.billionths else { return nil }
    return CollectedSpan(root(), start, self)
  }

  private func root() -> TraceContext? {
    TraceContext(
      traceHigh: random.next() | 1, traceLow: random.next(), span: random.next() | 1, flags: 1)
  }

  private func child(of parent: TraceContext) -> TraceContext? {
    TraceContext(
      traceHigh: parent.traceHigh, traceLow: parent.traceLow, span: random.next() | 1,
      flags: parent.flags)
  }

  fileprivate func keep(_ span: Finished) {
    let capacity = capacity
    state.withLock { state in
      state.finished.append(span)
      guard state.finished.count - state.first > capacity else { return }
      state.first += 1
      state.dropped += 1
      // The dropped ones are let go of in bulk, so that keeping one stays O(1).
      if state.first >= capacity {
        state.finished.removeFirst(state.first)
        state.first = 0
      }
    }
  }

  /// Hands out the finished spans, oldest first, and forgets them.
  public func take() -> [Finished] {
    state.withLock { state in
      defer { (state.finished, state.first) = ([], 0) }
      return Array(state.finished[state.first...])
    }
  }

  /// How many spans were dropped since nobody took them.
  public var dropped: Int { state.withLock { $0.dropped } }
}

private final class CollectedSpan: CacheSpan {
  let context: TraceContext
  private let start: SpanStart
  private let collector: SpanCollector

  init?(_ context: TraceContext?, _ start: SpanStart, _ collector: SpanCollector) {
    guard let context else { return nil }
    self.context = context
    self.start = start
    self.collector = collector
  }

  func end(_ end: SpanEnd) {
    collector.keep(SpanCollector.Finished(context: context, start: start, end: end))
  }
}
