// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

#if canImport(Glibc)
  private import Glibc
#elseif canImport(Musl)
  private import Musl
#else
  private import Darwin
#endif
public import StrataCore

/// A reporter that writes one line per report to the standard error.
///
/// At most `perSecond` lines per second and message; the rest are counted, and one summary line
/// says how many when the second is over. It never waits: where the reader of a pipe has stopped
/// reading, lines are dropped and counted.
public final class StandardErrorReporter: CacheReporter {
  private struct State {
    var gate: ReportGate
    var unwritten = 0
  }

  /// What a pipe takes whole or not at all.
  private static let longestLine = 4_096

  private let clock: any CacheClock
  private let threshold: CacheReport.Level
  private let descriptor: Int32
  private let state: Lock<State>

  /// Creates a reporter.
  ///
  /// - Parameters:
  ///   - clock: Tells when a second is over.
  ///   - threshold: The quietest level that is written.
  ///   - perSecond: How many lines of one message are written per second.
  ///   - descriptor: The file descriptor to write to; it stays open.
  public init(
    clock: any CacheClock, threshold: CacheReport.Level = .info, perSecond: Int = 5,
    descriptor: Int32 = 2
  ) {
    self.clock = clock
    self.threshold = threshold
    self.descriptor = descriptor
    state = Lock(State(gate: ReportGate(limit: max(1, perSecond))))
  }

  /// Writes the report, or counts it where its message has had its share of this second.
  public func report(_ report: CacheReport) {
    guard report.level >= threshold else { return }
    let subject = ReportGate.Subject(
      level: report.level, source: report.source, cache: report.cache, message: report.message)
    let now = clock.now
    let verdict = state.withLock { state in
      let verdict = state.gate.judge(subject, at: now)
      if verdict == .write { write(report, &state) }
      return verdict
    }
    guard case .hold(let held, opensSummary: true) = verdict else { return }
    _ = clock.schedule(at: now + .seconds(1)) { self.summarize(held) }
  }

  private func summarize(_ subject: ReportGate.Subject) {
    state.withLock { state in
      let count = state.gate.close(subject)
      let summary = CacheReport(
        subject.level, subject.message, source: subject.source, cache: subject.cache,
        details: [("repeated", "\(count)")])
      if count > 0 { write(summary, &state) }
    }
  }

  private func write(_ report: CacheReport, _ state: inout State) {
    var report = report
    if state.unwritten > 0 { report.details.append(("unwritten", "\(state.unwritten)")) }
    state.unwritten = writeLine("strata \(report)") ? 0 : state.unwritten + 1
  }

  private func writeLine(_ text: String) -> Bool {
    // Control characters would break the line, or paint the terminal.
    var line = text.utf8.prefix(Self.longestLine - 1).map { $0 < 0x20 || $0 == 0x7f ? 0x20 : $0 }
    line.append(0x0a)
    var room = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
    guard poll(&room, 1, 0) == 1, room.revents == Int16(POLLOUT) else { return false }
    return uninterrupted { Self.writeBytes(descriptor, line) } == line.count
  }

  private static func writeBytes(_ descriptor: Int32, _ line: [UInt8]) -> Int {
    #if canImport(Glibc)
      Glibc.write(descriptor, line, line.count)
    #elseif canImport(Musl)
      Musl.write(descriptor, line, line.count)
    #else
      Darwin.write(descriptor, line, line.count)
    #endif
  }
}
