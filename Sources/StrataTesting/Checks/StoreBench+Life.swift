// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import StrataCore

extension StoreBench {
  /// Many callers at once: nobody gets another key's value, nobody sees a version go back.
  func standsConcurrency() async throws {
    let known = Lock<[CacheKey: Version]>([:])
    let keys = (0..<4).map { key("k\($0)") }
    let tasks = (0..<8).map { worker in
      runtime.tasks.spawn("check") {
        do {
          for round in 0..<20 {
            let index = Int(self.runtime.random.below(4))
            let number = index + 4 * (worker * 100 + round)
            try await self.work(number, index, keys[index], known)
          }
        } catch {
          self.add("no failure among concurrent calls", "\(error)")
        }
      }
    }
    for task in tasks { await task.wait() }
  }

  private func work(
    _ number: Int, _ index: Int, _ key: CacheKey, _ known: borrowing Lock<[CacheKey: Version]>
  ) async throws {
    if runtime.random.below(2) == 0 {
      guard case .stored(let version) = try await set(write(number, to: key)) else { return }
      known.withLock { known in
        if known[key].map({ $0.isOlder(than: version) }) ?? true { known[key] = version }
      }
    } else {
      let before = known.withLock { $0[key] }
      let read = try await store.get(.one(key))[0]
      guard let found = self.number(in: read, key) else {
        return expect(before == nil, "what was stored and never removed", "nothing")
      }
      expect(found % 4 == index, "values of the key asked for", "another key's")
      if let before, let version = version(of: read), version.isOlder(than: before) {
        add("no version older than one whose write had returned", "an older one")
      }
    }
  }

  private func version(of read: StoreRead) -> Version? {
    if case .entry(let entry) = read.content { entry.version } else { read.version }
  }

  /// A ``FastStore`` says the same synchronously.
  func answersSynchronously() async throws {
    guard let fast = store as? any FastStore else { return }
    let key = key("a")
    expect(fast.lookup(key) == nil, "no entry for a key that never was", "one")
    guard case .stored(let version) = try await set(write(1, to: key, epoch: 5)) else { return }
    expect(fast.lookup(key)?.entry.payload?.live(as: Int.self) == 1, "what was stored", "another")
    expect(peek(fast, key)?.number == 1, "the payload in peek", "another, or none")
    expect(peek(fast, key)?.epoch == 5, "the epoch of the write", "another")
    let attention = fast.lookup(key)?.entry.attentionAt
    expect(peek(fast, key)?.attentionAt == attention, "attentionAt in peek", "another")
    fast.confirm(key, version: version, epoch: 6)
    expect(fast.lookup(key)?.epoch == 6, "the epoch of the last check", "another")
    let other = Version(issuer: version.issuer, number: version.number + 1)
    fast.confirm(key, version: other, epoch: 7)
    expect(fast.lookup(key)?.epoch == 6, "no confirmation of another version", "one")
    expect(!fast.adjust(key, version: other) { _ in }, "no change of another version", "one")
    let moment = runtime.now + .seconds(1)
    let isAdjusted = fast.adjust(key, version: version) { $0.attentionAt = moment }
    expect(isAdjusted, "a change of the times", "none")
    expect(peek(fast, key)?.attentionAt == moment, "the changed attentionAt in peek", "another")
    _ = try await store.remove(.one(key))
    expect(fast.lookup(key) == nil && peek(fast, key) == nil, "nothing after a removal", "an entry")
  }

  private func peek(
    _ fast: any FastStore, _ key: CacheKey
  ) -> (number: Int?, attentionAt: Timestamp, epoch: UInt64)? {
    var found: (Int?, Timestamp, UInt64)?
    key.withView { view in
      fast.peek(view) { payload, attentionAt, epoch in
        let number = payload?._withUnsafeGuaranteedRef { $0.live(as: Int.self) }
        found = (number ?? nil, attentionAt, epoch)
      }
    }
    return found
  }

  /// A store with `.persistence` has its entries when it is opened again.
  func survivesReopening() async throws {
    guard capabilities.contains(.persistence) else { return }
    try await set(write(1, to: key("a")))
    try await set(write(2, to: key("b")))
    _ = try await store.remove(.one(key("b")))
    await store.close()
    let again = try await again()
    try await expect(key("a"), holds: 1, "after it was closed and opened again", in: again)
    try await expect(key("b"), holds: nil, "of what was removed before it was closed", in: again)
    await again.close()
  }

  /// After `close` every call throws, and `close` may come twice.
  func throwsWhenClosed() async throws {
    try await set(write(1, to: key("a")))
    await store.close()
    await store.close()
    let key = key("a")
    await expectFailure("get") { _ = try await self.store.get(.one(key)) }
    await expectFailure("set") { _ = try await self.store.set(.one(self.write(2, to: key))) }
    await expectFailure("remove") { _ = try await self.store.remove(.one(key)) }
    await expectFailure("clear") { try await self.store.clear(self.namespace) }
  }

  private func expectFailure(
    _ what: String, _ operation: @Sendable () async throws -> Void
  ) async {
    do {
      try await operation()
      add("\(what) to throw after close", "it returned")
    } catch {}
  }
}

extension StoreRule {
  /// Runs the four operations in a row, cancelled at one step; then the store must still work.
  static func cancel(
    at step: Int, in world: Simulation,
    _ make: @escaping @Sendable (CacheRuntime) throws -> any CacheStore
  ) -> (findings: [Finding], isOver: Bool) {
    let isOver = Lock(true)
    let rule = StoreRule(name: "cancellation") { bench in
      let (key, other) = (bench.key("a"), bench.key("b"))
      try await bench.set(bench.write(1, to: other))
      let isDone = Lock(false)
      let call = bench.runtime.tasks.spawn("check") {
        _ = try? await bench.store.set(.one(bench.write(1, to: key)))
        _ = try? await bench.store.get(.one(key))
        _ = try? await bench.store.remove(.one(key))
        _ = try? await bench.store.clear("\(bench.namespace)-none")
        isDone.withLock { $0 = true }
      }
      world.atStep(world.steps + step) {
        let wasDone = isDone.withLock { $0 }
        isOver.withLock { $0 = wasDone }
        call.cancel()
      }
      await call.wait()
      try await bench.expect(other, holds: 1, "beside a call cancelled at step \(step)")
      try await bench.set(bench.write(2, to: key))
      try await bench.expect(key, holds: 2, "after a call cancelled at step \(step)")
    }
    return (rule.findings(in: world, make), isOver.withLock { $0 })
  }
}
