// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import Strata
import StrataCore

/// The lab: a cache on a real plan, a slow source, and the acts that show what the pipeline does.
///
/// It reaches the world only through the runtime, so that the tests run the same acts in virtual
/// time that `strata lab` runs in real time.
final class Lab: Sendable {
  typealias Article = LabSource.Article

  let runtime: CacheRuntime
  let source: LabSource
  private let open: @Sendable () async throws -> Strata
  private let running: Lock<Strata?>

  /// Every act, in the order in which they are shown.
  static let acts: [any LabAct] = [
    StampedeAct(), HitAct(), RefreshAct(), OutageAct(), RecoveryAct(), InvalidationAct(),
    RestartAct(),
  ]

  /// The cache of the plan that the lab plays with.
  static let cacheName = "articles"

  init(runtime: CacheRuntime, open: @escaping @Sendable () async throws -> Strata) {
    self.runtime = runtime
    self.open = open
    source = LabSource(clock: runtime.clock)
    running = Lock(nil)
  }

  /// The running caches, opened on first use.
  func strata() async throws -> Strata {
    if let strata = running.withLock({ $0 }) { return strata }
    let strata = try await open()
    running.withLock { $0 = strata }
    return strata
  }

  func cache() async throws -> Cache<Int, Article> {
    try await strata().cache(Self.cacheName)
  }

  /// Ends the caches as a service does when it stops.
  func stop() async {
    let strata = running.withLock { running in
      defer { running = nil }
      return running
    }
    await strata?.shutdown(within: .seconds(5))
  }

  /// One call as a caller sees it, with the time it took.
  func call(_ id: Int) async throws -> LabCall {
    let cache = try await cache()
    let began = runtime.now
    let source = source
    let reply = try await cache.reply(for: id) { _ in try await source.article(id) }
    return LabCall(reply: reply, took: runtime.now - began)
  }

  /// Many calls at the same time.
  func calls(_ count: Int, _ id: Int) async throws -> [LabCall] {
    try await withThrowingTaskGroup(of: LabCall.self) { group in
      for _ in 0..<count { group.addTask { try await self.call(id) } }
      var calls: [LabCall] = []
      for try await call in group { calls.append(call) }
      return calls
    }
  }

  func pause(_ duration: Duration) async throws { try await runtime.clock.sleep(for: duration) }
}

/// What one caller got, and when.
struct LabCall: Sendable {
  let reply: Reply<Lab.Article>
  let took: Duration

  var edition: Int? { reply.value?.edition }
  var failed: Bool { reply.failure != nil }
}

extension [LabCall] {
  /// The longest that any caller waited.
  var slowest: Duration { map(\.took).max() ?? .zero }
}

extension Duration {
  /// The duration as a person reads it: `1.2 ms`.
  var shown: String {
    let nanoseconds = saturatingNanoseconds
    switch nanoseconds {
    case ..<10_000: return "\(nanoseconds) ns"
    case ..<10_000_000: return "\(tenths(nanoseconds, 1_000)) µs"
    case ..<10_000_000_000: return "\(tenths(nanoseconds, 1_000_000)) ms"
    default: return "\(tenths(nanoseconds, 1_000_000_000)) s"
    }
  }

  private func tenths(_ nanoseconds: Int64, _ unit: Int64) -> String {
    let tenths = nanoseconds * 10 / unit
    return tenths >= 1000 ? "\(tenths / 10)" : "\(tenths / 10).\(tenths % 10)"
  }
}
