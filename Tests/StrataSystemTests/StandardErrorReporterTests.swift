// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import Glibc
import StrataCore
import StrataSystem
import Testing

@Suite("Standard error reporter") struct StandardErrorReporterTests {
  let clock = HandClock()
  let pipe = TestPipe()

  @Test func `one report is one line`() {
    let reporter = StandardErrorReporter(clock: clock, descriptor: pipe.input)
    reporter.report(
      CacheReport(.warning, "store failed", source: "remote", cache: "users", details: [("n", "1")])
    )
    #expect(pipe.lines() == ["strata warning users/remote: store failed cache.n=1"])
  }

  @Test func `quiet reports are dropped below the threshold`() {
    let reporter = StandardErrorReporter(clock: clock, threshold: .warning, descriptor: pipe.input)
    reporter.report(CacheReport(.info, "started", source: "pipeline"))
    reporter.report(CacheReport(.error, "stopped", source: "pipeline"))
    #expect(pipe.lines() == ["strata error pipeline: stopped"])
  }

  @Test func `a flood is cut and summed up when the second is over`() {
    let reporter = StandardErrorReporter(clock: clock, perSecond: 2, descriptor: pipe.input)
    for _ in 0..<1_000 { reporter.report(CacheReport(.error, "down", source: "remote")) }
    reporter.report(CacheReport(.error, "down", source: "local"))
    #expect(
      pipe.lines() == [
        "strata error remote: down", "strata error remote: down", "strata error local: down",
      ])
    clock.advance(by: .seconds(1))
    #expect(pipe.lines() == ["strata error remote: down cache.repeated=998"])
    clock.advance(by: .seconds(5))
    #expect(pipe.lines() == [])
    reporter.report(CacheReport(.error, "down", source: "remote"))
    #expect(pipe.lines() == ["strata error remote: down"])
  }

  @Test func `a flood of ever new messages is cut as well`() {
    let reporter = StandardErrorReporter(clock: clock, perSecond: 1, descriptor: pipe.input)
    for index in 0..<10_000 {
      reporter.report(CacheReport(.error, "message \(index)", source: "s"))
    }
    #expect(pipe.lines().count == 257)
    clock.advance(by: .seconds(1))
    #expect(pipe.lines() == ["strata warning reports: others cache.repeated=9743"])
  }

  @Test func `control characters cannot break a line and long lines are cut`() {
    let reporter = StandardErrorReporter(clock: clock, descriptor: pipe.input)
    let long = String(repeating: "x", count: 10_000)
    reporter.report(CacheReport(.info, "a\nb\u{1b}[31m", source: "s", details: [("d", long)]))
    let lines = pipe.lines()
    #expect(lines.count == 1)
    #expect(lines.first?.hasPrefix("strata info s: a b [31m cache.d=x") == true)
    #expect(lines.first?.utf8.count == 4_095)
  }

  @Test func `a reader that has stopped reading blocks nobody and loses a counted number`() {
    let reporter = StandardErrorReporter(clock: clock, perSecond: 10_000, descriptor: pipe.input)
    let long = String(repeating: "x", count: 5_000)
    for _ in 0..<100 { reporter.report(CacheReport(.info, long, source: "s")) }
    let written = pipe.lines().count
    #expect(written < 100)
    reporter.report(CacheReport(.info, "back", source: "s"))
    #expect(pipe.lines() == ["strata info s: back cache.unwritten=\(100 - written)"])
  }
}

/// A clock moved by hand; its actions run on the mover's thread.
final class HandClock: CacheClock {
  private struct State {
    var now = Timestamp(nanoseconds: 1_000)
    var timers = TimerQueue<@Sendable () -> Void>()
  }

  private let state = Lock(State())

  var now: Timestamp { state.withLock { $0.now } }
  var coarseNow: Timestamp { now }
  var coarseLag: Duration { .zero }

  func schedule(
    at time: Timestamp, _ action: @escaping @Sendable () -> Void
  ) -> any CacheTimer {
    let ticket = state.withLock { $0.timers.schedule(at: time.nanoseconds, action) }
    return HandTimer { self.state.withLock { $0.timers.cancel(ticket) != nil } }
  }

  func advance(by duration: Duration) {
    let now = state.withLock { state in
      state.now = state.now + duration
      return state.now.nanoseconds
    }
    while let action = state.withLock({ $0.timers.popDue(at: now) }) { action() }
  }
}

private final class HandTimer: CacheTimer {
  private let withdraw: @Sendable () -> Bool

  init(withdraw: @escaping @Sendable () -> Bool) { self.withdraw = withdraw }
  func cancel() -> Bool { withdraw() }
}

/// A pipe of which a test reads what is there.
final class TestPipe: Sendable {
  let input: Int32
  private let output: Int32

  init() {
    var ends: [Int32] = [0, 0]
    Glibc.pipe(&ends)
    (output, input) = (ends[0], ends[1])
  }

  deinit {
    close(input)
    close(output)
  }

  func lines() -> [String] {
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 65_536)
    var there = pollfd(fd: output, events: Int16(POLLIN), revents: 0)
    while poll(&there, 1, 0) == 1 {
      let count = read(output, &buffer, buffer.count)
      guard count > 0 else { break }
      bytes += buffer.prefix(count)
    }
    return bytes.split(separator: 0x0a).map { String(decoding: $0, as: UTF8.self) }
  }
}
