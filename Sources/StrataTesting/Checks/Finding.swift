// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// One rule of the contract that a plugin breaks: what was expected of it and what it did.
///
/// Tests compare the whole list with nothing, so that a failure prints every finding:
///
/// ```swift
/// #expect(checkStage(Audit.self) == [])
/// ```
public struct Finding: Hashable, Sendable, CustomStringConvertible {
  /// Whose: `stage 'audit'`, `store 'memory'`.
  public let subject: String
  /// The rule, as a stable word: `batch-order`.
  public let rule: String
  /// What the contract asks for, and where.
  public let expected: String
  /// What happened instead.
  public let found: String

  /// The finding as one sentence.
  public var description: String {
    "\(subject) breaks '\(rule)': expected \(expected), found \(found)"
  }
}

/// Everything that a plugin was found to break, for tests that would rather throw than compare.
public struct BrokenContract: Error, Sendable, CustomStringConvertible {
  /// The findings; at least one.
  public let findings: [Finding]

  /// One line for each finding.
  public var description: String { findings.map(\.description).joined(separator: "\n") }
}

extension [Finding] {
  /// Throws a ``BrokenContract`` unless there are no findings.
  public func verify() throws {
    if !isEmpty { throw BrokenContract(findings: self) }
  }
}
