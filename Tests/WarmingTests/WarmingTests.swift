// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import Strata
import StrataTesting
import TestSupport
import Testing
@testable import Warming

@Suite("Warming")
struct WarmingTests {
  static func plan(_ options: String) -> String {
    Shop.yaml(
      """
      - warming: { \(options) }
      - local: { store: memory }
      - stampede-guard
      """, settings: "ttl: 1h")
  }

  private static let hundred = "keys: [\((1...100).map(String.init).joined(separator: ", "))]"

  @Test func `every key is loaded once, and what is fresh is not`() throws {
    try Simulation(seed: 1).run { world in
      let strata = try await Shop.open(Self.plan("keys: [1, 2, 3, 2]"), world)
      let users: Cache<Int, User> = try strata.cache("users")
      let source = Source(world)
      try await users.set(2, User(id: 2, name: "set"))
      let progress = try await users.warm { try await source.user($0) }
      #expect(progress.total == 3 && progress.loaded == 2 && progress.found == 1)
      #expect(progress.aborted == nil && progress.ended != nil)
      #expect((1...3).allSatisfy { users.cached($0) != nil })
      #expect(source.loads == 2)
      #expect(strata.stage(Warming.self, in: "users")?.progress == progress)
    }
  }

  @Test func `a run begins slowly and keeps to its rate`() throws {
    try Simulation(seed: 2).run { world in
      let strata = try await Shop.open(
        Self.plan("\(Self.hundred), rate: 20, ramp: 4s, concurrency: 100"), world)
      let users: Cache<Int, User> = try strata.cache("users")
      let times = Lock<[Timestamp]>([])
      let began = world.clock.now
      try await users.warm { id in
        times.withLock { $0.append(world.clock.now) }
        return User(id: id, name: "")
      }
      let seconds = times.withLock { $0 }.map { Int(($0 - began).components.seconds) }
      let rates = Dictionary(grouping: seconds, by: \.self).mapValues(\.count)
      #expect((rates[0] ?? 0) <= 6)
      #expect(rates.values.allSatisfy { $0 <= 21 })
      #expect((rates[5] ?? 0) >= 19)
    }
  }

  @Test func `a source that fails is left alone`() throws {
    try Shop.run(Self.plan("\(Self.hundred), concurrency: 1"), seed: 3) { world, users, source in
      source.fail()
      let progress = try await users.warm { try await source.user($0) }
      #expect(progress.aborted == .failures)
      #expect(progress.failed == 10 && source.loads == 10)
      #expect(world.reports.count(of: "warmed") == 1)
    }
  }

  @Test func `a run ends with its time, its caller or the cache`() throws {
    try Simulation(seed: 4).run { world in
      let strata = try await Shop.open(
        Self.plan("\(Self.hundred), rate: 10, ramp: 0s, max-time: 3s"), world)
      let users: Cache<Int, User> = try strata.cache("users")
      let source = Source(world)
      let progress = try await users.warm { try await source.user($0) }
      #expect(progress.aborted == .time && progress.loaded >= 28 && progress.loaded <= 31)
      let stage = try #require(strata.stage(Warming.self, in: "users"))
      let run = world.spawn { _ = try? await stage.run { _ in true } }
      try await world.sleep(for: .milliseconds(550))
      await #expect(throws: CacheError.self) { try await stage.run { _ in true } }
      run.cancel()
      await run.wait()
      #expect(stage.progress.aborted == .cancelled)
    }
  }

  @Test func `the schedule warms once a loader was left, over a reload too`() throws {
    try Simulation(seed: 5).run { world in
      let yaml = Self.plan("keys: [1, 2], schedule: \"0 * * * *\"")
      let strata = try await Shop.open(yaml, world)
      let users: Cache<Int, User> = try strata.cache("users")
      let source = Source(world)
      try await world.sleep(for: .seconds(3600))
      #expect(world.reports.count(of: "not warmed") == 1)
      try users.keepWarm { try await source.user($0) }
      try await world.sleep(for: .seconds(3600))
      #expect(source.loads == 2)
      try await strata.replace(plan: try Shop.plan(yaml.replacing("1h", with: "2h")))
      try await users.clear()
      try await world.sleep(for: .seconds(3600))
      #expect(source.loads == 4)
      await strata.shutdown()
    }
  }

  @Test func `the most frequent keys of a file are taken, in order`() throws {
    let disk = SimulatedDisk()
    try Simulation(seed: 6, disk: disk).run { world in
      let lines = [
        "# log", "7", "3", "7", "9", "3", "7", "", "5\r", String(repeating: "x", count: 5000),
      ]
      let file = try disk.open("/asked.log", .create)
      let bytes = Array(lines.joined(separator: "\n").utf8)
      _ = try bytes.withUnsafeBytes { buffer throws in try file.write(buffer, at: 0) }
      let strata = try await Shop.open(Self.plan("file: /asked.log, top: 3, keys: [1, 7]"), world)
      let stage = try #require(strata.stage(Warming.self, in: "users"))
      #expect(try stage.list() == ["1", "7", "3", "9"])
    }
  }

  @Test func `a key that does not fit is a failure, not a crash`() throws {
    try Shop.run(Self.plan("keys: [one, 2]"), seed: 7) { _, users, source in
      let progress = try await users.warm { try await source.user($0) }
      #expect(progress.failed == 1 && progress.loaded == 1)
    }
  }

  @Test func `what cannot work is refused`() throws {
    let none = try Shop.problems("- warming\n- local: { store: memory }")
    #expect(none.contains { $0.contains("knows no keys") })
    for cron in ["every day", "0 0 30 2 *", "61 * * * *", "* * * *", "5-1 * * * *", "*/0 * * * *"] {
      let problems = try Shop.problems(
        "- warming: { keys: [1], schedule: \"\(cron)\" }\n- local: { store: memory }")
      #expect(problems.contains { $0.contains("is no cron expression") }, "\(cron)")
    }
  }

  @Test func `its page names every option with its default`() throws {
    #expect(try PluginPage.missing(Warming.self, folder: "Warming") == [])
  }
}

@Suite("Cron")
struct CronTests {
  /// Seconds since 1970 of some moments, from a calendar.
  @Test(arguments: [
    ("* * * * *", 1_700_000_000, 1_700_000_040),
    ("0 4 * * *", 1_700_000_000, 1_700_020_800),
    ("*/15 * * * *", 1_700_000_000, 1_700_000_100),
    ("30 9 * * 1-5", 1_700_215_200, 1_700_472_600),
    ("0 0 29 2 *", 1_700_000_000, 1_709_164_800),
    ("0 0 1 1 *", 1_700_000_000, 1_704_067_200),
    ("0 0 13 * 5", 1_700_000_000, 1_700_179_200),
    ("0 12 * * 0,7", 1_700_000_000, 1_700_395_200),
  ])
  func `the next moment is the calendar's`(text: String, now: Int64, next: Int64) throws {
    let schedule = try #require(CronSchedule(text))
    let moment = Timestamp(nanoseconds: now * 1_000_000_000)
    #expect(schedule.next(after: moment)?.nanoseconds == next * 1_000_000_000)
  }

  @Test func `a moment that is due is not its own next`() throws {
    let schedule = try #require(CronSchedule("* * * * *"))
    let due = Timestamp(nanoseconds: 1_700_000_040_000_000_000)
    #expect(schedule.next(after: due) == due + .seconds(60))
  }
}
