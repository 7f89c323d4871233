// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import StrataCore
import StrataTesting
import Testing

@Suite("Deadlines of calls")
struct DeadlineTests {
  /// Reads with a loader that takes ten seconds, and says how long the call took.
  private func time(_ options: RequestOptions, policy: Duration? = nil) throws -> Duration {
    try Simulation(seed: 1).run { world in
      var plan = CachePolicy(name: "test", ttl: .seconds(60))
      plan.timeout = policy
      let context = CacheContext(policy: plan, runtime: world.runtime)
      let pipeline = Pipeline(stages: [], context: context)
      let request = CacheRequest(
        .read, keys: .one(CacheKey(bytes: [1], seed: 1)), options: options,
        loader: .each { _ in
          try await world.sleep(for: .seconds(10))
          return LivePayload(1)
        })
      let start = world.clock.now
      _ = try? await pipeline.respond(to: request)
      let time = world.clock.now - start
      await world.settle()
      #expect(world.runningTasks == 1)
      #expect(world.clock.pendingTimers == 0)
      #expect(context.ledger.heldLeases == 0)
      return time
    }
  }

  @Test func `without one a call takes its time`() throws {
    #expect(try time(.standard) == .seconds(10))
  }

  @Test func `the earliest of deadline, timeout and the plan's timeout counts`() throws {
    let start = VirtualClock().now
    var options = RequestOptions()
    options.timeout = .seconds(3)
    #expect(try time(options) == .seconds(3))
    options.deadline = start + .seconds(2)
    #expect(try time(options) == .seconds(2))
    options.deadline = start + .seconds(8)
    #expect(try time(options) == .seconds(3))
    #expect(try time(.standard, policy: .seconds(5)) == .seconds(5))
    #expect(try time(options, policy: .seconds(1)) == .seconds(3))
  }

  @Test func `one that has passed already ends the call at once`() throws {
    var options = RequestOptions()
    options.deadline = .distantPast
    #expect(try time(options) == .zero)
  }
}
