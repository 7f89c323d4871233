// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import StrataCore

extension StageBench {
  /// A call with a deadline ends by then, whatever the source does.
  func heedsDeadlines() async {
    source.withLock { $0 = .hangs }
    let start = world.clock.now
    do {
      _ = try await send(.read, [1], timeout: .seconds(1))
    } catch let error as CacheError {
      let isOwn = error.stage == id && error.code == .stageFailed
      expect(!isOwn, "a deadline reported as one", error.message)
    } catch {
      add("a CacheError for a deadline", "\(type(of: error))")
    }
    let time = world.clock.now - start
    expect(time <= .seconds(1), "an answer within the deadline of 1 s", "one after \(time)")
  }

  /// Many callers at once get their own answers.
  func standsConcurrency() async {
    let callers = (0..<48).map { caller in
      world.spawn {
        let keys = caller % 5 == 0 ? [1, 2, 3, 4] : [1 + caller % 4]
        do {
          let found = try await self.read(keys).map(\.value)
          let right = keys.map(self.value)
          self.expect(found == right, "each caller's own answers", "\(found) for \(keys)")
        } catch {
          self.add("answers for concurrent callers", "\(error)")
        }
      }
    }
    for caller in callers { await caller.wait() }
  }

  /// A loader may ask the same cache for another key.
  func standsReentrancy() async {
    let loader = Loader.each { context in
      let inner = try await self.read([2]).first?.value
      return LivePayload(10 + (inner ?? 0))
    }
    var request = CacheRequest(.read, keys: .one(key(1)), loader: loader, coder: NumberCoder())
    request.options.timeout = .seconds(60)
    let reply = try? await pipeline.respond(to: request).first
    let found = reply?.entry?.payload?.live(as: Int.self)
    expect(
      found == 10 + value(2), "an answer to a load that reads another key",
      found.map { "\($0)" } ?? "none")
  }

  /// What the stage started ends in time, also with a load under way.
  func shutsDown() async {
    pipeline.start()
    await attempt(.read, [1, 2])
    try? await world.sleep(for: .seconds(30))
    source.withLock { $0 = .hangs }
    let caller = world.spawn { _ = try? await self.send(.read, [3], timeout: .seconds(5)) }
    try? await world.sleep(for: .seconds(1))
    let start = world.clock.now
    let late = await pipeline.shutdown(by: start + .seconds(10))
    let time = world.clock.now - start
    expect(!late.contains(id), "an end of its work by the deadline of 10 s", "it had to be cut off")
    expect(time <= .seconds(10), "a shutdown within its deadline of 10 s", "one of \(time)")
    caller.cancel()
    await caller.wait()
  }
}
