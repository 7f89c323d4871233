// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

internal import StrataCore

/// Decides which reports are written, as a value: at most so many per second and message.
///
/// It remembers a bounded number of messages; when more are active in one second, the rest share
/// one allowance, so a flood of distinct messages is cut as well.
struct ReportGate {
  /// What makes two reports the same for the purpose of limiting.
  struct Subject: Hashable {
    var level: CacheReport.Level
    var source: String
    var cache: String
    var message: String

    static let others = Subject(level: .warning, source: "reports", cache: "", message: "others")
  }

  /// What to do with a report.
  enum Verdict: Equatable {
    case write
    /// Count it; where `opensSummary` is set, a summary is due at the end of the second.
    case hold(subject: Subject, opensSummary: Bool)
  }

  private struct Window {
    var end: Timestamp
    var written = 0
    var held = 0
  }

  static let maximumSubjects = 256

  private let limit: Int
  private var windows: [Subject: Window] = [:]

  /// Creates a gate that lets `limit` reports of one subject through per second.
  init(limit: Int) { self.limit = limit }

  /// Judges a report about `subject`.
  mutating func judge(_ subject: Subject, at now: Timestamp) -> Verdict {
    let subject = place(for: subject, at: now)
    var window = windows[subject] ?? Window(end: now + .seconds(1))
    // A window with held reports is closed by its summary only, so that none goes uncounted.
    if window.end <= now && window.held == 0 { window = Window(end: now + .seconds(1)) }
    defer { windows[subject] = window }
    if window.written < limit && window.held == 0 {
      window.written += 1
      return .write
    }
    window.held += 1
    return .hold(subject: subject, opensSummary: window.held == 1)
  }

  /// Closes the window of `subject`; returns how many of its reports were held back.
  mutating func close(_ subject: Subject) -> Int { windows.removeValue(forKey: subject)?.held ?? 0 }

  private mutating func place(for subject: Subject, at now: Timestamp) -> Subject {
    if windows[subject] != nil || windows.count < Self.maximumSubjects { return subject }
    windows = windows.filter { $0.value.end > now || $0.value.held > 0 }
    return windows.count < Self.maximumSubjects ? subject : .others
  }
}
