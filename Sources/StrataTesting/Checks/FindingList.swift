// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import StrataCore

/// What has been found so far about one plugin, while its rules are checked.
final class FindingList: Sendable {
  private let subject: Lock<String>
  private let findings = Lock<[Finding]>([])

  init(_ subject: String) { self.subject = Lock(subject) }

  /// Says whose findings these are, once it is known.
  func name(_ subject: String) { self.subject.withLock { $0 = subject } }

  var all: [Finding] { findings.withLock { $0 } }

  /// Notes a broken rule. One finding for each rule and expectation says enough.
  func add(_ rule: String, expected: String, found: String) {
    let finding = Finding(
      subject: subject.withLock { $0 }, rule: rule, expected: expected, found: found)
    findings.withLock { findings in
      let isKnown = findings.contains { $0.rule == rule && $0.expected == expected }
      if !isKnown { findings.append(finding) }
    }
  }
}
